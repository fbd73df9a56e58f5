//! The form of single values: how long a text, how many values, what an address looks like. Each check is written here once.
//!
//! Two ask: `grpc::convert`, which otherwise only parses, so that a caller learns of all faulty fields at once; and the
//! rules, so that no other way into the register goes past. Nothing here may look at the tree or mend a value.

use super::application::{About, Attachment};
use super::limits::{
    ATTACHMENT_NAME_BYTES_MAX, ATTACHMENTS_MAX, BASIS_BYTES_MAX, BLOCK_ARCS_MAX,
    BOUND_TO_BYTES_MAX, CREDENTIAL_NAME_BYTES_MAX, DESCRIPTION_BYTES_MAX, FEE_BYTES_MAX,
    FEE_MINOR_UNITS_MAX, NOTE_BYTES_MAX, PAPER_OCTETS_CEILING, PURPOSE_BYTES_MAX,
    SERVICE_KIND_CHARS_MAX, TITLE_BYTES_MAX, URI_BYTES_MAX,
};
use super::refusal::Code;

/// Schemes that run code or hide their contents where a page shows them as a link.
const SCHEMES_REFUSED: [&str; 4] = ["javascript", "vbscript", "data", "blob"];

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Its code.
    pub code: Code,
    /// What is wrong, for people; the value is not quoted.
    pub detail: String,
}

fn flaw(code: Code, detail: impl Into<String>) -> Flaw {
    let detail = detail.into();
    Flaw { code, detail }
}

/// How many lines a text may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// A list has at most `max` values.
pub fn few(count: usize, max: usize) -> Option<Flaw> {
    let detail = || format!("{count} values; at most {max} are taken");
    (count > max).then(|| flaw(Code::TooManyValues, detail()))
}

/// One command asks for 1 to [`BLOCK_ARCS_MAX`] arcs.
pub fn arcs(count: u64) -> Option<Flaw> {
    if count == 0 {
        return Some(flaw(Code::FieldRequired, "at least one arc is needed"));
    }
    let detail = || format!("{count} arcs; at most {BLOCK_ARCS_MAX} are taken in one command");
    (count > BLOCK_ARCS_MAX).then(|| flaw(Code::TooManyValues, detail()))
}

/// A text has at most `max` bytes.
pub fn fits(text: &str, max: usize) -> Option<Flaw> {
    let detail = || format!("{} bytes; at most {max} are taken", text.len());
    (text.len() > max).then(|| flaw(Code::FieldTooLong, detail()))
}

/// One title.
pub fn title(title: &str) -> Vec<Flaw> {
    text(title, TITLE_BYTES_MAX, Lines::One)
}

/// One description.
pub fn description(description: &str) -> Vec<Flaw> {
    text(description, DESCRIPTION_BYTES_MAX, Lines::Many)
}

/// A name or a number that stands in one line.
pub fn line(line: &str) -> Vec<Flaw> {
    text(line, NOTE_BYTES_MAX, Lines::One)
}

/// On what basis somebody is erased.
pub fn basis(basis: &str) -> Vec<Flaw> {
    text(basis, BASIS_BYTES_MAX, Lines::One)
}

/// What the owner of a credential calls it.
pub fn credential_name(name: &str) -> Vec<Flaw> {
    text(name, CREDENTIAL_NAME_BYTES_MAX, Lines::One)
}

/// What a credential is bound to: a certificate's name, or issuer and subject.
pub fn bound_to(bound_to: &str) -> Vec<Flaw> {
    text(bound_to, BOUND_TO_BYTES_MAX, Lines::One)
}

/// A proof, or an address on an envelope.
pub fn note(note: &str) -> Vec<Flaw> {
    text(note, NOTE_BYTES_MAX, Lines::Many)
}

