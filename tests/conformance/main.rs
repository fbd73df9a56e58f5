//! Conformance of the readers and writers of object identifiers, arranged by standard and clause.
//!
//! The cases are in `data/vectors`; a file here says which of them speak of its clause and what must come out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a row that is not as it should be must fail its test"
)]

mod counted;
mod vectors;

mod peers {
    pub mod der;
    mod text;
}
mod rfc3061 {
    mod cl_3;
}
mod rfc9090 {
    mod cl_2;
}
mod x660 {
    mod cl_7_5;
    mod cl_7_6;
}
mod x667 {
    mod cl_uuid;
}
mod x680 {
    mod cl_12;
    mod cl_32;
    mod cl_34;
}
mod x690 {
    mod cl_10;
    mod cl_8_19;
    mod cl_8_20;
    mod cl_8_21;
}
mod x691 {
    mod cl_24;
}
mod x693 {
    mod cl_8;
}
mod x696 {
    mod cl_21;
}
mod x697 {
    mod cl_32;
}
