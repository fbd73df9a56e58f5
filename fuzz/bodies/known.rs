//! Any text with the names of the reference data, and reference data itself: what resolves is written and read back.

use oidra::oid::known::{self, KnownArcs};
use oidra::oid::notation::{Mode, forms, parse, resolve};

/// Tries one input.
pub fn run(text: &str) {
    drop(known::parse(text));
    let names = KnownArcs::embedded();
    let Ok(parsed) = parse(text, Mode::Lenient) else {
        return;
    };
    let Ok(resolved) = resolve(&parsed, names, None) else {
        return;
    };
    let shown = forms(&resolved.path, names);
    for again in [&shown.dot, &shown.asn1, &shown.iri, &shown.oid_iri()] {
        let parsed = parse(again, Mode::Lenient).unwrap();
        assert_eq!(resolve(&parsed, names, None).unwrap().path, resolved.path);
    }
}
