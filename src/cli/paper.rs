//! The form of an application: a file of TOML or JSON, what was typed, and files that go with it.
//!
//! What was typed stands before what the form says. It must never send anything: `commands::papers` does.

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{
    cli::{
        args::AskedArgs,
        commands::{new_entry, visibility_word},
        desk::Desk,
        failure::Failure,
        value,
    },
    pb::v1,
};

/// Most bytes of a form.
pub const FORM_BYTES_MAX: u64 = 1 << 20;
/// Most bytes of a file that goes with an application.
pub const ATTACHED_BYTES_MAX: u64 = 1 << 30;

/// Most bytes of a file that is handed in.
pub const HANDED_IN_BYTES_MAX: u64 = 64 << 20;

/// What an application asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// The wished number.
    pub number: String,
    /// What the arc shall hold.
    pub entry: v1::NewEntry,
    /// Everything else.
    pub about: v1::ApplicationAbout,
}

/// A form as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Written {
    number: Option<WrittenNumber>,
    identifiers: Vec<String>,
    /// Each as on the command line: `Afya@sw`.
    labels: Vec<String>,
    titles: BTreeMap<String, String>,
    descriptions: BTreeMap<String, String>,
    /// Each as on the command line: `web=https://example.org`.
    services: Vec<String>,
    /// Each as on the command line.
    references: Vec<String>,
    /// Each as on the command line.
    contacts: Vec<String>,
    visibility: Option<String>,
    applicant: Option<WrittenParty>,
    sponsor: String,
    category: String,
    purpose: String,
    below: String,
    legal_form: String,
    registration_number: String,
    country: String,
    fee_reference: String,
    /// The language in which the applicant wants to hear.
    pub language: Option<String>,
    attachments: Vec<WrittenAttachment>,
    declaration_accepted: bool,
}

/// A number as it is written; one that is too large for a number of the notation, as a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum WrittenNumber {
    Small(u64),
    Large(String),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenParty {
    id: String,
    kind: String,
    name: String,
    email: String,
    telephone: String,
    address: String,
    name_public: bool,
    seen_by: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAttachment {
    sha256: String,
    name: String,
    media_type: String,
    octets: u64,
    #[serde(default)]
    uri: String,
}

fn wrong(what: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("--form: {what}"))
}

