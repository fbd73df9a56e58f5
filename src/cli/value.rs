//! Reads the small notations of the command line: labels with languages, texts, number windows, services, contacts, spans of
//! time.
//!
//! Each reader takes what was typed and gives a message of the API or says what would be right. It must never ask a
//! server, and never judge what only the register can: whether a number is free or a label taken.

use prost_types::Timestamp;

use crate::{
    model::{
        entry::Language,
        ids::{RegistrantId, RequestId},
        money::{Amount, AmountError},
    },
    oid::{ArcValue, Identifier, UnicodeLabel},
    pb::v1::{self, registrant_ref},
};

/// The language written where none is given: undetermined (BCP 47, RFC 5646 section 4.1).
pub const LANGUAGE_UNDETERMINED: &str = "und";

/// Characters of a revision token: 24 octets in base64url.
const REVISION_TOKEN_CHARS: usize = 32;

/// Longest primary language subtag that is read before the colon of a text, in letters (ISO 639).
const PRIMARY_SUBTAG_LETTERS_MAX: usize = 3;

/// Runs of numbers, such as `1-999,5000-`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Windows(pub Vec<v1::NumberRange>);

/// Names that a policy reserves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

/// What a policy wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minimum(pub Vec<i32>);

/// The moment or revision of a reading of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// A moment or a date, as RFC 3339 writes it.
    Time(String),
    /// A revision token, or the sequence number of a record.
    Revision(String),
}

/// A span of time, in seconds, that may also be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Option<u64>);

/// A most-so-many that may also be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most(pub Option<u64>);

/// Reads a primary integer value of any size and keeps it as decimal text.
pub fn number(text: &str) -> Result<String, String> {
    let value: ArcValue = text.parse().map_err(shown)?;
    Ok(value.to_string())
}

/// Reads a secondary identifier.
pub fn identifier(text: &str) -> Result<String, String> {
    let identifier: Identifier = text.parse().map_err(shown)?;
    Ok(identifier.to_string())
}

/// Reads `LABEL` or `LABEL@LANGUAGE`.
pub fn label(text: &str) -> Result<v1::Label, String> {
    let (label, language) = match text.rsplit_once('@') {
        Some((label, tag)) => (label, language(tag)?),
        None => (text, String::new()),
    };
    let label: UnicodeLabel = label.parse().map_err(shown)?;
    Ok(v1::Label {
        label: label.to_string(),
        language,
    })
}

/// Reads a language tag.
pub fn language(text: &str) -> Result<String, String> {
    let language: Language = text.parse().map_err(shown)?;
    Ok(language.as_str().to_owned())
}

/// Reads `TEXT` or `LANGUAGE:TEXT`.
///
/// A text that begins with one word and a colon, or with what reads as a language and an equals sign, is refused unless the
/// word is a language: it may be one that was mistyped. `und:TEXT` takes any text as it is.
pub fn text(given: &str) -> Result<v1::Text, String> {
    let word = given
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .next()
        .unwrap_or_default();
    let behind = given.strip_prefix(word).unwrap_or_default();
    let (colon, rest) = match behind.split_at_checked(1) {
        Some((":", rest)) => (true, rest),
        Some(("=", rest)) => (false, rest),
        _ => return text_in(LANGUAGE_UNDETERMINED.to_owned(), given),
    };
    let spaced = rest.starts_with(char::is_whitespace);
    let tag = language(word).ok().filter(|_| looks_like_language(word));
    match (tag, colon) {
        (Some(language), true) if !spaced => text_in(language, rest),
        (Some(language), _) => Err(format!(
            "write {language}:{} for a text in that language, or und:{given} for one that begins so",
            rest.trim_start()
        )),
        (None, true) if !word.is_empty() && !spaced && !rest.starts_with("//") => Err(format!(
            "{word:?} is no language; write LANGUAGE:TEXT, such as en:Health, or und:{given} for a text that begins so"
        )),
        (None, _) => text_in(LANGUAGE_UNDETERMINED.to_owned(), given),
    }
}

