//! A request of OID-IP, read once: the object, the format, tokens and languages (Standard 2, transports and grammar).
//!
//! What the grammar lets is taken; before that, any notation of an object identifier that stands without a name space is
//! understood, too. It must never keep a token where it could be shown: echoes are made without them, `Debug` hides them.

use std::fmt;

use crate::model::entry::Language;
use crate::oid::NodePath;
use crate::oid::notation::{self, Mode, Parsed, TextError};

use super::clean::clean_line;
use super::limits::{
    ARGUMENTS_MAX, LANGUAGES_WANTED_MAX, LINE_BYTES_MAX, TOKEN_BYTES_MAX, TOKENS_MAX,
};

/// Bytes that are echoed of a request that is too long.
const ECHO_BYTES: usize = 64;

/// In what an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines of `name: value`.
    #[default]
    Text,
    /// JSON, by the published schema.
    Json,
    /// XML, by the published schema.
    Xml,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Xml];

    /// Its name in a request.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }

    /// The media type over HTTP; UTF-8 always.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/vnd.viathinksoft.oidip; charset=UTF-8",
            Self::Json => "application/vnd.viathinksoft.oidip+json; charset=UTF-8",
            Self::Xml => "application/vnd.viathinksoft.oidip+xml; charset=UTF-8",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A token of a request's `auth`; it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthToken(String);

impl AuthToken {
    /// The secret, for whoever finds out whose it is.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(…)")
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A node by its numbers; the root too.
    Node(NodePath),
    /// A node by names, which a reading must look up.
    Named(Parsed),
    /// Something of another name space: nothing is known of that here.
    Elsewhere,
}

/// A request that is well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    query: String,
    pub(super) asked: Asked,
    format: Format,
    tokens: Vec<AuthToken>,
    languages: Vec<Language>,
}

/// Why a request is not well formed. No text of it quotes a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is asked for.
    #[error("nothing is asked for; ask for oid:2.999, for example")]
    Empty,
    /// The line is too long.
    #[error("a request of {bytes} bytes; at most {LINE_BYTES_MAX} are taken")]
    TooLong {
        /// Bytes given.
        bytes: usize,
    },
    /// It is no UTF-8.
    #[error("the request is not UTF-8")]
    NotUtf8,
    /// It holds control characters.
    #[error("the request holds control characters")]
    Control,
    /// The object identifier cannot be read.
    #[error("not an object identifier: {0}")]
    Object(TextError),
    /// It begins at a node that is not said.
    #[error("a relative object identifier needs a node to begin at")]
    Relative,
    /// A format that is not written here.
    #[error("Format \"{0}\" is not implemented; use text, json or xml.")]
    Format(String),
    /// An argument that is not `name=value`.
    #[error("argument {place} is not of the form name=value, the name of a to z and 0 to 9")]
    Argument {
        /// Which, from 1.
        place: usize,
    },
    /// An argument's value is empty or holds what it may not.
    #[error("the value of {name} is empty or holds a character that it may not")]
    Value {
        /// The argument's name.
        name: String,
    },
    /// An argument stands twice.
    #[error("the argument {name} stands twice")]
    Twice {
        /// The argument's name.
        name: String,
    },
    /// Too many arguments.
    #[error("{count} arguments; at most {ARGUMENTS_MAX} are taken")]
    Arguments {
        /// How many.
        count: usize,
    },
    /// The tokens are too many or too long, or one stands twice.
    #[error("at most {TOKENS_MAX} tokens of at most {TOKEN_BYTES_MAX} bytes are taken, each once")]
    Tokens,
    /// A language tag that is none, or too many of them.
    #[error(
        "lang must be at most {LANGUAGES_WANTED_MAX} language tags such as en or sw-TZ (RFC 5646)"
    )]
    Languages,
}

/// A request that is not well formed, as far as it can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// The request as it is echoed: without tokens, one line.
    pub query: String,
    /// The format it wanted; text where that is not implemented or not said.
    pub format: Format,
    /// What is wrong.
    pub fault: Fault,
}

