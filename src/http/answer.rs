//! An answer before it is sent: what it holds, and for whom and how long it may be kept (RFC 9110, RFC 9111).
//!
//! What anybody may see carries an entity tag and may be kept; what somebody known is shown is kept by nobody and carries
//! none, so that no tag of one sight answers for another. It must never send a body with an answer that has none.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::{Seq, Timestamp, ViewFault};

use super::limits::ENTITY_TAGS_MAX;

/// The body of an answer.
pub type Body = Full<Bytes>;

/// Bytes of the digest in an entity tag: nobody gains by making two answers collide.
const TAG_BYTES: usize = 12;

/// Bytes of an answer in JSON, as a guess for the space that it needs.
const JSON_BYTES: usize = 2_048;

/// Header fields of an answer, as a guess for the space that they need.
const FIELDS: usize = 16;

/// How long an answer may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is read from the register and may be kept for as long as the settings say, then asked for again.
    Facts {
        /// The revision that the entity tag names.
        revision: Seq,
        /// The name of the representation, for the entity tag.
        of: &'static str,
        /// When what it shows last changed, where that can be told.
        modified: Option<Timestamp>,
    },
    /// It is part of the program.
    Fixed,
    /// It is asked for each time.
    Asked,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The type of its content.
    pub kind: &'static str,
    /// The content.
    pub body: Bytes,
    /// Further header fields.
    pub headers: HeaderMap,
    /// How long it may be kept.
    pub keep: Keep,
}

impl Answer {
    /// An answer with a content.
    pub fn new(kind: &'static str, body: impl Into<Bytes>, keep: Keep) -> Self {
        Self {
            status: StatusCode::OK,
            kind,
            body: body.into(),
            headers: HeaderMap::with_capacity(FIELDS),
            keep,
        }
    }

    /// An answer in JSON.
    pub fn json(
        kind: &'static str,
        content: &impl Serialize,
        keep: Keep,
    ) -> Result<Self, ViewFault> {
        let mut body = Vec::with_capacity(JSON_BYTES);
        serde_json::to_writer(&mut body, content)
            .map_err(|error| ViewFault(format!("an answer could not be written: {error}")))?;
        Ok(Self::new(kind, body, keep))
    }

    /// An answer without content that points elsewhere.
    pub fn redirect(status: StatusCode, to: &str) -> Self {
        let mut answer = Self::new("", Bytes::new(), Keep::Asked);
        answer.status = status;
        answer.with(header::LOCATION, to)
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header field; what no field can hold is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    /// The answer as it is sent.
    pub fn send(self, asked: &Asked<'_>) -> Response<Body> {
        let tag = self.tag().filter(|_| asked.public);
        let fresh = self.status == StatusCode::OK
            && matches!(*asked.method, Method::GET | Method::HEAD)
            && asked.public
            && is_fresh(asked.headers, tag.as_deref(), self.modified());
        let modified = self.modified().filter(|_| asked.public);
        let control = self.control(asked);
        let status = if fresh {
            StatusCode::NOT_MODIFIED
        } else {
            self.status
        };
        let mut headers = self.headers;
        if let Some(link) = headers.get_mut(header::LINK) {
            // Each is another one: the table of headers is for those that come again (RFC 7541 7.1.3).
            link.set_sensitive(true);
        }
        let fixed = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(mut value) = HeaderValue::from_str(value) {
                value.set_sensitive(name == header::ETAG);
                headers.insert(name, value);
            }
        };
        set(header::CACHE_CONTROL, &control);
        if let Some(tag) = &tag {
            set(header::ETAG, tag);
        }
        if let Some(modified) = modified {
            set(header::LAST_MODIFIED, &http_date(modified));
        }
        let mut body = Bytes::new();
        if !fresh {
            if !self.kind.is_empty() {
                set(header::CONTENT_TYPE, self.kind);
            }
            if status != StatusCode::NO_CONTENT {
                set(header::CONTENT_LENGTH, &self.body.len().to_string());
            }
            if *asked.method != Method::HEAD {
                body = self.body;
            }
        }
        // One may stand there already, and stays.
        headers.append(
            header::VARY,
            HeaderValue::from_static("Accept, Authorization"),
        );
        let mut response = Response::new(Body::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// The entity tag: the revision, the representation, and a digest of the content, which tells of all that may change it.
    fn tag(&self) -> Option<String> {
        let digest = || {
            let digest = Sha256::digest(&self.body);
            let part = digest.first_chunk::<TAG_BYTES>();
            URL_SAFE_NO_PAD.encode(part.map_or(&[][..], <[u8; TAG_BYTES]>::as_slice))
        };
        match (&self.keep, self.status) {
            (Keep::Facts { revision, of, .. }, StatusCode::OK) => {
                Some(format!("\"{revision}.{of}.{}\"", digest()))
            }
            (Keep::Fixed, StatusCode::OK) => Some(format!("\"{}\"", digest())),
            _ => None,
        }
    }

    const fn modified(&self) -> Option<Timestamp> {
        match &self.keep {
            Keep::Facts { modified, .. } => *modified,
            Keep::Fixed | Keep::Asked => None,
        }
    }

    fn control(&self, asked: &Asked<'_>) -> String {
        match self.keep {
            Keep::Fixed => "public, max-age=3600".to_owned(),
            _ if !asked.public => "private, no-store".to_owned(),
            Keep::Facts { .. } => format!("public, max-age={}", asked.kept_seconds),
            Keep::Asked => "no-cache".to_owned(),
        }
    }
}

/// Header fields that a page of another origin may read.
const EXPOSED: &str =
    "etag, link, location, last-modified, retry-after, x-request-id, oidra-revision";

/// What of a request decides how its answer is sent.
pub struct Asked<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its header fields.
    pub headers: &'a HeaderMap,
    /// Whether anybody would be answered the same.
    pub public: bool,
    /// For how many seconds public facts may be kept.
    pub kept_seconds: u64,
}

/// Whether the caller has this already (RFC 9110 13.2.2).
fn is_fresh(headers: &HeaderMap, tag: Option<&str>, modified: Option<Timestamp>) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        let Some(tag) = tag else { return false };
        let known = headers.get_all(header::IF_NONE_MATCH).iter();
        let mut known = known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .take(ENTITY_TAGS_MAX);
        return known.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag);
    }
    let since = headers.get(header::IF_MODIFIED_SINCE);
    let since = since.and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| httpdate::parse_http_date(text).ok());
    match (since, modified) {
        (Some(since), Some(modified)) => {
            let since = since
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| since.as_secs());
            seconds(modified) <= since
        }
        _ => false,
    }
}