fn text_in(language: String, text: &str) -> Result<v1::Text, String> {
    if text.trim().is_empty() {
        return Err("the text is empty".to_owned());
    }
    Ok(v1::Text {
        language,
        text: text.to_owned(),
    })
}

fn looks_like_language(tag: &str) -> bool {
    let primary = tag.split('-').next().unwrap_or_default();
    (2..=PRIMARY_SUBTAG_LETTERS_MAX).contains(&primary.len())
        && primary.bytes().all(|octet| octet.is_ascii_alphabetic())
}

/// Reads `KIND=URI` or `KIND=URI,PRIORITY`.
pub fn service(text: &str) -> Result<v1::Service, String> {
    let wanted =
        || "write KIND=URI or KIND=URI,PRIORITY, such as web=https://example.org,10".to_owned();
    let (kind, rest) = text.split_once('=').ok_or_else(wanted)?;
    let (uri, priority) = match rest.rsplit_once(',') {
        Some((uri, tail)) if !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit()) => {
            let priority = tail
                .parse()
                .map_err(|_| format!("the priority {tail} is larger than {}", u32::MAX))?;
            (uri, priority)
        }
        _ => (rest, 0),
    };
    if kind.is_empty() || uri.is_empty() {
        return Err(wanted());
    }
    Ok(v1::Service {
        kind: kind.to_owned(),
        uri: uri.to_owned(),
        priority,
    })
}

/// Reads `TITLE`, `URI` or `TITLE=URI`, each with `,asn1=MODULE` after it where a module uses the arc.
pub fn reference(text: &str) -> Result<v1::Reference, String> {
    let (text, module) = text.rsplit_once(",asn1=").unwrap_or((text, ""));
    let is_uri = |part: &str| part.contains("://") || part.starts_with("urn:");
    let (title, uri) = match text.split_once('=') {
        Some((title, uri)) if !is_uri(title) => (title, uri),
        _ if is_uri(text) => ("", text),
        _ => (text, ""),
    };
    if title.is_empty() && uri.is_empty() {
        return Err(
            "write TITLE, URI or TITLE=URI, such as X.660=https://www.itu.int/rec/T-REC-X.660"
                .to_owned(),
        );
    }
    Ok(v1::Reference {
        title: title.to_owned(),
        uri: uri.to_owned(),
        asn1_module: module.to_owned(),
    })
}

/// Reads `ROLE=ID`, or `ROLE=NAME <EMAIL>` for a new party, with `,KIND` and `,public` after it where it is no person and where
/// the public may see its name, and `,FIELD=WHO` for what is shown to others than usual.
pub fn contact(text: &str) -> Result<v1::NewContact, String> {
    let wanted = || {
        "write ROLE=ID, or for a new one ROLE=NAME <EMAIL>, such as 'technical=Asha Example <asha@example.org>'; \
         behind it ,organisation or ,machine where it is no person, ,public where all may see its name, and for example \
         ,email=public"
            .to_owned()
    };
    let (role, who) = text.split_once('=').ok_or_else(wanted)?;
    let role = contact_role(role)?;
    let kind = match who.split_once('<') {
        None => {
            let id: RegistrantId = who.parse().map_err(|_| wanted())?;
            registrant_ref::Kind::Id(id.to_string())
        }
        Some((name, rest)) => {
            let (email, marks) = rest.split_once('>').ok_or_else(wanted)?;
            let new = v1::Registrant {
                kind: v1::PartyKind::Person.into(),
                name: name.trim().to_owned(),
                email: email.trim().to_owned(),
                ..v1::Registrant::default()
            };
            if new.name.is_empty() || new.email.is_empty() {
                return Err(wanted());
            }
            registrant_ref::Kind::Registrant(marked(new, marks).ok_or_else(wanted)?)
        }
    };
    Ok(v1::NewContact {
        role: role.into(),
        party: Some(v1::RegistrantRef { kind: Some(kind) }),
    })
}

