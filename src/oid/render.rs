//! One node in every notation and encoding.
//!
//! Names are written where they are known, always with their number in ASN.1. It must never write a notation that the
//! readers of this room would not take back to the same node.

use smallvec::SmallVec;

use crate::oid::arc::{ArcValue, Digits};
use crate::oid::ber::{self, Value};
use crate::oid::name::Oid;
use crate::oid::path::NodePath;
use crate::oid::resolve::Names;
use crate::oid::standard::{ITU_R, ITU_R_IDENTIFIER};
use crate::oid::{cbor, iri, jer, oer, per, urn, uuid, xer};

/// A node with the names that are known for it: the notations that need names are written at once, the others, and the
/// encodings as octets, when they are asked for. What needs an object identifier value is none for the root and for a
/// root arc alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forms {
    path: NodePath,
    oid: Option<Oid>,
    /// `2.16.834`; `.` for the root.
    pub dot: String,
    /// `{joint-iso-itu-t(2) country(16) tz(834)}`, with the names that are known; `{}` for the root.
    pub asn1: String,
    /// `/Country/TZ`, with the labels that are known, from a long arc where there is one; `/` for the root.
    pub iri: String,
}

/// Writes a node with its names.
pub fn forms(path: &NodePath, names: &dyn Names) -> Forms {
    let line: Line = (1..=path.depth())
        .map(|depth| path.truncated(depth))
        .collect();
    Forms {
        oid: path.to_oid(),
        dot: path.to_string(),
        // The deepest node is asked for first: a register looks its superiors up with it.
        iri: labels(&line, names),
        asn1: identifiers(&line, names),
        path: path.clone(),
    }
}

impl Forms {
    /// The node.
    pub const fn path(&self) -> &NodePath {
        &self.path
    }

    /// The object identifier value.
    pub const fn oid(&self) -> Option<&Oid> {
        self.oid.as_ref()
    }

    fn of<T>(&self, write: impl FnOnce(&Oid) -> T) -> Option<T> {
        self.oid.as_ref().map(write)
    }

    /// The numbers of the arcs, joined by `between` and put between two texts.
    fn joined(&self, before: &str, between: char, behind: &str) -> String {
        let length = self.dot.len() + before.len() + behind.len();
        let mut text = String::with_capacity(length);
        text.push_str(before);
        if !self.path.is_root() {
            let digits = self.dot.chars();
            text.extend(digits.map(|digit| if digit == '.' { between } else { digit }));
        }
        text.push_str(behind);
        text
    }

    /// `{2 16 834}`
    pub fn asn1_numbers(&self) -> String {
        self.joined("{", ' ', "}")
    }

    /// `/2/16/834`
    pub fn iri_numbers(&self) -> String {
        self.joined("/", '/', "")
    }

    /// `oid:/Country/TZ`, percent-encoded (a URI).
    pub fn oid_iri(&self) -> String {
        iri::to_uri(&self.iri)
    }

    /// `urn:oid:2.16.834` (RFC 3061).
    pub fn urn(&self) -> Option<String> {
        self.of(|_| urn::write(&self.dot))
    }

    /// `2.16.834`, as LDAP's `numericoid` (RFC 4512 1.4).
    pub fn ldap(&self) -> Option<&str> {
        self.of(|_| self.dot.as_str())
    }

    /// The DER encoding.
    pub fn der(&self) -> Option<Vec<u8>> {
        self.of(Oid::to_der)
    }

    /// The DER encoding of the OID-IRI value; none for the root only, which has none.
    pub fn der_iri(&self) -> Option<Vec<u8>> {
        (!self.path.is_root()).then(|| ber::encode(&Value::OidIri(self.iri.clone())))
    }

    /// The X.690 contents octets.
    pub fn contents(&self) -> Option<&[u8]> {
        self.oid.as_ref().map(Oid::as_contents)
    }

    /// The PER encoding, aligned or not (X.691).
    pub fn per(&self) -> Option<Vec<u8>> {
        self.of(per::encode)
    }

    /// The OER encoding (X.696).
    pub fn oer(&self) -> Option<Vec<u8>> {
        self.of(oer::encode)
    }

    /// The XML value (X.693).
    pub fn xer(&self) -> Option<String> {
        self.of(|_| xer::element(&self.dot))
    }

    /// The JSON value (X.697).
    pub fn jer(&self) -> Option<String> {
        self.of(|_| jer::string_of(&self.dot))
    }

    /// The CBOR encoding with tag 111 (RFC 9090).
    pub fn cbor(&self) -> Option<Vec<u8>> {
        self.of(cbor::encode)
    }

    /// The UUID of a node directly below 2.25, hyphenated, in small letters.
    pub fn uuid(&self) -> Option<String> {
        uuid::from_path(&self.path).map(|uuid| uuid.hyphenated().to_string())
    }
}

