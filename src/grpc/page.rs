//! Page tokens (AIP-158): where a listing goes on, and at which revision.
//!
//! A token names the revision of the first page, so that all pages are of one revision whatever is written meanwhile, and
//! what was asked, so that it fits no other request. It is sealed with the register's key: one that was not made here is
//! refused. It holds nothing confidential, and no server keeps anything for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{
    desk::Desk,
    model::{Code, Refusal, Rejection, Seq},
    register::{ReadAt, Reading},
};

use super::limits::{PAGE_SIZE_MAX, PAGE_SIZE_STANDARD, TOKEN_CHARS_MAX};

/// The form of tokens; a token of another form is refused.
const FORM: u8 = 1;
/// Bytes of the digest of what was asked.
const QUERY_BYTES: usize = 8;
/// Bytes of the seal.
const SEAL_BYTES: usize = 16;
/// Bytes before the position: form, kind, query, revision.
const HEAD_BYTES: usize = 2 + QUERY_BYTES + 8;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The subordinates of a node; the position is the last number.
    Children = 1,
    /// The history of an arc; the position is the last sequence number.
    History = 2,
    /// Principals; the position is the last id.
    Principals = 3,
    /// The credentials of a principal; the position is the last one's moment and id.
    Credentials = 4,
    /// The holds below a node; the position is the last number.
    Holds = 5,
    /// The audit log; the revision is the file and the position the byte before which it goes on.
    Audit = 6,
    /// Applications; the position is the last one's moment and id.
    Applications = 7,
    /// Notices; the position is the last one's id.
    Notices = 8,
    /// The allocation tokens below a node; the position is how many were told.
    AllocationTokens = 20,
    /// The provisional labels below a node; the position is the last one's place in their list.
    LabelClaims = 21,
}

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The revision of every page.
    pub revision: Seq,
    /// The last thing told.
    pub position: Vec<u8>,
}

/// The position of a mark that is a number.
pub fn number(mark: &Mark) -> Result<u64, Refusal> {
    let octets: Result<[u8; 8], _> = mark.position.as_slice().try_into();
    octets.map(u64::from_be_bytes).map_err(|_| {
        let detail = "is no page token of such a listing";
        Refusal::new(Code::PageTokenInvalid, "page_token", detail)
    })
}

/// Makes the keyed digest that seals tokens.
pub type Seal<'a> = &'a dyn Fn(&[u8]) -> [u8; 32];

/// How many things a page holds at most, given what was asked for: 0 means the standard, too many the most.
pub fn size(asked: u32) -> usize {
    let size = if asked == 0 {
        PAGE_SIZE_STANDARD
    } else {
        asked.min(PAGE_SIZE_MAX)
    };
    usize::try_from(size).unwrap_or(1)
}

/// Adds one where there is room for it; tells whether there was.
pub fn fits<T>(all: &mut Vec<T>, one: T, most: usize) -> bool {
    let room = all.len() < most;
    if room {
        all.push(one);
    }
    room
}

/// The token for the page after `mark`; `query` is all that the request asked for but page size and token.
pub fn token(kind: Kind, query: &[&str], mark: &Mark, seal: Seal<'_>) -> String {
    let mut bytes = vec![FORM, kind as u8];
    bytes.extend(digest(query));
    bytes.extend(mark.revision.get().to_be_bytes());
    bytes.extend(&mark.position);
    let sealed = sealed(&bytes, seal);
    bytes.extend(sealed);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads the token of a request of this kind and query; none for an empty token.
pub fn parse(
    kind: Kind,
    query: &[&str],
    token: &str,
    seal: Seal<'_>,
) -> Result<Option<Mark>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let refused = |detail| Refusal::new(Code::PageTokenInvalid, "page_token", detail);
    let foreign = || refused("is no page token of this register");
    if token.len() > TOKEN_CHARS_MAX {
        return Err(foreign());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| foreign())?;
    let content = bytes.len().checked_sub(SEAL_BYTES).ok_or_else(foreign)?;
    let (content, seal_given) = bytes.split_at_checked(content).ok_or_else(foreign)?;
    if !bool::from(sealed(content, seal).ct_eq(seal_given)) {
        return Err(foreign());
    }
    let (head, position) = content.split_at_checked(HEAD_BYTES).ok_or_else(foreign)?;
    let (asked, revision) = head.split_at_checked(2 + QUERY_BYTES).ok_or_else(foreign)?;
    let mut expected = vec![FORM, kind as u8];
    expected.extend(digest(query));
    if asked != expected {
        return Err(refused(
            "was made for a request that asked for something else",
        ));
    }
    let revision = revision
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| foreign())?;
    Ok(Some(Mark {
        revision: Seq::new(revision),
        position: position.to_vec(),
    }))
}

