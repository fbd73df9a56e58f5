//! Which of several representations a caller likes best: quality values of `Accept` (RFC 9110 12.4.2, 12.5.1).
//!
//! What is no media range is passed over, as if it had not been sent. It must never refuse a header: where nothing that can
//! be read stands in it, everything is welcome.

use http::{HeaderMap, header};

use super::limits::ACCEPT_RANGES_MAX;

/// What a caller accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// The ranges, in the order they were sent; none means anything.
    ranges: Vec<Range>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    kind: String,
    subtype: String,
    /// In thousandths.
    quality: u16,
}

/// How well a media type fits: the quality in thousandths, then how exactly it was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    quality: u16,
    exact: u8,
}

impl Accept {
    /// What the `Accept` fields of a request say.
    pub fn of_headers(headers: &HeaderMap) -> Self {
        let fields = headers.get_all(header::ACCEPT).iter();
        let texts = fields.filter_map(|field| field.to_str().ok());
        let ranges = texts
            .flat_map(elements)
            .take(ACCEPT_RANGES_MAX)
            .filter_map(range)
            .collect();
        Self { ranges }
    }

    /// What a text says, as the value of one field.
    pub fn parse(text: &str) -> Self {
        let ranges = elements(text).take(ACCEPT_RANGES_MAX).filter_map(range);
        Self {
            ranges: ranges.collect(),
        }
    }

    /// The media type that is liked best; among equals the one that was named more exactly, then the first of `offered`.
    /// `None` where none is acceptable.
    pub fn best<T: Copy>(&self, offered: impl IntoIterator<Item = (T, &'static str)>) -> Option<T> {
        let mut best: Option<(Fit, T)> = None;
        for (one, media) in offered {
            let Some(fit) = self.fit(media).filter(|fit| fit.quality > 0) else {
                continue;
            };
            if best.is_none_or(|(least, _)| fit > least) {
                best = Some((fit, one));
            }
        }
        best.map(|(_, one)| one)
    }

    /// How well a media type fits; the most exact range decides.
    fn fit(&self, media: &str) -> Option<Fit> {
        if self.ranges.is_empty() {
            return Some(Fit {
                quality: 1_000,
                exact: 0,
            });
        }
        let essence = media.split(';').next().unwrap_or(media);
        let (kind, subtype) = essence.split_once('/')?;
        let mut found: Option<Fit> = None;
        for range in &self.ranges {
            let exact = match (range.kind.as_str(), range.subtype.as_str()) {
                ("*", "*") => 0,
                (of, "*") if of == kind => 1,
                (of, this) if of == kind && this == subtype => 2,
                _ => continue,
            };
            if found.is_none_or(|fit| exact > fit.exact) {
                let quality = range.quality;
                found = Some(Fit { quality, exact });
            }
        }
        found
    }
}

/// The elements of a list.
fn elements(text: &str) -> impl Iterator<Item = &str> {
    parted(text, ',').filter(|element| !element.is_empty())
}

/// The parts of a text between separators that stand in no quoted string (RFC 9110 5.6.4).
fn parted(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == at && !quoted => return true,
            _ => {}
        }
        false
    })
    .map(str::trim)
}

fn range(element: &str) -> Option<Range> {
    let mut parts = parted(element, ';');
    let (kind, subtype) = parts.next()?.split_once('/')?;
    if !is_token(kind) || !is_token(subtype) || (kind == "*" && subtype != "*") {
        return None;
    }
    let mut value = 1_000;
    for part in parts {
        let Some((name, text)) = part.split_once('=') else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case("q") {
            value = quality(text.trim())?;
        }
    }
    Some(Range {
        kind: kind.to_ascii_lowercase(),
        subtype: subtype.to_ascii_lowercase(),
        quality: value,
    })
}

/// A quality value in thousandths: `0` to `1` with at most three digits after the point.
fn quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(whole, "0" | "1") {
        return None;
    }
    let padded = format!("{fraction:0<3}");
    let thousandths: u16 = padded.parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        _ => (thousandths == 0).then_some(1_000),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: [(&str, &str); 3] = [
        ("json", "application/json"),
        ("html", "text/html; charset=utf-8"),
        ("text", "text/plain; charset=utf-8"),
    ];

    #[track_caller]
    fn check(accept: &str, expect: Option<&str>) {
        assert_eq!(Accept::parse(accept).best(OFFERED), expect, "{accept}");
    }

    #[test]
    fn quality_decides_then_exactness_then_our_order() {
        check("", Some("json"));
        check("*/*", Some("json"));
        check(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Some("html"),
        );
        check("text/plain, */*", Some("text"));
        check("application/json, text/plain, */*", Some("json"));
        check("text/*;q=0.5, application/json;q=0.4", Some("html"));
        check("text/*, text/html;q=0", Some("text"));
        check("application/json;q=0.001, image/png", Some("json"));
        check("TEXT/HTML", Some("html"));
        check("text/html;level=1;q=0.3, text/plain;q=0.4", Some("text"));
    }

    #[test]
    fn what_is_not_acceptable_is_said() {
        check("image/png", None);
        check("application/json;q=0, text/*;q=0.000", None);
        check("*/*;q=0", None);
    }

    #[test]
    fn what_is_no_range_is_passed_over() {
        check("nonsense", Some("json"));
        check("text/html;q=2, text/plain;q=0.5", Some("text"));
        check("text/html;q=0.1234, text/plain;q=0.5", Some("text"));
        check("*/html, text/plain", Some("text"));
        check(
            "text/plain;q=\"a,b\", text/html;x=\"a,b;q=0\\\",\"",
            Some("html"),
        );
        check(", ,text/plain,", Some("text"));
    }

    #[test]
    fn only_so_many_ranges_are_looked_at() {
        let many = "image/png,".repeat(ACCEPT_RANGES_MAX - 1);
        check(&format!("{many}text/html"), Some("html"));
        check(&format!("{many}image/gif,text/html"), None);
    }
}
