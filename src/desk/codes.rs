//! Codes that were mailed, as faces check them. It must never tell a wrong code from one of nothing.

use crate::{
    model::{
        consent::{Pending, Side},
        suspicion::Check,
    },
    oid::NodePath,
    outbox::codes::Code,
    register::Register,
};

/// Whose code it is that was typed, for what waits at an arc. Where nothing waits there is as much to do.
pub fn side_of(
    register: &Register,
    path: &NodePath,
    pending: Option<&Pending>,
    typed: &str,
) -> Option<Side> {
    let nonce = pending.map_or([0; 16], |one| one.nonce);
    let codes = Side::ALL.map(|side| (side, Code::of_consent(register, path, nonce, side)));
    let found = codes.iter().fold(
        None,
        |found, (side, code)| {
            if code.is(typed) { Some(*side) } else { found }
        },
    );
    let asked = pending?.codes();
    found.filter(|side| asked.contains(side))
}

/// Whether a code that was typed answers what the registrant of an arc was asked. Where nothing was asked there is as much to do.
pub fn answers(register: &Register, path: &NodePath, check: Option<&Check>, typed: &str) -> bool {
    let nonce = check.map_or([0; 16], |one| one.nonce);
    let right = Code::of_check(register, path, nonce).is(typed);
    right && check.is_some()
}
