//! The sequence number of a record: the model's own.

pub use crate::model::ids::Seq;
