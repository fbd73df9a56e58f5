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
    let forms = notation::forms(path, names);
    let octets = |octets: Option<Vec<u8>>| octets.map(bytes::Bytes::from).unwrap_or_default();
    let der_iri = if path.is_root() {
        bytes::Bytes::new()
    } else {
        ber::encode(&Value::OidIri(forms.iri.clone())).into()
    };
    pb::Notations {
        asn1_numbers: forms.asn1_numbers(),
        iri_numbers: forms.iri_numbers(),
        oid_iri: forms.oid_iri(),
        urn: forms.urn().unwrap_or_default(),
        der: octets(forms.der()),
        contents: forms
            .contents()
            .map(bytes::Bytes::copy_from_slice)
            .unwrap_or_default(),
        der_iri,
        per: octets(forms.per()),
        oer: octets(forms.oer()),
        xer: forms.xer().unwrap_or_default(),
        jer: forms.jer().unwrap_or_default(),
        cbor: octets(forms.cbor()),
        uuid: forms.uuid().unwrap_or_default(),
        dot: forms.dot,
        asn1: forms.asn1,
        iri: forms.iri,
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