/// The nodes from the root arc down to the node itself.
type Line = SmallVec<[NodePath; 8]>;

/// Octets of a name with its number, as a guess for the space that a text needs.
const NAMED_BYTES: usize = 24;

/// Whether the name of a root arc leads to 0.5: only there `itu-r` and `ITU-R` are its names.
fn leads_to_r_recommendation(line: &Line) -> bool {
    line.get(1)
        .is_some_and(|node| matches!(node.arcs(), [root, second] if *root == 0 && *second == 5))
}

fn identifiers(line: &Line, names: &dyn Names) -> String {
    let mut found: SmallVec<[_; 8]> = line
        .iter()
        .rev()
        .map(|node| names.identifier_of(node))
        .collect();
    found.reverse();
    if leads_to_r_recommendation(line)
        && let Some(root) = line.first()
        && let mut known = names.identifiers_of(root).into_iter()
        && let Some(itu_r) = known.find(|name| name.as_str() == ITU_R_IDENTIFIER)
        && let Some(first) = found.first_mut()
    {
        *first = Some(itu_r);
    }
    let mut text = String::with_capacity(2 + NAMED_BYTES * line.len());
    text.push('{');
    for (place, (node, name)) in line.iter().zip(&found).enumerate() {
        let Some(number) = node.last() else { continue };
        if place > 0 {
            text.push(' ');
        }
        match name {
            Some(name) => {
                text.push_str(name.as_str());
                text.push('(');
                push(&mut text, number);
                text.push(')');
            }
            None => push(&mut text, number),
        }
    }
    text.push('}');
    text
}

fn labels(line: &Line, names: &dyn Names) -> String {
    let mut found: SmallVec<[_; 8]> = SmallVec::new();
    for node in line.iter().rev() {
        let long = names.long_arc_of(node);
        let done = long.is_some();
        found.push((node, long.or_else(|| names.label_of(node))));
        if done {
            break;
        }
    }
    let to_root = found.len() == line.len();
    let r_recommendation = to_root && leads_to_r_recommendation(line);
    let mut text = String::with_capacity(1 + NAMED_BYTES * line.len());
    // The label of R-Recommendation stands after ITU-R only.
    let labelled = found
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|(_, label)| label.is_some());
    for (place, (node, label)) in found.iter().rev().enumerate() {
        text.push('/');
        match (label, node.last()) {
            _ if place == 0 && r_recommendation && labelled => text.push_str(ITU_R),
            (Some(label), _) => text.push_str(label.as_str()),
            (None, Some(number)) => push(&mut text, number),
            (None, None) => {}
        }
    }
    if line.is_empty() {
        text.push('/');
    }
    text
}

