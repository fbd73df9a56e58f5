//! The public base URL: below which address the outside reaches this face.
//!
//! It comes from the settings alone: what a request names as its host is its caller's word and must never stand in an answer.

use std::fmt::Display;

/// The public base URL. Where none is set, addresses are written without scheme and host (RFC 3986 4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// The base of an `http` or `https` URL, or of an empty text; a solidus at its end does not matter.
    pub fn new(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// Whether addresses are absolute.
    pub fn is_absolute(&self) -> bool {
        !self.0.is_empty()
    }

    /// The address of a path that begins with a solidus.
    pub fn url(&self, path: impl Display) -> String {
        format!("{}{path}", self.0)
    }

    /// The base itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The permalink of a node.
    pub fn permalink(&self, path: &crate::oid::NodePath) -> String {
        if path.is_root() {
            return self.url("/oid/");
        }
        self.permalink_of(&path.to_string())
    }

    /// The permalink of a node that is not the root, by its dot notation.
    pub fn permalink_of(&self, dot: &str) -> String {
        [self.0.as_str(), "/oid/", dot].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_below_the_base() {
        for (base, expect) in [
            ("", "/oid/2.999"),
            ("https://ra.example", "https://ra.example/oid/2.999"),
            ("https://ra.example/x/", "https://ra.example/x/oid/2.999"),
        ] {
            let base = Base::new(base);
            assert_eq!(base.permalink(&"2.999".parse().unwrap()), expect);
        }
        assert_eq!(
            Base::new("").permalink(&crate::oid::NodePath::root()),
            "/oid/"
        );
    }
}
