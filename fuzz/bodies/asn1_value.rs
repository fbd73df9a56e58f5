//! ASN.1 value notation: what resolves is written and read back to the same node.

use oidra::oid::notation::{Mode, NoNames, Notation, forms, parse, parse_as, resolve};

/// Tries one input.
pub fn run(text: &str) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let Ok(parsed) = parse_as(text, Notation::Asn1, mode) else {
            continue;
        };
        assert!(mode == Mode::Lenient || parsed.tolerated.is_empty());
        let Ok(resolved) = resolve(&parsed, &NoNames, None) else {
            continue;
        };
        let again = forms(&resolved.path, &NoNames).asn1;
        let parsed = parse(&again, Mode::Lenient).unwrap();
        assert_eq!(
            resolve(&parsed, &NoNames, None).unwrap().path,
            resolved.path
        );
    }
}
