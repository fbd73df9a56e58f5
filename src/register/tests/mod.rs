//! The register as a whole, tested over a journal in memory and in files.

mod beside;
mod comparing;
mod damage;
mod faults;
mod house;
mod limits;
mod lists;
mod made;
mod past;
mod promises;
mod rights;
mod rights_model;
mod spine;

use crate::model::{Code, Rejection};

/// The code of a refusal.
fn code(rejection: Rejection) -> Code {
    match rejection {
        Rejection::Refused(no) => no.main().code,
        Rejection::Fault(fault) => panic!("{fault}"),
    }
}