/// Whole seconds since 1970; the rest is cut, as a date of HTTP does.
fn seconds(moment: Timestamp) -> u64 {
    u64::try_from(moment.micros()).unwrap_or_default() / 1_000_000
}

fn http_date(moment: Timestamp) -> String {
    let since = std::time::Duration::from_secs(seconds(moment));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Timestamp = Timestamp::from_micros(1_700_000_000_500_000);

    fn facts() -> Answer {
        let keep = Keep::Facts {
            revision: Seq::new(7),
            of: "json",
            modified: Some(MOMENT),
        };
        Answer::new("application/json", "{}", keep)
    }

    fn sent(headers: &[(HeaderName, &str)], method: &Method, public: bool) -> Response<Body> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect();
        facts().send(&Asked {
            method,
            headers: &headers,
            public,
            kept_seconds: 60,
        })
    }

    fn field(answer: &Response<Body>, name: HeaderName) -> Option<&str> {
        answer.headers().get(name)?.to_str().ok()
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let whole = sent(&[], &Method::GET, true);
        let tag = field(&whole, header::ETAG).unwrap().to_owned();
        assert!(tag.starts_with("\"7.json."), "{tag}");
        let date = field(&whole, header::LAST_MODIFIED).unwrap().to_owned();
        assert_eq!(date, "Tue, 14 Nov 2023 22:13:20 GMT");
        let status = |headers: &[(HeaderName, &str)]| sent(headers, &Method::GET, true).status();
        let weak = format!("\"x\", W/{tag}");
        assert_eq!(status(&[(header::IF_NONE_MATCH, &tag)]), 304);
        assert_eq!(status(&[(header::IF_NONE_MATCH, &weak)]), 304);
        assert_eq!(status(&[(header::IF_NONE_MATCH, "*")]), 304);
        assert_eq!(status(&[(header::IF_NONE_MATCH, "\"x\"")]), 200);
        assert_eq!(status(&[(header::IF_MODIFIED_SINCE, &date)]), 304);
        let before = "Tue, 14 Nov 2023 22:13:19 GMT";
        assert_eq!(status(&[(header::IF_MODIFIED_SINCE, before)]), 200);
        // The tag decides where both are sent.
        let both = [
            (header::IF_NONE_MATCH, "\"x\""),
            (header::IF_MODIFIED_SINCE, date.as_str()),
        ];
        assert_eq!(status(&both), 200);
        let many = "\"x\",".repeat(ENTITY_TAGS_MAX);
        assert_eq!(
            status(&[(header::IF_NONE_MATCH, &format!("{many}{tag}"))]),
            200
        );
    }

    #[test]
    fn what_somebody_known_is_shown_is_kept_by_nobody() {
        let public = sent(&[], &Method::GET, true);
        let tag = field(&public, header::ETAG).unwrap();
        let private = sent(&[(header::IF_NONE_MATCH, tag)], &Method::GET, false);
        assert_eq!(private.status(), 200);
        assert_eq!(field(&private, header::ETAG), None);
        assert_eq!(field(&private, header::LAST_MODIFIED), None);
        let control = field(&private, header::CACHE_CONTROL);
        assert_eq!(control, Some("private, no-store"));
        let control = field(&public, header::CACHE_CONTROL);
        assert_eq!(control, Some("public, max-age=60"));
    }

    #[test]
    fn a_head_has_the_fields_alone() {
        use http_body::Body as _;
        let head = sent(&[], &Method::HEAD, true);
        assert_eq!(field(&head, header::CONTENT_LENGTH), Some("2"));
        assert!(head.body().is_end_stream());
    }
}