/// Reads a form; an empty one where there is no file. A name that ends in `.json` is JSON, any other TOML.
pub fn read(path: Option<&Path>) -> Result<Written, Failure> {
    let Some(path) = path else {
        return Ok(Written::default());
    };
    let shown = path.display();
    let size = fs::metadata(path).map_err(|error| wrong(format!("{shown}: {error}")))?;
    if size.len() > FORM_BYTES_MAX {
        return Err(wrong(format!(
            "{shown} has more than {FORM_BYTES_MAX} bytes"
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| wrong(format!("{shown}: {error}")))?;
    let is_json = path.extension().and_then(OsStr::to_str) == Some("json");
    let form = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.to_string())
    };
    form.map_err(|error| wrong(format!("{shown}: {error}")))
}

fn each<T>(
    field: &str,
    written: &[String],
    read: fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let read = |text: &String| read(text).map_err(|why| wrong(format!("{field}: {text}: {why}")));
    written.iter().map(read).collect()
}

fn texts(written: BTreeMap<String, String>) -> Vec<v1::Text> {
    let text = |(language, text)| v1::Text { language, text };
    written.into_iter().map(text).collect()
}

impl Written {
    /// What the form asks for.
    pub fn into_paper(self) -> Result<Paper, Failure> {
        let visibility = self.visibility.as_deref().map(visibility_word);
        let visibility = visibility.transpose().map_err(wrong)?;
        let attachments = self.attachments.into_iter().map(|one| {
            let sha256 = hex::decode(&one.sha256)
                .map_err(|_| wrong("attachments: sha256 must be hexadecimal"))?;
            Ok(v1::Attachment {
                sha256: sha256.into(),
                name: one.name,
                media_type: one.media_type,
                octets: one.octets,
                uri: one.uri,
            })
        });
        Ok(Paper {
            number: match self.number {
                None => String::new(),
                Some(WrittenNumber::Small(number)) => number.to_string(),
                Some(WrittenNumber::Large(number)) => number,
            },
            entry: v1::NewEntry {
                identifiers: each("identifiers", &self.identifiers, value::identifier)?,
                labels: each("labels", &self.labels, value::label)?,
                visibility: visibility.unwrap_or_default().into(),
                flags: None,
                titles: texts(self.titles),
                descriptions: texts(self.descriptions),
                services: each("services", &self.services, value::service)?,
                references: each("references", &self.references, value::reference)?,
                registrant: self.applicant.map(party).transpose()?,
                sponsor: self.sponsor,
                applied: None,
                category: self.category,
                contacts: each("contacts", &self.contacts, value::contact)?,
            },
            about: v1::ApplicationAbout {
                purpose: self.purpose,
                below: self.below,
                legal_form: self.legal_form,
                registration_number: self.registration_number,
                country: self.country,
                fee_reference: self.fee_reference,
                attachments: attachments.collect::<Result<_, Failure>>()?,
                declaration_accepted: self.declaration_accepted,
            },
        })
    }
}

fn party(written: WrittenParty) -> Result<v1::RegistrantRef, Failure> {
    use v1::registrant_ref::Kind;
    if !written.id.is_empty() {
        let kind = Some(Kind::Id(written.id));
        return Ok(v1::RegistrantRef { kind });
    }
    let kind = match written.kind.as_str() {
        "person" => v1::PartyKind::Person,
        "organisation" => v1::PartyKind::Organisation,
        "machine" => v1::PartyKind::Machine,
        _ => {
            let why = "applicant.kind must be person, organisation or machine";
            return Err(wrong(why));
        }
    };
    let mut registrant = v1::Registrant {
        kind: kind.into(),
        name: written.name,
        email: written.email,
        telephone: written.telephone,
        address: written.address,
        name_public: written.name_public,
        ..Default::default()
    };
    for (field, who) in written.seen_by {
        let said = value::seen_by(&format!("{field}={who}"));
        said.map_err(|why| wrong(&why))?.put(&mut registrant);
    }
    let kind = Some(Kind::Registrant(registrant));
    Ok(v1::RegistrantRef { kind })
}

/// What there is, with what was typed in its place.
pub fn filled(desk: &Desk, typed: AskedArgs, before: Paper) -> Result<Paper, Failure> {
    let mut paper = before;
    let entry = new_entry(desk, typed.entry);
    macro_rules! put {
        ($($field:ident)*) => {$(
            if !entry.$field.is_empty() {
                paper.entry.$field = entry.$field;
            }
        )*};
    }
    put!(identifiers labels titles descriptions services references contacts sponsor category);
    if entry.visibility != 0 {
        paper.entry.visibility = entry.visibility;
    }
    paper.entry.flags = entry.flags.or(paper.entry.flags);
    paper.entry.registrant = entry.registrant.or(paper.entry.registrant);
    paper.entry.applied = entry.applied;
    macro_rules! set {
        ($($typed:ident => $to:expr;)*) => {$(
            if let Some(text) = typed.$typed {
                $to = text;
            }
        )*};
    }
    set! {
        number => paper.number;
        purpose => paper.about.purpose;
        below => paper.about.below;
        legal_form => paper.about.legal_form;
        registration_number => paper.about.registration_number;
        country => paper.about.country;
        fee_reference => paper.about.fee_reference;
    }
    if !typed.attachments.is_empty() {
        let attached = typed.attachments.iter().map(|text| attached(text));
        paper.about.attachments = attached.collect::<Result<_, _>>()?;
    }
    paper.about.declaration_accepted |= typed.declare;
    Ok(paper)
}

/// What is told of a file.
fn attached(text: &str) -> Result<v1::Attachment, Failure> {
    let (file, uri) = text.split_once('=').unwrap_or((text, ""));
    let path = Path::new(file);
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("--attach {file}: {error}"));
    let opened = fs::File::open(path).map_err(|error| wrong(&error))?;
    let size = opened.metadata().map_err(|error| wrong(&error))?.len();
    if size > ATTACHED_BYTES_MAX {
        return Err(wrong(&format!("has more than {ATTACHED_BYTES_MAX} bytes")));
    }
    let mut reader = std::io::BufReader::new(opened);
    let mut hash = Sha256::new();
    let mut octets = 0_u64;
    loop {
        let part = std::io::BufRead::fill_buf(&mut reader).map_err(|error| wrong(&error))?;
        let length = part.len();
        if length == 0 {
            break;
        }
        hash.update(part);
        octets = octets.saturating_add(length as u64);
        std::io::BufRead::consume(&mut reader, length);
    }
    let sha256: [u8; 32] = hash.finalize().into();
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or(file);
    Ok(v1::Attachment {
        sha256: sha256.to_vec().into(),
        name: name.to_owned(),
        media_type: media_type(path).to_owned(),
        octets,
        uri: uri.to_owned(),
    })
}

