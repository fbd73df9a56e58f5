//! Revision tokens: which register, which epoch, which record. Opaque to callers, checked when they come back.
//!
//! It must never take a token of another register, or of a time before a restore, for one of its own.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::model::{Code, Refusal, RegisterId, Seq};

/// The epoch of a register that was never restored.
pub(super) const FIRST_EPOCH: u32 = 1;
/// Octets of a token: eight of the register's hash, four of the epoch, eight of the sequence, four of the checksum.
const TOKEN_BYTES: usize = 24;
const BODY_BYTES: usize = 20;

fn body(register: &RegisterId, epoch: u32, seq: Seq) -> Vec<u8> {
    let hash = Sha256::digest(register.as_str().as_bytes());
    let mut body: Vec<u8> = hash.into_iter().take(8).collect();
    body.extend(epoch.to_be_bytes());
    body.extend(seq.get().to_be_bytes());
    body
}

/// The token of a revision.
pub(super) fn token(register: &RegisterId, epoch: u32, seq: Seq) -> String {
    let mut octets = body(register, epoch, seq);
    octets.extend(crc32c::crc32c(&octets).to_be_bytes());
    URL_SAFE_NO_PAD.encode(octets)
}

/// Most digits of a plain sequence number.
const DIGITS_MAX: usize = 20;

/// The revision of a token, or of a plain sequence number as people read it in answers. A number is taken as one of the present
/// epoch: whoever wants a restore to be noticed hands back the token.
pub(super) fn parse(text: &str, register: &RegisterId, epoch: u32) -> Result<Seq, Refusal> {
    let invalid = || {
        let detail = "This is no revision of this register: it takes a revision token that it gave out, or a sequence \
                      number.";
        Refusal::new(Code::RevisionInvalid, "", detail).value(text)
    };
    if text.len() <= DIGITS_MAX && text.bytes().all(|octet| octet.is_ascii_digit()) {
        return text.parse().map(Seq::new).map_err(|_| invalid());
    }
    let octets = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    let octets: [u8; TOKEN_BYTES] = octets.try_into().map_err(|_| invalid())?;
    let (found, sum) = octets
        .split_first_chunk::<BODY_BYTES>()
        .ok_or_else(invalid)?;
    if sum != crc32c::crc32c(found).to_be_bytes() {
        return Err(invalid());
    }
    let (_, seq) = found.split_last_chunk::<8>().ok_or_else(invalid)?;
    let seq = Seq::new(u64::from_be_bytes(*seq));
    let expect = body(register, epoch, seq);
    if expect == found {
        return Ok(seq);
    }
    if expect.get(..8) == found.get(..8) {
        let detail =
            "The revision token is of a time before the register was restored from a backup.";
        return Err(Refusal::new(Code::RevisionOtherEpoch, "", detail).value(text));
    }
    Err(invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_strangers_do_not() {
        let ours: RegisterId = "g-ours".parse().unwrap();
        let theirs: RegisterId = "g-theirs".parse().unwrap();
        let check = |text: &str, expect: Result<u64, Code>| {
            let got = parse(text, &ours, 1);
            assert_eq!(
                got.map(Seq::get).map_err(|refusal| refusal.code),
                expect,
                "{text}"
            );
        };
        let token_of = |register, epoch, seq| token(register, epoch, Seq::new(seq));
        check(&token_of(&ours, 1, 0), Ok(0));
        check(&token_of(&ours, 1, u64::MAX), Ok(u64::MAX));
        check(&token_of(&ours, 2, 7), Err(Code::RevisionOtherEpoch));
        check(&token_of(&theirs, 1, 7), Err(Code::RevisionInvalid));
        check("", Err(Code::RevisionInvalid));
        check("7", Ok(7));
        check("7x", Err(Code::RevisionInvalid));
        check("99999999999999999999", Err(Code::RevisionInvalid));
        check("000000000000000000007", Err(Code::RevisionInvalid));
        let mut bent = token_of(&ours, 1, 7).into_bytes();
        bent[24] = if bent[24] == b'A' { b'B' } else { b'A' };
        check(
            &String::from_utf8(bent).unwrap(),
            Err(Code::RevisionInvalid),
        );
    }
}