/// A text is not empty, has at most `max` bytes, and no control characters but the ends of its lines and tabs.
fn text(text: &str, max: usize, lines: Lines) -> Vec<Flaw> {
    let empty = text.trim().is_empty();
    let empty = empty.then(|| flaw(Code::FieldRequired, "must not be empty"));
    let may = |c: char| lines == Lines::Many && matches!(c, '\n' | '\r' | '\t');
    let barred = text.chars().any(|c| c.is_control() && !may(c));
    let detail = match lines {
        Lines::One => "must be one line without control characters",
        Lines::Many => "must hold no control characters",
    };
    let barred = barred.then(|| flaw(Code::FieldInvalid, detail));
    [empty, fits(text, max), barred]
        .into_iter()
        .flatten()
        .collect()
}

/// What an application says beside what the arc shall hold: the field at fault, and what is wrong with it.
pub fn about(about: &About) -> Vec<(String, Flaw)> {
    let mut found = Vec::new();
    let mut put = |field: &str, flaws: Vec<Flaw>| {
        found.extend(flaws.into_iter().map(|flaw| (field.to_owned(), flaw)));
    };
    put(
        "purpose",
        text(&about.purpose, PURPOSE_BYTES_MAX, Lines::Many),
    );
    if let Some(below) = &about.below {
        put("below", text(below, PURPOSE_BYTES_MAX, Lines::Many));
    }
    for (field, value) in [
        ("legal_form", &about.legal_form),
        ("registration_number", &about.registration_number),
        ("fee_reference", &about.fee_reference),
    ] {
        if let Some(value) = value {
            put(field, line(value));
        }
    }
    if let Some(country) = &about.country {
        let fine = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        let detail = "must be two capital letters such as TZ (ISO 3166-1)";
        let odd = (!fine).then(|| flaw(Code::FieldInvalid, detail));
        put("country", odd.into_iter().collect());
    }
    let many = few(about.attachments.len(), ATTACHMENTS_MAX);
    put("attachments", many.into_iter().collect());
    for (at, one) in about.attachments.iter().enumerate().take(ATTACHMENTS_MAX) {
        let within = |field: &str| format!("attachments[{at}].{field}");
        let name = text(&one.name, ATTACHMENT_NAME_BYTES_MAX, Lines::One);
        put(&within("name"), name);
        put(&within("media_type"), media_type(&one.media_type));
        if let Some(address) = &one.uri {
            put(&within("uri"), uri(address));
        }
        let mut before = about.attachments.iter().take(at);
        if before.any(|before| before.sha256 == one.sha256) {
            let twice = flaw(Code::DuplicateValue, "the same attachment stands before");
            put(&within("sha256"), vec![twice]);
        }
    }
    if !about.declared {
        let detail = "the applicant has to declare to keep records of what is registered below and never to use a \
                      number again";
        put(
            "declaration_accepted",
            vec![flaw(Code::DeclarationRequired, detail)],
        );
    }
    found
}

/// What is told of a paper that is handed in: the field at fault, and what is wrong with it.
pub fn paper(paper: &Attachment) -> Vec<(&'static str, Flaw)> {
    let octets = match paper.octets {
        0 => Some(flaw(Code::FieldRequired, "an empty file is no paper")),
        octets if octets > PAPER_OCTETS_CEILING => {
            let detail = format!("{octets} octets; at most {PAPER_OCTETS_CEILING} are taken");
            Some(flaw(Code::FieldTooLong, detail))
        }
        _ => None,
    };
    let elsewhere = paper.uri.as_ref().map(|_| {
        let detail = "a paper that is handed in is had here and nowhere else";
        flaw(Code::FieldInvalid, detail)
    });
    let name = text(&paper.name, ATTACHMENT_NAME_BYTES_MAX, Lines::One);
    let mut found = Vec::new();
    for (field, flaws) in [
        ("name", name),
        ("media_type", media_type(&paper.media_type)),
        ("octets", octets.into_iter().collect()),
        ("uri", elsewhere.into_iter().collect()),
    ] {
        found.extend(flaws.into_iter().map(|flaw| (field, flaw)));
    }
    found
}