fn push(text: &mut String, number: &ArcValue) {
    let mut digits = Digits::new();
    number.push_digits(&mut digits);
    // Digits are ASCII, so that this writes them all.
    text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::ber::{Rules, decode};
    use crate::oid::label::{Identifier, UnicodeLabel};
    use crate::oid::notation::{Mode, NoNames, Notation, ResolveError, parse, parse_as, resolve};
    use proptest::prelude::*;

    /// A register of three nodes, two of which share a secondary identifier.
    struct Few;

    impl Names for Few {
        fn by_identifier(&self, superior: &NodePath, identifier: &Identifier) -> Vec<ArcValue> {
            let numbers: &[u64] = match (superior.to_string().as_str(), identifier.as_str()) {
                ("2", "country") => &[16],
                ("2.16", "tz") => &[834],
                ("2.16.834", "health") | ("1", "org") => &[3],
                ("2.16.834", "twin") => &[7, 8],
                _ => &[],
            };
            numbers.iter().copied().map(ArcValue::new).collect()
        }
        fn by_label(&self, superior: &NodePath, label: &UnicodeLabel) -> Option<ArcValue> {
            match (superior.to_string().as_str(), label.as_str()) {
                ("2", "Country") => Some(ArcValue::new(16)),
                ("2.16", "TZ") => Some(ArcValue::new(834)),
                ("2.16.834", "Afya") => Some(ArcValue::new(3)),
                _ => None,
            }
        }
        fn by_long_arc(&self, label: &UnicodeLabel) -> Option<NodePath> {
            (label.as_str() == "Country").then(|| "2.16".parse().unwrap())
        }
        fn identifier_of(&self, path: &NodePath) -> Option<Identifier> {
            self.identifiers_of(path).into_iter().next()
        }
        fn identifiers_of(&self, path: &NodePath) -> Vec<Identifier> {
            let name = match path.to_string().as_str() {
                "2.16" => "country",
                "2.16.834" => "tz",
                "2.16.834.3" => "health",
                _ => return NoNames.identifiers_of(path),
            };
            vec![name.parse().unwrap()]
        }
        fn label_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
            match path.to_string().as_str() {
                "2.16" => "Country".parse().ok(),
                "2.16.834" => "TZ".parse().ok(),
                "2.16.834.3" => "Afya".parse().ok(),
                _ => NoNames.label_of(path),
            }
        }
        fn long_arc_of(&self, path: &NodePath) -> Option<UnicodeLabel> {
            (path.to_string() == "2.16").then(|| "Country".parse().unwrap())
        }
    }

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        let parsed = parse(text, Mode::Lenient).unwrap();
        let base = "2.16.834".parse().unwrap();
        let got = resolve(&parsed, &Few, Some(&base));
        let got = got.map(|resolved| resolved.path.to_string());
        assert_eq!(
            got.as_deref().map_err(ResolveError::code),
            expect,
            "{text:?}"
        );
    }

    #[test]
    fn names_lead_to_nodes() {
        for text in [
            "2.16.834.3",
            "/Country/TZ/Afya",
            "/Country/834/3",
            "/2/16/834/3",
            "/Joint-ISO-ITU-T/16/TZ/3",
            "/Joint-ISO-ITU-T/Country/834/Afya",
            "oid:/Country/TZ/Afya",
            "/Country/tz/health",
            "/joint-iso-itu-t/country/tz/health",
            "{joint-iso-itu-t(2) country(16) tz(834) health(3)}",
            "{joint-iso-itu-t country tz health}",
            "joint-iso-itu-t.country.tz.3",
        ] {
            check(text, Ok("2.16.834.3"));
        }
        check("Afya/1", Ok("2.16.834.3.1"));
        check("iso.org.6", Ok("1.3.6"));
        check("/ISO/member-body/us", Err("LABEL_UNKNOWN"));
        check("/ITU-R/5/1", Ok("0.5.1"));
        check("/ITU-R/4", Err("ITU_R_LEADS_ELSEWHERE"));
        check("/UUID/1", Err("LABEL_UNKNOWN"));
        check(
            "/Joint-ISO-ITU-T/25/f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            Ok("2.25.329800735698586629295641978511506172918"),
        );
        check(
            "2.25.340282366920938463463374607431768211455",
            Ok("2.25.340282366920938463463374607431768211455"),
        );
        check(
            "2.25.340282366920938463463374607431768211456",
            Err("UUID_TOO_LARGE"),
        );
        check("{iso(2) 1}", Err("STANDARD_NAME_WRONG_NUMBER"));
        check("{iso member-body(3)}", Err("STANDARD_NAME_WRONG_NUMBER"));
        check("{2 16 834 twin}", Err("IDENTIFIER_AMBIGUOUS"));
        check("{2 16 834 nobody}", Err("IDENTIFIER_UNKNOWN"));
        check("/iso/40", Err("SECOND_ARC_TOO_LARGE"));
        let relative = parse_as("3.1", Notation::RelativeDot, Mode::Strict).unwrap();
        assert_eq!(
            resolve(&relative, &Few, None).unwrap_err().code(),
            "RELATIVE_WITHOUT_BASE"
        );
        let strict = parse("/Country/tz", Mode::Strict).unwrap();
        assert_eq!(
            resolve(&strict, &Few, None).unwrap_err().code(),
            "LABEL_UNKNOWN"
        );
    }

    #[test]
    fn a_name_that_disagrees_is_told_back() {
        let told = |text: &str| {
            let parsed = parse(text, Mode::Lenient).unwrap();
            let resolved = resolve(&parsed, &Few, None).unwrap();
            resolved
                .disagreements
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert!(told("{2 country(16) tz(834) 3}").is_empty());
        assert_eq!(
            told("{2 country(16) ke(834)}"),
            ["step 3: ke is not a name of the arc 834; known are tz"]
        );
        assert_eq!(
            told("{2 16 834 health(4)}"),
            ["step 4: health is not a name of the arc 4; it belongs to 3"]
        );
        assert!(told("{2 16 834 unknown(4)}").is_empty());
        let strict = |text: &str| {
            let parsed = parse(text, Mode::Strict).unwrap();
            resolve(&parsed, &Few, None).map(drop)
        };
        let refused = strict("{2 country(16) ke(834)}").unwrap_err();
        assert_eq!(
            (refused.code(), refused.clause()),
            ("NAME_DISAGREES", "X.680 32")
        );
        assert!(refused.to_string().contains("known are tz"), "{refused}");
        assert_eq!(strict("{2 country(16) tz(834)}"), Ok(()));
        assert_eq!(strict("{2 16 834 unknown(4)}"), Ok(()));
    }

    #[test]
    fn all_fields_of_one_node() {
        let shown = forms(&"2.16.834.3".parse().unwrap(), &Few);
        assert_eq!(
            shown.asn1,
            "{joint-iso-itu-t(2) country(16) tz(834) health(3)}"
        );
        assert_eq!(shown.asn1_numbers(), "{2 16 834 3}");
        assert_eq!(shown.iri, "/Country/TZ/Afya");
        assert_eq!(shown.iri_numbers(), "/2/16/834/3");
        assert_eq!(shown.oid_iri(), "oid:/Country/TZ/Afya");
        assert_eq!(shown.urn().as_deref(), Some("urn:oid:2.16.834.3"));
        assert_eq!(shown.ldap(), Some("2.16.834.3"));
        assert_eq!(shown.jer().as_deref(), Some("\"2.16.834.3\""));
        let octets = [shown.der(), shown.per(), shown.oer(), shown.cbor()];
        assert_eq!(
            octets.map(|octets| hex::encode(octets.unwrap())),
            ["060460864203", "0460864203", "0460864203", "d86f4460864203"]
        );
        let unknown = forms(&"1.2.840".parse().unwrap(), &NoNames);
        assert_eq!(unknown.asn1, "{iso(1) member-body(2) 840}");
        assert_eq!(unknown.iri, "/ISO/2/840");
    }

    #[test]
    fn roots_have_no_encodings() {
        let root = forms(&"2".parse().unwrap(), &NoNames);
        assert_eq!(
            (root.dot.as_str(), root.asn1.as_str()),
            ("2", "{joint-iso-itu-t(2)}")
        );
        assert_eq!((root.der(), root.urn(), root.xer()), (None, None, None));
        let above = forms(&NodePath::root(), &NoNames);
        assert_eq!(
            (above.dot.as_str(), above.asn1.as_str(), above.iri.as_str()),
            (".", "{}", "/")
        );
    }

    fn oid() -> impl Strategy<Value = Oid> {
        let arc = prop_oneof![
            (0_u64..40).prop_map(ArcValue::from),
            any::<u64>().prop_map(ArcValue::from),
            any::<u128>().prop_map(ArcValue::from),
        ];
        (0_u64..3, 0_u64..40, proptest::collection::vec(arc, 0..10)).prop_map(|(a, b, rest)| {
            let top = [a, b].into_iter().map(ArcValue::from);
            Oid::from_arcs(top.chain(rest)).unwrap()
        })
    }

    proptest! {
        #[test]
        fn every_notation_and_back(oid in oid()) {
            let path = NodePath::from(&oid);
            let shown = forms(&path, &NoNames);
            let texts = [
                shown.asn1_numbers(), shown.iri_numbers(), shown.oid_iri(), shown.urn().unwrap(),
                shown.dot.clone(), shown.asn1.clone(), shown.iri.clone(),
            ];
            for text in texts {
                let parsed = parse(&text, Mode::Strict).unwrap();
                prop_assert_eq!(&resolve(&parsed, &NoNames, None).unwrap().path, &path, "{}", text);
            }
            let der = shown.der().unwrap();
            prop_assert_eq!(&Oid::from_der(&der).unwrap(), &oid);
            let (any, told) = decode(&der, Rules::Ber).unwrap();
            prop_assert_eq!(any, Value::ObjectIdentifier(oid.clone()));
            prop_assert!(told.is_empty());
            prop_assert_eq!(&per::decode(&shown.per().unwrap()).unwrap(), &oid);
            prop_assert_eq!(&oer::decode(&shown.oer().unwrap()).unwrap(), &oid);
            prop_assert_eq!(&cbor::decode(&shown.cbor().unwrap()).unwrap(), &cbor::Item::Oid(oid.clone()));
            prop_assert_eq!(&xer::decode(&shown.xer().unwrap()).unwrap(), &oid);
            prop_assert_eq!(&jer::decode(&shown.jer().unwrap()).unwrap(), &oid);
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in "[\\PC]{0,40}") {
            for mode in [Mode::Strict, Mode::Lenient] {
                if let Ok(parsed) = parse(&text, mode) {
                    prop_assert!(mode == Mode::Lenient || parsed.tolerated.is_empty());
                    drop(resolve(&parsed, &Few, None));
                }
            }
        }

        #[test]
        fn no_punctuation_makes_a_reader_panic(text in "[-{}()/*,.:% a-c0-2\n\u{A0}\u{2011}\"]{0,24}") {
            for mode in [Mode::Strict, Mode::Lenient] {
                if let Ok(parsed) = parse(&text, mode) {
                    prop_assert!(mode == Mode::Lenient || parsed.tolerated.is_empty());
                    drop(resolve(&parsed, &Few, None));
                }
            }
        }
    }
}
