//! Dot notation: what is accepted is what is written again.

use oidra::oid::{NodePath, Oid, RelativeOid};

/// Tries one input.
pub fn run(text: &str) {
    if let Ok(oid) = text.parse::<Oid>() {
        assert_eq!(oid.to_string(), text);
        assert_eq!(NodePath::from(&oid).to_oid(), Some(oid));
    }
    if let Ok(oid) = text.parse::<RelativeOid>() {
        assert_eq!(oid.to_string(), text);
    }
    if let Ok(path) = text.parse::<NodePath>() {
        assert_eq!(path.to_string(), text);
    }
}
