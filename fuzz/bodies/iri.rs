//! OID-IRI values: the steps written again are read as the same steps.

use oidra::oid::iri;

/// Tries one input.
pub fn run(text: &str) {
    drop(iri::relative(text));
    let Ok(steps) = iri::after_scheme(text).or_else(|_| iri::absolute(text)) else {
        return;
    };
    let mut again = String::new();
    for step in &steps {
        again.extend(["/", &step.to_string()]);
    }
    assert_eq!(iri::absolute(&again).as_ref(), Ok(&steps));
    let uri = iri::to_uri(&again);
    assert_eq!(
        iri::after_scheme(uri.strip_prefix("oid:").unwrap()),
        Ok(steps)
    );
}