/// A file that is handed in: what is told of it, and its octets.
pub fn whole(file: &str) -> Result<(v1::Attachment, Vec<u8>), Failure> {
    let path = Path::new(file);
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("{file}: {error}"));
    let opened = fs::File::open(path).map_err(|error| wrong(&error))?;
    let mut content = Vec::new();
    let most = HANDED_IN_BYTES_MAX.saturating_add(1);
    let mut reader = std::io::Read::take(opened, most);
    let read = std::io::Read::read_to_end(&mut reader, &mut content);
    read.map_err(|error| wrong(&error))?;
    let octets = content.len() as u64;
    if octets > HANDED_IN_BYTES_MAX {
        return Err(wrong(&format!("has more than {HANDED_IN_BYTES_MAX} bytes")));
    }
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or(file);
    let attachment = v1::Attachment {
        sha256: Sha256::digest(&content).to_vec().into(),
        name: name.to_owned(),
        media_type: media_type(path).to_owned(),
        octets,
        uri: String::new(),
    };
    Ok((attachment, content))
}

/// The media type of a file by its name.
fn media_type(path: &Path) -> &'static str {
    let end = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    match end.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, text: &str) -> Result<Paper, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        read(Some(&path))?.into_paper()
    }

    #[test]
    fn a_form_says_the_same_in_both_notations() {
        let toml = "number = 42\nlabels = ['Afya@sw']\npurpose = 'Codes'\n\
                    [titles]\nsw = 'Afya'\n[applicant]\nkind = 'organisation'\nname = 'Wizara'\n";
        let json = r#"{"number": 42, "labels": ["Afya@sw"], "purpose": "Codes", "titles": {"sw": "Afya"},
                       "applicant": {"kind": "organisation", "name": "Wizara"}}"#;
        let read = form("form.toml", toml).unwrap();
        assert_eq!(read, form("form.json", json).unwrap());
        assert_eq!((read.number.as_str(), read.entry.labels.len()), ("42", 1));
        assert!(form("form.toml", "nummer = 42").is_err());
        assert!(form("form.toml", "[applicant]\nkind = 'king'").is_err());
        let long = usize::try_from(FORM_BYTES_MAX).unwrap();
        assert!(form("form.toml", &" ".repeat(long)).is_ok());
        assert!(form("form.toml", &" ".repeat(long + 1)).is_err());
    }

    #[test]
    fn a_file_is_told_by_its_digest_and_one_past_the_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.PDF");
        fs::write(&path, b"abc").unwrap();
        let text = format!("{}=https://example.org/letter", path.display());
        let told = attached(&text).unwrap();
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(&told.sha256), digest);
        assert_eq!(
            (told.octets, told.media_type.as_str()),
            (3, "application/pdf")
        );
        assert_eq!(told.uri, "https://example.org/letter");
        // A file with a hole takes no room.
        let file = fs::File::create(&path).unwrap();
        file.set_len(ATTACHED_BYTES_MAX + 1).unwrap();
        assert!(attached(&path.display().to_string()).is_err());
    }

    #[test]
    fn one_byte_past_the_limit_is_not_handed_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        fs::write(&path, b"abc").unwrap();
        let text = path.display().to_string();
        let (told, content) = whole(&text).unwrap();
        assert_eq!((told, content), (attached(&text).unwrap(), b"abc".to_vec()));
        let file = fs::File::create(&path).unwrap();
        file.set_len(HANDED_IN_BYTES_MAX + 1).unwrap();
        assert!(whole(&text).is_err());
    }
}