fn contact_role(word: &str) -> Result<v1::ContactRole, String> {
    match word {
        "administrative" => Ok(v1::ContactRole::Administrative),
        "technical" => Ok(v1::ContactRole::Technical),
        "abuse" => Ok(v1::ContactRole::Abuse),
        _ => Err(format!(
            "{word:?} is no role of a contact; write administrative, technical or abuse"
        )),
    }
}

/// One amount of a schedule of fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeAmount {
    kind: FeeKind,
    amount: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FeeKind {
    Application,
    Allocation,
    Renewal,
}

/// Reads `KIND=AMOUNT CURRENCY`, or `none`.
pub fn fee_amount(text: &str) -> Result<Option<FeeAmount>, String> {
    if text == "none" {
        return Ok(None);
    }
    let wanted = || {
        "write KIND=AMOUNT CURRENCY: application, allocation or renewal, such as 'application=50000 TZS', or none"
            .to_owned()
    };
    let (kind, rest) = text.split_once('=').ok_or_else(wanted)?;
    let kind = match kind.trim() {
        "application" => FeeKind::Application,
        "allocation" => FeeKind::Allocation,
        "renewal" => FeeKind::Renewal,
        _ => return Err(wanted()),
    };
    let amount = amount(rest)?;
    Ok(Some(FeeAmount { kind, amount }))
}

/// Reads an amount and its currency.
pub fn amount(text: &str) -> Result<Amount, String> {
    text.parse().map_err(|error: AmountError| error.to_string())
}

/// The schedule of some amounts, which are all of one currency, and each of another kind.
pub fn fee_schedule(amounts: &[FeeAmount]) -> Result<Option<v1::FeeSchedule>, String> {
    let Some(first) = amounts.first() else {
        return Ok(None);
    };
    let currency = first.amount.currency;
    let mut schedule = v1::FeeSchedule {
        currency: currency.to_string(),
        ..Default::default()
    };
    for one in amounts {
        let place = match one.kind {
            FeeKind::Application => &mut schedule.application,
            FeeKind::Allocation => &mut schedule.allocation,
            FeeKind::Renewal => &mut schedule.renewal,
        };
        if one.amount.currency != currency {
            return Err("all amounts are of one currency".to_owned());
        }
        if place.replace(one.amount.minor_units).is_some() {
            return Err("each kind of fee is named once".to_owned());
        }
    }
    Ok(Some(schedule))
}

/// An amount as the API has it.
pub fn wire_amount(amount: Amount) -> v1::Amount {
    v1::Amount {
        minor_units: amount.minor_units,
        currency: amount.currency.to_string(),
    }
}

/// To whom a field of a new party is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenBy {
    field: Field,
    audience: v1::Audience,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Email,
    Telephone,
    Address,
}

impl SeenBy {
    /// Says so of a party.
    pub fn put(self, new: &mut v1::Registrant) {
        match self.field {
            Field::Name => new.set_name_seen_by(self.audience),
            Field::Email => new.set_email_seen_by(self.audience),
            Field::Telephone => new.set_telephone_seen_by(self.audience),
            Field::Address => new.set_address_seen_by(self.audience),
        }
    }
}

/// Reads `FIELD=WHO`: to whom a field of a new party is shown.
pub fn seen_by(text: &str) -> Result<SeenBy, String> {
    let wanted = || {
        "write FIELD=WHO: name, email, telephone or address, and public, registrars or nobody, such as email=public"
            .to_owned()
    };
    let (field, who) = text.split_once('=').ok_or_else(wanted)?;
    let field = match field.trim() {
        "name" => Field::Name,
        "email" => Field::Email,
        "telephone" => Field::Telephone,
        "address" => Field::Address,
        _ => return Err(wanted()),
    };
    let audience = match who.trim() {
        "public" => v1::Audience::Public,
        "registrars" => v1::Audience::Registrars,
        "nobody" => v1::Audience::Nobody,
        _ => return Err(wanted()),
    };
    Ok(SeenBy { field, audience })
}