impl Request {
    /// Reads a request line of WHOIS, without the end of the line.
    pub fn parse(line: &str) -> Result<Self, BadRequest> {
        let bytes = line.len();
        if bytes > LINE_BYTES_MAX {
            let kept = head(line, ECHO_BYTES).split('$').next().unwrap_or_default();
            return Err(BadRequest::new(echo(kept, &[]), Fault::TooLong { bytes }));
        }
        let mut pieces = line.trim().split('$');
        let object = pieces.next().unwrap_or_default().trim();
        let mut arguments = Arguments::default();
        let read = arguments.read_all(pieces);
        let query = echo(object, &arguments.kept);
        let faulty = |fault, format| BadRequest {
            query: query.clone(),
            format,
            fault,
        };
        if line.chars().any(char::is_control) {
            return Err(faulty(Fault::Control, Format::Text));
        }
        read.map_err(|fault| faulty(fault, arguments.format_of_refusal()))?;
        let asked = asked(object).map_err(|fault| faulty(fault, arguments.format))?;
        Ok(Self {
            query,
            asked,
            format: arguments.format,
            tokens: arguments.tokens,
            languages: arguments.languages,
        })
    }

    /// Reads a request of HTTP: `<name space>/<object>/<format>`, and the parameters `auth` and `lang` as they were found.
    /// The word `root` means the root; without a format it is text.
    pub fn of_parts(
        namespace: &str,
        object: &str,
        format: Option<&str>,
        auth: Option<&str>,
        lang: Option<&str>,
    ) -> Result<Self, BadRequest> {
        let object = if object == "root" { "" } else { object };
        if namespace.contains('$') || object.contains('$') {
            let shown = format!("{namespace}:{object}").replace('$', " ");
            return Err(BadRequest::new(
                echo(&shown, &[]),
                Fault::Value {
                    name: "object".to_owned(),
                },
            ));
        }
        let mut line = format!("{namespace}:{object}");
        let mut shown = Self::parse_parts(&line);
        for (name, value) in [("format", format), ("auth", auth), ("lang", lang)] {
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                continue;
            };
            if value.contains('$') || value.contains('=') {
                let name = name.to_owned();
                return Err(BadRequest::new(shown, Fault::Value { name }));
            }
            line.push('$');
            line.push_str(name);
            line.push('=');
            line.push_str(value);
        }
        let read = Self::parse(&line);
        // The parameters of HTTP are no part of the query.
        match read {
            Ok(request) => Ok(Self {
                query: std::mem::take(&mut shown),
                ..request
            }),
            Err(bad) => Err(BadRequest {
                query: shown,
                ..bad
            }),
        }
    }

    fn parse_parts(object: &str) -> String {
        if object.len() > LINE_BYTES_MAX {
            return echo(head(object, ECHO_BYTES), &[]);
        }
        echo(object, &[])
    }

    /// The request as it is echoed: without tokens, one line, beginning with a name space.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// In what the answer is to be written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The tokens, in the order given.
    pub fn tokens(&self) -> &[AuthToken] {
        &self.tokens
    }

    /// The languages that are wanted, the dearest first.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }
}

impl BadRequest {
    /// A request of which nothing but its echo is known.
    pub const fn new(query: String, fault: Fault) -> Self {
        Self {
            query,
            format: Format::Text,
            fault,
        }
    }

    /// A request line that is no UTF-8.
    pub fn not_utf8() -> Self {
        Self::new("oid:".to_owned(), Fault::NotUtf8)
    }
}