/// The reading that the first page was of.
pub async fn pinned(desk: &Desk, mark: &Mark) -> Result<Reading, Rejection> {
    let at = ReadAt {
        as_of_revision: Some(desk.register.revision_token(mark.revision)),
        ..ReadAt::default()
    };
    desk.register.reading(&at).await
}

fn digest(query: &[&str]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in query {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into_iter().take(QUERY_BYTES).collect()
}

fn sealed(content: &[u8], seal: Seal<'_>) -> Vec<u8> {
    let mut input = b"oidra page token\0".to_vec();
    input.extend_from_slice(content);
    seal(&input).into_iter().take(SEAL_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::limits::{
        EXPORT_APPLICATIONS_MAX, EXPORT_ARCS_MAX, EXPORT_NOTICES_MAX, REPORT_DUE_MAX,
    };

    #[test]
    fn one_past_what_an_answer_bears_is_left_out() {
        for most in [
            EXPORT_ARCS_MAX,
            EXPORT_APPLICATIONS_MAX,
            EXPORT_NOTICES_MAX,
            REPORT_DUE_MAX,
        ] {
            let mut all = vec![0; most - 1];
            assert!(fits(&mut all, 1, most));
            assert!(!fits(&mut all, 2, most));
            assert_eq!((all.len(), all.last()), (most, Some(&1)));
        }
    }

    fn seal(key: u8) -> impl Fn(&[u8]) -> [u8; 32] {
        move |content| {
            let mut digest = Sha256::new();
            digest.update([key]);
            digest.update(content);
            digest.finalize().into()
        }
    }

    fn mark() -> Mark {
        Mark {
            revision: Seq::new(7),
            position: vec![1, 2, 3],
        }
    }

    #[test]
    fn a_token_is_understood_by_its_own_request_only() {
        let made = token(Kind::Children, &["2.16", ""], &mark(), &seal(1));
        let read = |kind, query: &[&str], key| {
            parse(kind, query, &made, &seal(key)).map_err(|refusal| refusal.code)
        };
        assert_eq!(read(Kind::Children, &["2.16", ""], 1), Ok(Some(mark())));
        let refused = Err(Code::PageTokenInvalid);
        assert_eq!(read(Kind::History, &["2.16", ""], 1), refused);
        assert_eq!(read(Kind::Children, &["2.17", ""], 1), refused);
        assert_eq!(read(Kind::Children, &["2.1", "6"], 1), refused);
        assert_eq!(read(Kind::Children, &["2.16", ""], 2), refused);
        assert_eq!(parse(Kind::Children, &[], "", &seal(1)), Ok(None));
    }

    #[test]
    fn no_bit_of_a_token_can_be_changed() {
        let made = token(Kind::Children, &["2.16"], &mark(), &seal(1));
        let bytes = URL_SAFE_NO_PAD.decode(&made).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(forged);
            let read = parse(Kind::Children, &["2.16"], &forged, &seal(1));
            assert_eq!(read.unwrap_err().code, Code::PageTokenInvalid, "bit {bit}");
        }
        for length in 0..bytes.len() {
            let short = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            let read = parse(Kind::Children, &["2.16"], &short, &seal(1));
            assert!(length == 0 || read.is_err(), "{length} bytes");
        }
        let long = "A".repeat(TOKEN_CHARS_MAX + 1);
        assert!(parse(Kind::Children, &["2.16"], &long, &seal(1)).is_err());
    }

    #[test]
    fn page_sizes_are_capped() {
        let most = usize::try_from(PAGE_SIZE_MAX).unwrap();
        for (asked, expect) in [
            (0, 100),
            (1, 1),
            (PAGE_SIZE_MAX, most),
            (PAGE_SIZE_MAX + 1, most),
            (u32::MAX, most),
        ] {
            assert_eq!(size(asked), expect);
        }
    }
}
