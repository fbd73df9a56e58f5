//! Any text in any notation: what resolves is written in every notation and read back to the same node.

use oidra::oid::notation::{Mode, NoNames, forms, parse, resolve};

/// Tries one input.
pub fn run(text: &str) {
    let strict = parse(text, Mode::Strict);
    let lenient = parse(text, Mode::Lenient);
    if let Ok(strict) = &strict {
        assert!(strict.tolerated.is_empty());
        assert_eq!(lenient.as_ref().unwrap().steps, strict.steps);
    }
    let Ok(parsed) = lenient else { return };
    let Ok(resolved) = resolve(&parsed, &NoNames, None) else {
        return;
    };
    let shown = forms(&resolved.path, &NoNames);
    for again in [
        &shown.dot,
        &shown.asn1,
        &shown.asn1_numbers(),
        &shown.iri,
        &shown.oid_iri(),
    ] {
        let parsed = parse(again, Mode::Lenient).unwrap();
        assert_eq!(
            resolve(&parsed, &NoNames, None).unwrap().path,
            resolved.path
        );
    }
}
