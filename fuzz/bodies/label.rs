//! Identifiers and labels: taken as they are, and comparison keys are the same each time.

use oidra::oid::{ComparisonKey, Identifier, UnicodeLabel};

/// Tries one input.
pub fn run(text: &str) {
    if let Ok(identifier) = text.parse::<Identifier>() {
        assert_eq!(identifier.as_str(), text);
    }
    if let Ok(label) = text.parse::<UnicodeLabel>() {
        assert_eq!(label.as_str(), text);
        let key = label.comparison_key();
        assert_eq!(ComparisonKey::from_stored(key.as_str().to_owned()), key);
        assert!(!key.as_bytes().is_empty());
    }
}