/// The arguments as far as they were read.
#[derive(Default)]
struct Arguments<'a> {
    format: Format,
    unknown_format: bool,
    tokens: Vec<AuthToken>,
    languages: Vec<Language>,
    names: Vec<&'a str>,
    /// What may be echoed.
    kept: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// Reads all; the first fault is told, and the echo is whole all the same.
    fn read_all(&mut self, pieces: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
        let mut first = Ok(());
        let mut count = 0;
        for (place, piece) in pieces.enumerate() {
            count = place + 1;
            if count > ARGUMENTS_MAX {
                continue;
            }
            let read = self.read(piece, count);
            first = first.and(read);
        }
        if count > ARGUMENTS_MAX {
            return Err(Fault::Arguments { count });
        }
        first
    }

    fn read(&mut self, piece: &'a str, place: usize) -> Result<(), Fault> {
        let Some((name, value)) = piece.split_once('=') else {
            // It may be a token that lost its name: it is not echoed.
            return Err(Fault::Argument { place });
        };
        let (name, value) = (name.trim(), value.trim());
        if !is_word(name) {
            return Err(Fault::Argument { place });
        }
        if name != "auth" {
            self.kept.push(piece);
        }
        if self.names.contains(&name) {
            let name = name.to_owned();
            return Err(Fault::Twice { name });
        }
        self.names.push(name);
        let may = |b: u8| (0x21..=0x7E).contains(&b) && !matches!(b, b'$' | b'=');
        if value.is_empty() || !value.bytes().all(may) {
            let name = name.to_owned();
            return Err(Fault::Value { name });
        }
        match name {
            "format" => self.format(value),
            "auth" => self.tokens(value),
            "lang" => self.languages(value),
            // Anything else may mean something to another service.
            _ => Ok(()),
        }
    }

    fn format(&mut self, value: &str) -> Result<(), Fault> {
        let known = Format::of_word(value);
        self.unknown_format = known.is_none();
        self.format = known.unwrap_or_default();
        known
            .map(drop)
            .ok_or_else(|| Fault::Format(value.to_owned()))
    }

    fn tokens(&mut self, value: &str) -> Result<(), Fault> {
        for token in value.split(',') {
            let token = AuthToken(token.to_owned());
            let fits = (1..=TOKEN_BYTES_MAX).contains(&token.0.len());
            if !fits || self.tokens.contains(&token) || self.tokens.len() >= TOKENS_MAX {
                self.tokens.clear();
                return Err(Fault::Tokens);
            }
            self.tokens.push(token);
        }
        Ok(())
    }

    fn languages(&mut self, value: &str) -> Result<(), Fault> {
        let mut read = Vec::new();
        for tag in value.split(',') {
            let tag: Language = tag.parse().map_err(|_| Fault::Languages)?;
            if !read.contains(&tag) {
                read.push(tag);
            }
        }
        if read.len() > LANGUAGES_WANTED_MAX {
            return Err(Fault::Languages);
        }
        self.languages = read;
        Ok(())
    }

    /// A format that is not implemented is answered in text (Standard 2, formats).
    fn format_of_refusal(&self) -> Format {
        if self.unknown_format {
            Format::Text
        } else {
            self.format
        }
    }
}

