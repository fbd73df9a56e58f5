//! One node in every notation, as the API shows it.

use crate::{
    oid::{
        NodePath,
        ber::{self, Value},
        notation::{self, Names},
    },
    pb::v1 as pb,
};

/// A node in every notation and encoding, with the names that `names` lets be seen.
pub fn notations(path: &NodePath, names: &dyn Names) -> pb::Notations {
    let rendered = notation::render(path, names);
    let octets = |hexadecimal: Option<String>| {
        hexadecimal
            .and_then(|text| hex::decode(text).ok())
            .map(bytes::Bytes::from)
            .unwrap_or_default()
    };
    let der_iri = if path.is_root() {
        bytes::Bytes::new()
    } else {
        ber::encode(&Value::OidIri(rendered.iri.clone())).into()
    };
    pb::Notations {
        dot: rendered.dot,
        asn1: rendered.asn1,
        asn1_numbers: rendered.asn1_numbers,
        iri: rendered.iri,
        iri_numbers: rendered.iri_numbers,
        oid_iri: rendered.oid_iri,
        urn: rendered.urn.unwrap_or_default(),
        der: octets(rendered.der_hex),
        contents: octets(rendered.contents_hex),
        der_iri,
        per: octets(rendered.per_hex),
        oer: octets(rendered.oer_hex),
        xer: rendered.xer.unwrap_or_default(),
        jer: rendered.jer.unwrap_or_default(),
        cbor: octets(rendered.cbor_hex),
        uuid: rendered.uuid.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::oid::notation::NoNames;

    use super::*;

    #[test]
    fn a_node_is_shown_in_every_notation() {
        let shown = notations(&"2.16.834".parse().unwrap(), &NoNames);
        assert_eq!(shown.dot, "2.16.834");
        assert_eq!(shown.urn, "urn:oid:2.16.834");
        assert_eq!(hex::encode(&shown.der), "0603608642");
        assert_eq!(hex::encode(&shown.contents), "608642");
        assert_eq!(shown.iri_numbers, "/2/16/834");
        assert!(shown.der_iri.ends_with(shown.iri.as_bytes()));
    }

    #[test]
    fn a_root_arc_alone_has_no_encodings() {
        let shown = notations(&"2".parse().unwrap(), &NoNames);
        assert_eq!(shown.dot, "2");
        assert!(shown.der.is_empty() && shown.urn.is_empty() && shown.cbor.is_empty());
    }
}
