//! The domain name of an OID-IRI, as a client makes it (X.672 7.3): arcs in reverse order, Unicode labels as A-labels.
//!
//! It looks nothing up: where labels lead is told by the DNAME records of the zones.

use crate::oid::{NodePath, iri, notation::Step};

/// Most octets of a name on the wire (RFC 1035 2.3.4).
pub const NAME_OCTETS_MAX: usize = 255;
/// Most octets of a label (RFC 1035 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;

/// Why there is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoName {
    /// What was typed is no OID-IRI and no OID.
    Iri(String),
    /// The name would be longer than the domain name system allows.
    TooLong,
}

/// The labels of a node, topmost last; none for the root.
pub fn labels(text: &str) -> Result<Vec<String>, NoName> {
    let wrong = |why: &dyn std::fmt::Display| NoName::Iri(why.to_string());
    let mut labels = Vec::new();
    if text.starts_with('/') {
        for step in iri::absolute(text).map_err(|why| wrong(&why))? {
            labels.push(of_step(&step)?);
        }
    } else {
        let path: NodePath = text.parse().map_err(|why| wrong(&why))?;
        labels.extend(path.arcs().iter().map(ToString::to_string));
    }
    labels.reverse();
    if labels.iter().any(|label| label.len() > LABEL_OCTETS_MAX) {
        return Err(NoName::TooLong);
    }
    Ok(labels)
}

fn of_step(step: &Step) -> Result<String, NoName> {
    match step {
        Step::Label(label) => {
            let key = label.comparison_key();
            let text = key.as_str();
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if text.chars().all(plain) {
                return Ok(text.to_owned());
            }
            let why = format!("the label {label} has no form in the domain name system");
            Err(NoName::Iri(why))
        }
        step => {
            let number = step.number().map(ToString::to_string);
            number.ok_or_else(|| NoName::Iri(format!("{step} is no label of an OID-IRI")))
        }
    }
}

/// The whole name of these labels below a domain, without a dot at the end.
pub fn join(prefix: Option<&str>, labels: &[String], domain: &str) -> Result<String, NoName> {
    let parts = prefix.into_iter().chain(labels.iter().map(String::as_str));
    let name: Vec<&str> = parts.chain([domain.trim_matches('.')]).collect();
    let name = name.join(".");
    // A length octet before each label, and the root.
    if name.len() + 2 > NAME_OCTETS_MAX {
        return Err(NoName::TooLong);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_in_reverse_order() {
        let check = |text: &str, expect: &str| {
            let labels = labels(text).unwrap();
            let name = join(Some("ors-dummy"), &labels, "oid-res.org.").unwrap();
            assert_eq!(name, expect);
        };
        check("/2/16/834", "ors-dummy.834.16.2.oid-res.org");
        check("2.16.834.7", "ors-dummy.7.834.16.2.oid-res.org");
        check(
            "/Country/TZ/部门",
            "ors-dummy.xn--ig4am2h.tz.country.oid-res.org",
        );
    }

    #[test]
    fn what_has_no_name_is_told() {
        assert!(matches!(labels("/a//b"), Err(NoName::Iri(_))));
        assert!(matches!(labels("/ASN.1"), Err(NoName::Iri(_))));
        assert!(matches!(labels("nonsense"), Err(NoName::Iri(_))));
        assert_eq!(
            labels(&format!("/2/25/{}", "9".repeat(64))),
            Err(NoName::TooLong)
        );
        let domain_octets = "oid-res.org".len() + 2;
        let fits = vec!["9".repeat(60); (NAME_OCTETS_MAX - domain_octets) / 61];
        assert!(join(None, &fits, "oid-res.org").is_ok());
        let long = vec!["9".repeat(60); fits.len() + 1];
        assert_eq!(join(None, &long, "oid-res.org"), Err(NoName::TooLong));
    }
}
