//! Entity tags: which revision of an entry its reader saw (AIP-154).
//!
//! A tag holds the revision and a checksum over node and revision, so that a tag of another entry or a mistyped one is told
//! apart from one that is merely old. It is no secret and proves nothing.

use crate::{
    model::{Code, Refusal, Seq},
    oid::NodePath,
};

/// The tag of the revision `revision` of the entry of `path`.
pub fn of(path: &NodePath, revision: Seq) -> String {
    let of_node = path.arcs().iter().fold(0, |sum, arc| {
        let arc = arc.to_be_bytes_min();
        // The length keeps arcs apart that would otherwise run together.
        let length = crc32c::crc32c_append(sum, &arc.len().to_be_bytes());
        crc32c::crc32c_append(length, &arc)
    });
    let sum = crc32c::crc32c_append(of_node, &revision.get().to_be_bytes());
    format!("{revision}-{sum:08x}")
}

/// The revision that a tag of the entry of `path` names; none for an empty tag.
pub fn parse(tag: &str, path: &NodePath, field: &str) -> Result<Option<Seq>, Refusal> {
    if tag.is_empty() {
        return Ok(None);
    }
    // Quotation marks belong to HTTP's form of a tag; people copy them along.
    let bare = tag
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(tag);
    let revision = bare
        .split_once('-')
        .and_then(|(revision, _)| revision.parse().ok());
    match revision.map(Seq::new) {
        Some(revision) if of(path, revision) == bare => Ok(Some(revision)),
        _ => {
            let detail = "the etag was not given out for this entry; read the entry again";
            Err(Refusal::new(Code::FieldInvalid, field, detail).value(tag))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_revision_and_no_other_entry() {
        let path: NodePath = "2.16.834.1".parse().unwrap();
        let other: NodePath = "2.16.834.2".parse().unwrap();
        let tag = of(&path, Seq::new(7));
        assert_eq!(parse(&tag, &path, "etag"), Ok(Some(Seq::new(7))));
        assert_eq!(
            parse(&format!("\"{tag}\""), &path, "etag"),
            Ok(Some(Seq::new(7)))
        );
        assert_eq!(parse("", &path, "etag"), Ok(None));
        for (tag, path) in [
            (tag.as_str(), &other),
            ("7", &path),
            ("8-00000000", &path),
            ("x", &path),
            (tag.strip_suffix(|_: char| true).unwrap(), &path),
        ] {
            let refusal = parse(tag, path, "etag").unwrap_err();
            assert_eq!(
                (refusal.code, refusal.field.as_str()),
                (Code::FieldInvalid, "etag")
            );
        }
    }
}