/// A new party with the marks that stand behind it, each after a comma.
fn marked(mut new: v1::Registrant, marks: &str) -> Option<v1::Registrant> {
    let mut marks = marks.split(',');
    if !marks.next()?.trim().is_empty() {
        return None;
    }
    for mark in marks {
        match mark.trim() {
            "person" => new.set_kind(v1::PartyKind::Person),
            "organisation" => new.set_kind(v1::PartyKind::Organisation),
            "machine" => new.set_kind(v1::PartyKind::Machine),
            "public" => new.name_public = true,
            more => seen_by(more).ok()?.put(&mut new),
        }
    }
    Some(new)
}

/// Reads windows: runs parted by commas, each `N`, `N-M` or `N-` (without end). Nothing at all means the usual: 1 and up.
pub fn windows(text: &str) -> Result<Windows, String> {
    parts(text, range).map(Windows)
}

/// Reads the parts of a list that stand between commas; nothing at all is an empty list.
fn parts<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(|part| read(part.trim())).collect()
}

/// Reads names that a policy reserves, parted by commas.
pub fn names(text: &str) -> Result<Names, String> {
    let name = |part: &str| {
        let name: UnicodeLabel = part.parse().map_err(|why| format!("{part}: {why}"))?;
        Ok(name.to_string())
    };
    parts(text, name).map(Names)
}

/// Reads a category of registrants, such as `government=1-99`; `none` means that there shall be none.
pub fn category(text: &str) -> Result<Option<v1::Category>, String> {
    if text == "none" {
        return Ok(None);
    }
    let wanted = "write NAME=WINDOWS, such as government=1-99, or none";
    let (name, runs) = text.split_once('=').ok_or(wanted)?;
    Ok(Some(v1::Category {
        name: identifier(name)?,
        windows: windows(runs)?.0,
    }))
}

/// The word for something that a policy can want to be told.
pub fn minimum_word(content: v1::MinimumContent) -> String {
    let name = content.as_str_name();
    let word = name.strip_prefix("MINIMUM_CONTENT_").unwrap_or(name);
    word.to_ascii_lowercase().replace('_', "-")
}

/// Reads what a policy wants to be told, words parted by commas.
pub fn minimum(text: &str) -> Result<Minimum, String> {
    use v1::MinimumContent as Content;
    const ALL: [Content; 8] = [
        Content::Label,
        Content::Description,
        Content::Contact,
        Content::Below,
        Content::LegalForm,
        Content::RegistrationNumber,
        Content::Country,
        Content::Attachment,
    ];
    let content = |part: &str| {
        let found = ALL.iter().find(|one| minimum_word(**one) == part);
        let words: Vec<_> = ALL.iter().map(|one| minimum_word(*one)).collect();
        let found = found.ok_or_else(|| format!("{part:?}: write one of {}", words.join(", ")))?;
        Ok((*found).into())
    };
    parts(text, content).map(Minimum)
}

/// Reads one run of numbers: `N`, `N-M` or `N-`.
pub fn range(text: &str) -> Result<v1::NumberRange, String> {
    let wanted =
        |part: &str| format!("{part:?} is no number; write N, N-M or N-, such as 1-999 or 5000-");
    let read = |part: &str| part.trim().parse::<ArcValue>().map_err(|_| wanted(part));
    let (from, to) = match text.split_once('-') {
        None => (read(text)?, Some(read(text)?)),
        Some((from, "")) => (read(from)?, None),
        Some((from, to)) => (read(from)?, Some(read(to)?)),
    };
    if to.as_ref().is_some_and(|to| *to < from) {
        return Err(format!("the run {text} ends before it begins"));
    }
    Ok(v1::NumberRange {
        from: from.to_string(),
        to: to.map(|to| to.to_string()).unwrap_or_default(),
    })
}

