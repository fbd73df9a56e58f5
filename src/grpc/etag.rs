//! Entity tags: which revision of an entry its reader saw (AIP-154).
//!
//! A tag holds the revision and a checksum over node and revision, so that a tag of another entry or a mistyped one is told
//! apart from one that is merely old. It is no secret and proves nothing.

use crate::{
    model::{ApplicationId, Code, Refusal, Seq},
    oid::NodePath,
};

/// The tag of the revision `revision` of the entry of `path`.
pub fn of(path: &NodePath, revision: Seq) -> String {
    tagged(of_node(path), revision)
}

fn of_node(path: &NodePath) -> u32 {
    path.arcs().iter().fold(0, |sum, arc| {
        let arc = arc.to_be_bytes_min();
        // The length keeps arcs apart that would otherwise run together.
        let length = crc32c::crc32c_append(sum, &arc.len().to_be_bytes());
        crc32c::crc32c_append(length, &arc)
    })
}

fn tagged(sum: u32, revision: Seq) -> String {
    let sum = crc32c::crc32c_append(sum, &revision.get().to_be_bytes());
    format!("{revision}-{sum:08x}")
}

/// The tag of the revision `revision` of an application.
pub fn of_application(id: &ApplicationId, revision: Seq) -> String {
    tagged(crc32c::crc32c(id.as_str().as_bytes()), revision)
}

/// The revision that a tag of an application names; none for an empty tag.
pub fn parse_of_application(
    tag: &str,
    id: &ApplicationId,
    field: &str,
) -> Result<Option<Seq>, Refusal> {
    parsed(tag, |revision| of_application(id, revision), field)
}

/// The revision that a tag of the entry of `path` names; none for an empty tag.
pub fn parse(tag: &str, path: &NodePath, field: &str) -> Result<Option<Seq>, Refusal> {
    parsed(tag, |revision| of(path, revision), field)
}

fn parsed(tag: &str, of: impl Fn(Seq) -> String, field: &str) -> Result<Option<Seq>, Refusal> {
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
        Some(revision) if of(revision) == bare => Ok(Some(revision)),
        _ => {
            let detail = "the etag was not given out for this; read it again";
            Err(Refusal::new(Code::FieldInvalid, field, detail).value(tag))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_an_application_fits_no_other() {
        let id: ApplicationId = "a-1".parse().unwrap();
        let tag = of_application(&id, Seq::new(7));
        let read = |id: &str| parse_of_application(&tag, &id.parse().unwrap(), "etag");
        assert_eq!(read("a-1"), Ok(Some(Seq::new(7))));
        assert_eq!(read("a-2").unwrap_err().code, Code::FieldInvalid);
    }

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