/// The beginning of a text, of at most `bytes` bytes.
fn head(text: &str, bytes: usize) -> &str {
    let mut ends = (0..=bytes.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn is_word(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !text.is_empty() && text.bytes().all(word)
}

/// What the object names.
fn asked(object: &str) -> Result<Asked, Fault> {
    if object.is_empty() {
        return Err(Fault::Empty);
    }
    if let Some(dotted) = object.strip_prefix("oid:") {
        let numbers = dotted.strip_prefix('.').unwrap_or(dotted);
        if numbers.is_empty() {
            return Ok(Asked::Node(NodePath::root()));
        }
        if numbers.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return match numbers.parse::<NodePath>() {
                Ok(path) => Ok(Asked::Node(path)),
                Err(error) => Err(Fault::Object(error.into())),
            };
        }
        return named(object).or_else(|_| named(dotted));
    }
    match object.split_once(':') {
        Some((namespace, _)) if is_word(namespace) && namespace != "urn" => Ok(Asked::Elsewhere),
        _ => named(object),
    }
}

/// An object identifier in whatever notation.
fn named(text: &str) -> Result<Asked, Fault> {
    let parsed = notation::parse(text, Mode::Lenient).map_err(Fault::Object)?;
    if parsed.relative {
        return Err(Fault::Relative);
    }
    Ok(Asked::Named(parsed))
}

/// A request as it is told back: what the schemas want before the colon, no tokens, nothing that ends a line.
fn echo(object: &str, kept: &[&str]) -> String {
    let namespaced = object.split_once(':').is_some_and(|(ns, _)| is_word(ns));
    let mut text = String::with_capacity(4 + object.len());
    if !namespaced {
        text.push_str("oid:");
    }
    text.push_str(&clean_line(object));
    for piece in kept {
        text.push('$');
        text.push_str(&clean_line(piece));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request in one line: its echo, what is asked, and its arguments.
    fn read(line: &str) -> String {
        match Request::parse(line) {
            Ok(request) => {
                let asked = match &request.asked {
                    Asked::Node(path) => format!("node {path}"),
                    Asked::Named(parsed) => {
                        format!("{} of {}", parsed.notation, parsed.steps.len())
                    }
                    Asked::Elsewhere => "elsewhere".to_owned(),
                };
                let languages: Vec<_> = request.languages.iter().map(Language::as_str).collect();
                let tokens = request.tokens.len();
                format!(
                    "{} | {asked} | {} {tokens} {}",
                    request.query,
                    request.format.word(),
                    languages.join(",")
                )
            }
            Err(bad) => format!("{} | {} | {}", bad.query, bad.format.word(), bad.fault),
        }
    }

    #[test]
    fn what_the_grammar_lets_is_taken() {
        for (line, expect) in [
            ("oid:", "oid: | node . | text 0 "),
            ("oid:.", "oid:. | node . | text 0 "),
            ("oid:2.999", "oid:2.999 | node 2.999 | text 0 "),
            ("oid:.2.999", "oid:.2.999 | node 2.999 | text 0 "),
            ("oid:2", "oid:2 | node 2 | text 0 "),
            (
                "oid:2.999$format=json",
                "oid:2.999$format=json | node 2.999 | json 0 ",
            ),
            (
                "oid:2.999$auth=t1,t2$lang=en-US,en",
                "oid:2.999$lang=en-US,en | node 2.999 | text 2 en-US,en",
            ),
            (
                "oid:2.999$format=xml$x1=y",
                "oid:2.999$format=xml$x1=y | node 2.999 | xml 0 ",
            ),
            (
                "uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6 | elsewhere | text 0 ",
            ),
            (
                "doi:10.1000/182$lang=de",
                "doi:10.1000/182$lang=de | elsewhere | text 0 de",
            ),
            (
                "oid:2.340282366920938463463374607431768211456",
                "oid:2.340282366920938463463374607431768211456 | node 2.340282366920938463463374607431768211456 | text 0 ",
            ),
        ] {
            assert_eq!(read(line), expect);
        }
    }

    #[test]
    fn other_notations_are_understood() {
        for (line, expect) in [
            ("2.999", "oid:2.999 | dot of 2 | text 0 "),
            (" .2.999 ", "oid:.2.999 | dot of 2 | text 0 "),
            ("urn:oid:2.999", "urn:oid:2.999 | urn of 2 | text 0 "),
            ("OID:2.999", "oid:OID:2.999 | dot of 2 | text 0 "),
            (
                "{joint-iso-itu-t(2) 999}",
                "oid:{joint-iso-itu-t(2) 999} | asn1 of 2 | text 0 ",
            ),
            (
                "/Joint-ISO-ITU-T/Example$format=json",
                "oid:/Joint-ISO-ITU-T/Example$format=json | iri of 2 | json 0 ",
            ),
            (
                "oid:/Country/TZ",
                "oid:/Country/TZ | oid-iri of 2 | text 0 ",
            ),
            ("/例", "oid:/例 | iri of 1 | text 0 "),
            ("iso.org.dod", "oid:iso.org.dod | names of 3 | text 0 "),
        ] {
            assert_eq!(read(line), expect);
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_no_token_is_echoed() {
        let tokens = |count: usize| {
            let all: Vec<_> = (0..count).map(|n| format!("t{n}")).collect();
            format!("oid:2.999$auth={}", all.join(","))
        };
        let languages = |count: u8| {
            let tag =
                |n: u8| format!("a{}", char::from(b'a' + n % 26)) + if n < 26 { "" } else { "-TZ" };
            let all: Vec<_> = (0..count).map(tag).collect();
            format!("oid:2.999$lang={}", all.join(","))
        };
        let arguments = |count: usize| {
            let all: Vec<_> = (0..count).map(|n| format!("$a{n}=b")).collect();
            format!("oid:2.999{}", all.concat())
        };
        for (line, expect) in [
            ("", "oid: | text | nothing is asked for"),
            (
                "$format=json",
                "oid:$format=json | json | nothing is asked for",
            ),
            (
                "oid:2.999$format=yaml$auth=s3cret",
                "oid:2.999$format=yaml | text | Format \"yaml\" is not implemented; use text, json or xml.",
            ),
            ("oid:2.999$s3cret", "oid:2.999 | text | argument 1 is not"),
            (
                "oid:2.999$Format=json",
                "oid:2.999 | text | argument 1 is not",
            ),
            (
                "oid:2.999$format=json$format=xml",
                "oid:2.999$format=json$format=xml | json | the argument format stands twice",
            ),
            (
                "oid:2.999$auth=s3cret$auth=s3cret2",
                "oid:2.999 | text | the argument auth stands twice",
            ),
            (
                "oid:2.999$auth=s3cret,s3cret",
                "oid:2.999 | text | at most 8 tokens",
            ),
            (
                "oid:2.999$auth=s3cret,",
                "oid:2.999 | text | at most 8 tokens",
            ),
            (
                "oid:2.999$auth=a=s3cret",
                "oid:2.999 | text | the value of auth",
            ),
            (
                "oid:2.999$lang=",
                "oid:2.999$lang= | text | the value of lang",
            ),
            (
                "oid:2.999$lang=not a tag",
                "oid:2.999$lang=not a tag | text | the value of lang",
            ),
            (
                "oid:2.999$lang=12345678901",
                "oid:2.999$lang=12345678901 | text | lang must be",
            ),
            ("oid:02.999", "oid:02.999 | text | not an object identifier"),
            ("oid:3.1", "oid:3.1 | text | not an object identifier"),
            ("oid:1.40", "oid:1.40 | text | not an object identifier"),
            ("oid:2..999", "oid:2..999 | text | not an object identifier"),
            (
                "oid:2.999\u{1b}[31m",
                "oid:2.999\u{fffd}[31m | text | the request holds control",
            ),
            (
                "hello world",
                "oid:hello world | text | not an object identifier",
            ),
            ("TZ/1", "oid:TZ/1 | text | a relative"),
        ] {
            let said = read(line);
            assert!(said.starts_with(expect), "{line:?}: {said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
        assert!(read(&tokens(TOKENS_MAX)).contains("text 8"));
        assert!(read(&tokens(TOKENS_MAX + 1)).contains("at most 8 tokens"));
        let token = |bytes: usize| format!("oid:2.999$auth={}", "t".repeat(bytes));
        assert!(Request::parse(&token(TOKEN_BYTES_MAX)).is_ok());
        assert!(read(&token(TOKEN_BYTES_MAX + 1)).contains("at most 8 tokens"));
        let most = u8::try_from(LANGUAGES_WANTED_MAX).unwrap();
        assert!(Request::parse(&languages(most)).is_ok());
        assert!(read(&languages(most + 1)).contains("lang must be"));
        assert!(Request::parse(&arguments(ARGUMENTS_MAX)).is_ok());
        assert!(read(&arguments(ARGUMENTS_MAX + 1)).contains("17 arguments"));
        let line = |bytes: usize| format!("oid:{}", "1".repeat(bytes - 4));
        assert!(!read(&line(LINE_BYTES_MAX)).contains("bytes; at most"));
        let said = read(&line(LINE_BYTES_MAX + 1));
        assert!(
            said.contains("16385 bytes; at most") && said.len() < 200,
            "{said}"
        );
        let cut = format!("{}s3cret", "é".repeat(LINE_BYTES_MAX));
        assert!(!read(&cut).contains("s3cret"));
    }

    #[test]
    fn tokens_are_not_shown() {
        let request = Request::parse("oid:2.999$auth=s3cret").unwrap();
        assert!(!format!("{request:?}").contains("s3cret"));
        assert_eq!(request.tokens()[0].reveal(), "s3cret");
    }

    #[test]
    fn the_parts_of_a_path_are_a_request() {
        let read = |namespace, object, format, auth, lang| match Request::of_parts(
            namespace, object, format, auth, lang,
        ) {
            Ok(one) => format!(
                "{} {} {}",
                one.query(),
                one.format().word(),
                one.tokens().len()
            ),
            Err(bad) => format!("{} {} {}", bad.query, bad.format.word(), bad.fault),
        };
        assert_eq!(read("oid", "2.999", None, None, None), "oid:2.999 text 0");
        assert_eq!(
            read("oid", "root", Some("xml"), Some("a,b"), Some("")),
            "oid: xml 2"
        );
        assert_eq!(read("uuid", "x", Some("json"), None, None), "uuid:x json 0");
        assert!(
            read("oid", "2.999", Some("pdf"), None, None)
                .starts_with("oid:2.999 text Format \"pdf\"")
        );
        assert!(
            read("oid", "2.999", Some("json"), Some("a$b"), None)
                .starts_with("oid:2.999 text the value of auth")
        );
        assert!(read("oid", "2.999$format=json", None, None, None).contains("the value of object"));
        assert!(read("oid", "2.999", None, None, Some("!")).contains("lang must be"));
    }
}