/// Reads a run that ends: `N` or `N-M`.
pub fn closed_range(text: &str) -> Result<v1::NumberRange, String> {
    let range = range(text)?;
    if range.to.is_empty() {
        return Err("the run must end here: write N or N-M".to_owned());
    }
    Ok(range)
}

/// How many numbers a closed run has; none where they are more than 2^64 - 1.
pub fn count(range: &v1::NumberRange) -> Option<u64> {
    let from: ArcValue = range.from.parse().ok()?;
    let to: ArcValue = range.to.parse().ok()?;
    let more = u64::try_from(to.offset_from(&from)?).ok()?;
    more.checked_add(1)
}

/// Writes windows as [`windows`] reads them.
pub fn show_windows(windows: &[v1::NumberRange]) -> String {
    let runs: Vec<String> = windows
        .iter()
        .map(|run| match run.to.as_str() {
            to if to == run.from => run.from.clone(),
            to => format!("{}-{to}", run.from),
        })
        .collect();
    runs.join(",")
}

/// Reads a span of time and gives seconds: a number with `s`, `m`, `h`, `d` or `w` after it; without one, seconds.
pub fn seconds(text: &str) -> Result<u64, String> {
    let wanted = || "write a number with s, m, h, d or w after it, such as 90d or 12h".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, unit) = text.split_at_checked(digits).ok_or_else(wanted)?;
    let each = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(wanted()),
    };
    let many: u64 = digits.parse().map_err(|_| wanted())?;
    many.checked_mul(each).ok_or_else(wanted)
}

/// Reads a span of time that is longer than nothing.
pub fn span(text: &str) -> Result<u64, String> {
    match seconds(text)? {
        0 => Err("the time must be longer than nothing".to_owned()),
        seconds => Ok(seconds),
    }
}

/// Reads a span of time that is longer than nothing, or `none`.
pub fn span_or_none(text: &str) -> Result<Span, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Span(None));
    }
    span(text).map(|seconds| Span(Some(seconds)))
}

/// Writes a span of time in the largest unit that fits without a rest.
pub fn show_seconds(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fits = units
        .iter()
        .find(|(each, _)| seconds >= *each && seconds.is_multiple_of(*each));
    fits.map_or_else(
        || format!("{seconds}s"),
        |(each, unit)| format!("{}{unit}", seconds / each),
    )
}

/// Reads a date, which means its beginning in UTC, or a moment (RFC 3339).
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let moment = match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment,
        Err(_) => text
            .parse::<jiff::civil::Date>()
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
            .map_err(|_| {
                "write a date such as 2026-03-03 or a moment such as 2026-03-03T12:00:00Z"
                    .to_owned()
            })?
            .timestamp(),
    };
    Ok(Timestamp {
        seconds: moment.as_second(),
        nanos: moment.subsec_nanosecond(),
    })
}

/// Reads a date, a moment, a revision token or the number of a revision.
pub fn as_of(text: &str) -> Result<AsOf, String> {
    if crate::model::Timestamp::parse_end_of_day(text).is_ok() {
        return Ok(AsOf::Time(text.to_owned()));
    }
    revision(text).map(AsOf::Revision).map_err(|_| {
        "neither a date (2026-03-03), a moment (2026-03-03T12:00:00Z), a revision's number (17) nor its token \
         (32 characters, which `oidctl server revision` prints)"
            .to_owned()
    })
}

/// Reads a revision token or the number of a revision; whether the register gave it out, the register knows.
pub fn revision(text: &str) -> Result<String, String> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_token = text.len() == REVISION_TOKEN_CHARS && text.bytes().all(token);
    let is_number = !text.starts_with('+') && text.parse::<u64>().is_ok();
    if is_token || is_number {
        return Ok(text.to_owned());
    }
    Err(
        "neither a revision's number (17) nor its token (32 characters, which `oidctl server revision` prints)"
            .to_owned(),
    )
}