/// RFC 6838: a type, a stroke and a subtype, in one word.
fn media_type(value: &str) -> Vec<Flaw> {
    let word = |part: &str| {
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        !part.is_empty() && part.bytes().all(fine)
    };
    let halves = value.split_once('/');
    let fine = halves.is_some_and(|(kind, rest)| word(kind) && word(rest));
    let detail = "must be a media type such as application/pdf (RFC 6838)";
    let odd = (!fine).then(|| flaw(Code::FieldInvalid, detail));
    let long = fits(value, ATTACHMENT_NAME_BYTES_MAX);
    long.into_iter().chain(odd).collect()
}

/// What a policy says is to be paid for an application, or what is.
pub fn fee(fee: &str) -> Vec<Flaw> {
    text(fee, FEE_BYTES_MAX, Lines::One)
}

/// How much is to be paid, in minor units.
pub fn minor_units(units: u64) -> Option<Flaw> {
    let detail = || format!("{units} minor units; at most {FEE_MINOR_UNITS_MAX} are taken");
    (units > FEE_MINOR_UNITS_MAX).then(|| flaw(Code::FieldInvalid, detail()))
}

/// The kind of a service: a short word.
pub fn service_kind(kind: &str) -> Option<Flaw> {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if kind.is_empty() {
        Some(flaw(Code::FieldRequired, "must not be empty"))
    } else if kind.chars().count() > SERVICE_KIND_CHARS_MAX {
        let detail = format!("at most {SERVICE_KIND_CHARS_MAX} characters are taken");
        Some(flaw(Code::FieldTooLong, detail))
    } else {
        let detail = "must be of a to z, 0 to 9 and the hyphen, such as web";
        (!kind.bytes().all(word)).then(|| flaw(Code::FieldInvalid, detail))
    }
}

/// RFC 3986: a scheme, then something; no blanks, no control characters, no scheme that runs code.
pub fn uri(uri: &str) -> Vec<Flaw> {
    if uri.is_empty() {
        return vec![flaw(Code::FieldRequired, "must not be empty")];
    }
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
    let mut letters = scheme.chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    let goes_on = letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let absolute = begins && goes_on && !rest.is_empty() && uri.chars().all(in_uri);
    let runs = |bad: &&str| scheme.eq_ignore_ascii_case(bad);
    let form = if !absolute {
        let detail = "must be an absolute URI such as https://example.org/a (RFC 3986)";
        Some(flaw(Code::FieldInvalid, detail))
    } else if SCHEMES_REFUSED.iter().any(runs) {
        let detail = format!("a URI of the scheme {scheme} is not taken");
        Some(flaw(Code::FieldInvalid, detail))
    } else {
        None
    };
    fits(uri, URI_BYTES_MAX).into_iter().chain(form).collect()
}

/// The address of a service: a URI, a host or a domain, in one word.
pub fn address(address: &str) -> Vec<Flaw> {
    let empty = address.is_empty();
    let empty = empty.then(|| flaw(Code::FieldRequired, "must not be empty"));
    let detail = "must be a URI or a host, without blanks";
    let odd = (!address.chars().all(in_uri)).then(|| flaw(Code::FieldInvalid, detail));
    let long = fits(address, URI_BYTES_MAX);
    [empty, long, odd].into_iter().flatten().collect()
}

/// An e-mail address: a line, with a mailbox and a host, in one word.
pub fn email(email: &str) -> Vec<Flaw> {
    let halves = email.rsplit_once('@');
    let whole = halves.is_some_and(|(mailbox, host)| !mailbox.is_empty() && !host.is_empty());
    let fine = whole && !email.contains(char::is_whitespace);
    let detail = "must be an address such as office@example.org";
    let odd = (!fine).then(|| flaw(Code::FieldInvalid, detail));
    line(email).into_iter().chain(odd).collect()
}

/// Whether an IRI (RFC 3987) may hold the character.
fn in_uri(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !"<>\"{}|\\^`".contains(c)
}
