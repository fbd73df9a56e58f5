//! Codes that are mailed to prove an address: derived from the register's key, and kept nowhere, so that one can be mailed again
//! after a crash. Guesses are counted as unknown tokens are (`desk::admit`).

use subtle::ConstantTimeEq as _;

use crate::{model::consent::Side, oid::NodePath, register::Register};

/// Characters of a code, hyphens apart: 60 bits.
const CODE_CHARS: usize = 12;
/// The digits of a code (Crockford): none looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code of so many bits.
    pub fn of(bits: [u8; 32]) -> Self {
        let digits = bits.iter().take(CODE_CHARS);
        let digits = digits.filter_map(|octet| DIGITS.get(usize::from(octet & 31)));
        Self(digits.map(|digit| char::from(*digit)).collect())
    }

    /// The code by which one side agrees to what waits at an arc.
    pub fn of_consent(register: &Register, path: &NodePath, nonce: [u8; 16], side: Side) -> Self {
        let nonce = hex::encode(nonce);
        let content = format!("oidra consent 1\0{path}\0{nonce}\0{}", side.word());
        Self::of(register.digest_request(content.as_bytes()))
    }

    /// The code by which the registrant of an arc confirms what is known of it.
    pub fn of_check(register: &Register, path: &NodePath, nonce: [u8; 16]) -> Self {
        let nonce = hex::encode(nonce);
        let content = format!("oidra contact check 1\0{path}\0{nonce}");
        Self::of(register.digest_request(content.as_bytes()))
    }

    /// As it is mailed: three groups of four.
    pub fn shown(&self) -> String {
        let groups = self.0.as_bytes().chunks(4);
        let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
        groups.join("-")
    }

    /// Whether it is what was typed. Takes as long whatever that is.
    pub fn is(&self, typed: &str) -> bool {
        bool::from(self.0.as_bytes().ct_eq(spelt(typed).as_bytes()))
    }
}

/// A code as it was typed, in the digits that it is made of: letters of any case, blanks and hyphens apart, and what looks
/// like another digit taken for it (Crockford).
fn spelt(code: &str) -> String {
    let digits = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(CODE_CHARS + 1);
    digits
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(spelt(" o1ab-CDEF ghjk "), "01ABCDEFGHJK");
        assert_eq!(spelt("L0AB-CDEF-GHJK"), "10ABCDEFGHJK");
        assert_eq!(spelt(&"A".repeat(1_000)).len(), CODE_CHARS + 1);
        let code = Code::of([10; 32]);
        assert_eq!(code.shown(), "AAAA-AAAA-AAAA");
        assert!(code.is("aaaaaaaaaaaa") && code.is("AAAA AAAA-AAAA"));
        for wrong in ["", "AAAAAAAAAAA", "AAAAAAAAAAAAA", "AAAAAAAAAAAB"] {
            assert!(!code.is(wrong), "{wrong:?}");
        }
    }
}
