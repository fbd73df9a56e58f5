//! The representations of a permalink: their names, media types and suffixes.

/// A representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Our own JSON ([`super::shape::Entry`]).
    Json,
    /// A page for people.
    Html,
    /// Plain text.
    Text,
    /// RDAP (RFC 9083).
    Rdap,
    /// OID-IP as text.
    OidipText,
    /// OID-IP as JSON.
    OidipJson,
    /// OID-IP as XML.
    OidipXml,
    /// A linkset in JSON (RFC 9264 4.2).
    Linkset,
    /// A linkset in the form of a `Link` field (RFC 9264 4.1).
    LinksetText,
    /// The DER encoding of the object identifier.
    Der,
}

impl Format {
    /// Every representation; among those liked equally well the first is given.
    pub const ALL: [Self; 10] = [
        Self::Json,
        Self::Html,
        Self::Text,
        Self::Rdap,
        Self::OidipText,
        Self::OidipJson,
        Self::OidipXml,
        Self::Linkset,
        Self::LinksetText,
        Self::Der,
    ];

    /// Its name, as `?format=` and suffixes have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Text => "text",
            Self::Rdap => "rdap",
            Self::OidipText => "oidip-text",
            Self::OidipJson => "oidip-json",
            Self::OidipXml => "oidip-xml",
            Self::Linkset => "linkset",
            Self::LinksetText => "linkset-text",
            Self::Der => "der",
        }
    }

    /// Its media type, as `Accept` names it.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html",
            Self::Text => "text/plain",
            Self::Rdap => "application/rdap+json",
            Self::OidipText => "text/vnd.viathinksoft.oidip",
            Self::OidipJson => "application/vnd.viathinksoft.oidip+json",
            Self::OidipXml => "application/vnd.viathinksoft.oidip+xml",
            Self::Linkset => "application/linkset+json",
            Self::LinksetText => "application/linkset",
            Self::Der => "application/octet-stream",
        }
    }

    /// The value of the `Content-Type` field.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::OidipText => "text/vnd.viathinksoft.oidip; charset=UTF-8",
            _ => self.media(),
        }
    }

    /// The representation of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_representation_has_a_name_of_its_own() {
        for one in Format::ALL {
            assert_eq!(Format::named(one.word()), Some(one));
            assert!(one.content_type().starts_with(one.media()));
        }
        assert_eq!(Format::named("yaml"), None);
    }
}
