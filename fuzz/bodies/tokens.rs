//! What callers hand back or bring along: page tokens, entity tags, access tokens, verifier keys, signed notes, runs of numbers.

use oidra::access::token::Token;
use oidra::grpc::convert::{Faults, fields};
use oidra::grpc::{etag, page};
use oidra::journal::checkpoint::Verifier;
use oidra::oid::NodePath;
use oidra::pb::v1::NumberRange;

/// The example of the C2SP specification of signed notes.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// Tries one input.
pub fn run(text: &str) {
    // A seal that a fuzzer can make, so that it comes to what lies behind it.
    let seal = |_: &[u8]| [0; 32];
    for kind in [page::Kind::Children, page::Kind::History] {
        if let Ok(Some(mark)) = page::parse(kind, &[], text, &seal) {
            let again = page::token(kind, &[], &mark, &seal);
            assert_eq!(page::parse(kind, &[], &again, &seal).unwrap(), Some(mark));
        }
    }
    let path = NodePath::root();
    if let Ok(Some(seq)) = etag::parse(text, &path, "etag") {
        assert_eq!(etag::of(&path, seq), text.trim_matches('"'));
    }
    if let Ok(token) = text.parse::<Token>() {
        assert_eq!(token.reveal(), text);
    }
    if let Ok(verifier) = Verifier::from_vkey(text) {
        assert_eq!(
            Verifier::from_vkey(&verifier.to_vkey()).unwrap().to_vkey(),
            verifier.to_vkey()
        );
    }
    let verifier = Verifier::from_vkey(VKEY).unwrap();
    assert!(verifier.open(text.as_bytes()).is_err(), "a forged note");
    let (from, to) = text.split_once(' ').unwrap_or((text, ""));
    let range = NumberRange {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    if let Some(range) = fields::range(&range, "range", &mut Faults::new()) {
        assert_eq!(range.from.to_string(), from);
    }
}
