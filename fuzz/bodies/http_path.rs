//! Paths of HTTP: whatever follows `/oid/` is read or refused, and what is read is answered at a path that leads to itself.

use oidra::http::{route, target};
use oidra::model::oid_text;
use oidra::oid::notation::NoNames;

/// Tries one input.
pub fn run(path: &str) {
    if let Some((_, rest)) = route::find(path) {
        assert!(path.ends_with(rest) || path.ends_with("/children"));
    }
    let rest = path.strip_prefix("/oid/").unwrap_or(path);
    let parted = target::suffix(rest);
    assert!(rest.starts_with(parted.rest));
    let Ok(text) = target::text(parted.rest) else {
        return;
    };
    let Ok(read) = oid_text::read(&text, false, &NoNames, "oid") else {
        return;
    };
    if read.resolved.path.is_root() {
        return;
    }
    let canonical = read.resolved.path.to_string();
    assert_eq!(target::text(&canonical).unwrap(), canonical);
    let again = oid_text::read(&canonical, false, &NoNames, "oid").unwrap();
    assert_eq!(again.resolved.path, read.resolved.path);
    let path = format!("/oid/{canonical}");
    let (address, oid) = route::find(&path).unwrap();
    assert_eq!(
        (address.route, oid),
        (route::Route::Permalink, canonical.as_str())
    );
}