/// Reads a request id.
pub fn request_id(text: &str) -> Result<String, String> {
    let id: RequestId = text.parse().map_err(shown)?;
    Ok(id.to_string())
}

/// Reads a number or `none`.
pub fn most(text: &str) -> Result<Most, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Most(None));
    }
    let most = text
        .parse()
        .map_err(|_| "write a number or none".to_owned())?;
    Ok(Most(Some(most)))
}

fn shown(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A window in seconds; none takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub Option<u64>);

/// A window of time, or `none`.
pub fn window(text: &str) -> Result<Window, String> {
    match text {
        "none" => Ok(Window(None)),
        _ => seconds(text).map(|seconds| Window(Some(seconds))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_windows(text: &str, expect: Result<&[(&str, &str)], &str>) {
        let got = windows(text);
        match expect {
            Ok(runs) => {
                let got = got.unwrap();
                let pairs: Vec<_> = got
                    .0
                    .iter()
                    .map(|r| (r.from.as_str(), r.to.as_str()))
                    .collect();
                assert_eq!(pairs, runs, "{text:?}");
                assert_eq!(windows(&show_windows(&got.0)).unwrap(), got, "{text:?}");
            }
            Err(part) => assert!(got.clone().unwrap_err().contains(part), "{text:?}: {got:?}"),
        }
    }

    #[test]
    fn window_notation() {
        check_windows("1-999,5000-", Ok(&[("1", "999"), ("5000", "")]));
        check_windows(" 7 , 9-10 ", Ok(&[("7", "7"), ("9", "10")]));
        check_windows("", Ok(&[]));
        check_windows("0-", Ok(&[("0", "")]));
        let wide = "340282366920938463463374607431768211456-";
        check_windows(wide, Ok(&[("340282366920938463463374607431768211456", "")]));
        check_windows("9-1", Err("ends before it begins"));
        check_windows("1,,2", Err("is no number"));
        check_windows("-5", Err("is no number"));
        check_windows("01-9", Err("is no number"));
        check_windows("a-b", Err("is no number"));
        assert!(closed_range("5-").is_err());
        assert_eq!(count(&closed_range("5").unwrap()), Some(1));
        assert_eq!(count(&closed_range("5-1004").unwrap()), Some(1_000));
        assert_eq!(
            count(&closed_range("0-18446744073709551615").unwrap()),
            None
        );
    }

    #[track_caller]
    fn check_label(given: &str, expect: Option<(&str, &str)>) {
        let got = label(given).ok();
        let got = got
            .as_ref()
            .map(|l| (l.label.as_str(), l.language.as_str()));
        assert_eq!(got, expect, "{given:?}");
    }

    #[test]
    fn labels_with_languages() {
        check_label("Afya", Some(("Afya", "")));
        check_label("Afya@sw", Some(("Afya", "sw")));
        check_label("صحة@ar", Some(("صحة", "ar")));
        check_label("Afya@SW-tz", Some(("Afya", "sw-TZ")));
        check_label("Afya@", None);
        check_label("@sw", None);
        check_label("12@sw", None);
        check_label("a b", None);
    }

    #[track_caller]
    fn check_text(given: &str, expect: (&str, &str)) {
        let got = text(given).unwrap();
        assert_eq!(
            (got.language.as_str(), got.text.as_str()),
            expect,
            "{given:?}"
        );
    }

    #[test]
    fn texts_with_languages() {
        check_text("en:Health", ("en", "Health"));
        check_text("sw-TZ:Afya", ("sw-TZ", "Afya"));
        check_text("zh-hant:健康", ("zh-Hant", "健康"));
        check_text("EN:Health", ("en", "Health"));
        check_text("Health", ("und", "Health"));
        check_text("note: a colon", ("und", "note: a colon"));
        check_text("a note: a colon", ("und", "a note: a colon"));
        check_text("https://example.org", ("und", "https://example.org"));
        check_text("E=mc²", ("und", "E=mc²"));
        check_text(":-)", ("und", ":-)"));
        check_text("en:a:b", ("en", "a:b"));
        check_text("und:Health:care", ("und", "Health:care"));
        assert!(text("en:").is_err());
        assert!(text(" ").is_err());
    }

    #[track_caller]
    fn check_mistyped(given: &str, advice: &str) {
        let told = text(given).unwrap_err();
        assert!(told.contains(advice), "{given:?}: {told}");
        assert_eq!(text(&format!("und:{given}")).unwrap().text, given);
    }

    #[test]
    fn a_language_that_may_be_mistyped_is_no_text() {
        check_mistyped("en=Health", "write en:Health");
        check_mistyped("sw-tz=Afya", "write sw-TZ:Afya");
        check_mistyped("en: Health", "write en:Health");
        check_mistyped("re: a colon", "und:re: a colon");
        check_mistyped("english:Health", "\"english\" is no language");
        check_mistyped("e:Health", "\"e\" is no language");
        check_mistyped("en-:Health", "\"en-\" is no language");
        check_mistyped("Health:care", "und:Health:care");
    }

    #[test]
    fn what_is_neither_a_time_nor_a_revision_is_refused() {
        let token = "A".repeat(REVISION_TOKEN_CHARS);
        for good in ["0", "17", &token] {
            assert_eq!(as_of(good), Ok(AsOf::Revision(good.to_owned())));
            assert_eq!(revision(good), Ok(good.to_owned()));
        }
        let long = format!("{token}A");
        for wrong in [
            "2026-13-03",
            "2026-02-30",
            "2026-03-03T25:00:00Z",
            "03.03.2026",
            "+7",
            "",
            &long,
        ] {
            let told = as_of(wrong).unwrap_err();
            assert!(
                told.contains("2026-03-03") && told.contains("token"),
                "{told}"
            );
            assert!(revision(wrong).is_err(), "{wrong}");
        }
        assert!(revision("2026-03-03").is_err());
    }

    #[test]
    fn services_and_references() {
        let got = service("web=https://example.org/?a=1,2,10").unwrap();
        assert_eq!((got.kind.as_str(), got.priority), ("web", 10));
        assert_eq!(got.uri, "https://example.org/?a=1,2");
        assert_eq!(service("ors=dns:x").unwrap().priority, 0);
        assert!(service("web").is_err());
        assert!(service("=x").is_err());
        assert!(service("web=x,4294967296").is_err());
        let got = reference("RFC 3061=https://example.org/?a=1,asn1=Mod").unwrap();
        assert_eq!(
            (got.title.as_str(), got.asn1_module.as_str()),
            ("RFC 3061", "Mod")
        );
        assert_eq!(got.uri, "https://example.org/?a=1");
        assert_eq!(
            reference("https://example.org/?a=1").unwrap().uri,
            "https://example.org/?a=1"
        );
        assert_eq!(reference("A book").unwrap().title, "A book");
        assert!(reference("").is_err());
    }

    #[test]
    fn fees_are_of_one_currency_and_each_of_another_kind() {
        let schedule = |typed: &[&str]| {
            let read: Result<Vec<_>, _> = typed.iter().map(|text| fee_amount(text)).collect();
            let read: Vec<_> = read?.into_iter().flatten().collect();
            fee_schedule(&read)
        };
        let both = schedule(&["application=50000 TZS", "renewal=0.5 TZS"]);
        let both = both.unwrap().unwrap();
        assert_eq!(both.currency, "TZS");
        assert_eq!(
            (both.application, both.allocation, both.renewal),
            (Some(5_000_000), None, Some(50))
        );
        assert_eq!(schedule(&["none"]), Ok(None));
        for wrong in [
            &["application=1 TZS", "renewal=1 EUR"][..],
            &["application=1 TZS", "application=2 TZS"],
            &["application=1"],
            &["tax=1 TZS"],
            &["1 TZS"],
        ] {
            assert!(schedule(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn audiences_are_typed_as_field_and_word() {
        let mut new = v1::Registrant::default();
        for typed in ["email=public", "name=nobody", "address=registrars"] {
            seen_by(typed).unwrap().put(&mut new);
        }
        assert_eq!(new.email_seen_by(), v1::Audience::Public);
        assert_eq!(new.name_seen_by(), v1::Audience::Nobody);
        assert_eq!(new.address_seen_by(), v1::Audience::Registrars);
        for wrong in ["email", "mail=public", "email=all", ""] {
            assert!(seen_by(wrong).is_err(), "{wrong}");
        }
    }

    #[track_caller]
    fn check_contact(given: &str, expect: Result<&str, &str>) {
        use registrant_ref::Kind;
        let told = contact(given).map(|read| {
            let role = read.role().as_str_name().to_owned();
            match read.party.unwrap().kind.unwrap() {
                Kind::Id(id) => format!("{role} {id}"),
                Kind::Registrant(new) => format!(
                    "{role} {} {} {} {}",
                    new.name,
                    new.email,
                    new.kind().as_str_name(),
                    new.name_public
                ),
            }
        });
        match expect {
            Ok(all) => assert_eq!(told.as_deref(), Ok(all), "{given:?}"),
            Err(part) => assert!(
                told.clone().unwrap_err().contains(part),
                "{given:?}: {told:?}"
            ),
        }
    }

    #[test]
    fn contacts() {
        check_contact("abuse=r-17", Ok("CONTACT_ROLE_ABUSE r-17"));
        check_contact(
            "technical=Asha Example <asha@example.org>",
            Ok("CONTACT_ROLE_TECHNICAL Asha Example asha@example.org PARTY_KIND_PERSON false"),
        );
        check_contact(
            "administrative=Example, Ltd <office@example.org>,organisation,public",
            Ok(
                "CONTACT_ROLE_ADMINISTRATIVE Example, Ltd office@example.org PARTY_KIND_ORGANISATION true",
            ),
        );
        check_contact("billing=r-17", Err("administrative, technical or abuse"));
        for unread in [
            "r-17",
            "technical=",
            "technical=Asha Example",
            "technical=<asha@example.org>",
            "technical=Asha <>",
            "technical=Asha <asha@example.org",
            "technical=Asha <asha@example.org> public",
            "technical=Asha <asha@example.org>,secret",
        ] {
            let advice = if unread.contains('=') {
                "NAME <EMAIL>"
            } else {
                "ROLE=ID"
            };
            check_contact(unread, Err(advice));
        }
    }

    #[test]
    fn spans_and_moments() {
        assert_eq!(seconds("90d"), Ok(7_776_000));
        assert_eq!(seconds("15"), Ok(15));
        assert_eq!(seconds("2w"), Ok(1_209_600));
        assert!(seconds("d").is_err());
        assert!(seconds("-1s").is_err());
        assert!(seconds("1y").is_err());
        assert!(seconds("18446744073709551615w").is_err());
        assert_eq!(show_seconds(7_776_000), "90d");
        assert_eq!(show_seconds(90), "90s");
        assert_eq!(show_seconds(0), "0s");
        assert_eq!(moment("1970-01-02").unwrap().seconds, 86_400);
        assert_eq!(moment("1970-01-01T00:00:01.5Z").unwrap().nanos, 500_000_000);
        assert!(moment("yesterday").is_err());
        assert_eq!(as_of("2026-03-03"), Ok(AsOf::Time("2026-03-03".to_owned())));
        assert_eq!(span("1s"), Ok(1));
        assert!(span("0d").unwrap_err().contains("longer than nothing"));
        assert_eq!(most("none"), Ok(Most(None)));
        assert_eq!(most("3"), Ok(Most(Some(3))));
        assert!(most("x").is_err());
    }
}
