//! The gRPC face: `oidra.v1` over gRPC and gRPC-Web, with reflection and health (DESIGN §6).
//!
//! It translates and never decides: what comes in is checked for form and handed on, what comes out is cut to what its
//! caller may see. Each call passes [`layer::around`]. It must never hold a rule of the register.

pub mod access;
pub mod administration;
pub mod allocation_tokens;
pub mod applications;
pub mod audit;
pub mod consent;
pub mod convert;
pub mod etag;
pub mod face;
pub mod health;
pub mod holds;
pub mod layer;
pub mod limits;
pub mod notation;
pub mod page;
pub mod registration;
pub mod resolution;
pub mod status;
pub mod view;
pub mod write;

pub use face::{BuildError, Face};
