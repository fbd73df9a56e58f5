//! Which of several languages to answer in (RFC 4647, lookup; RFC 9110 12.5.4 for the header of HTTP).
//!
//! It must never leave a text out because nobody asked for its language: then the first one there is stands.

use crate::model::entry::{Language, Text};

use super::limits::LANGUAGES_WANTED_MAX;

/// The text to show: the dearest language that is there, else the first text.
pub(super) fn choose<'a>(texts: &'a [Text], wanted: &[Language]) -> Option<&'a Text> {
    let found = wanted
        .iter()
        .find_map(|range| look_up(texts, range.as_str()));
    found.or_else(|| texts.first())
}

/// The text of a language range: its own, else a wider one's (`sw` for `sw-TZ`), else a narrower one's (`sw-TZ` for `sw`).
fn look_up<'a>(texts: &'a [Text], range: &str) -> Option<&'a Text> {
    let exact = |range: &str| {
        let mut all = texts.iter();
        all.find(|text| text.language.as_str().eq_ignore_ascii_case(range))
    };
    let mut wider = range;
    loop {
        if let Some(text) = exact(wider) {
            return Some(text);
        }
        match wider.rsplit_once('-') {
            Some((rest, _)) => wider = rest,
            None => break,
        }
        // A single letter or digit only begins something (RFC 4647 3.4).
        if let Some((rest, last)) = wider.rsplit_once('-')
            && last.len() == 1
        {
            wider = rest;
        }
    }
    texts.iter().find(|text| {
        let tag = text.language.as_str();
        let head = tag.get(..range.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(range))
            && tag.as_bytes().get(range.len()) == Some(&b'-')
    })
}

/// What an `Accept-Language` header wants, as the argument `lang` writes it: the dearest first, without weights, wildcards
/// and what is no language tag. Empty where nothing is left.
pub fn wanted_of_header(header: &str) -> String {
    let mut ranges: Vec<(u16, &str)> = header
        .split(',')
        .take(LANGUAGES_WANTED_MAX)
        .filter_map(|part| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let tag = tag.trim();
            tag.parse::<Language>().ok()?;
            Some((weight(rest), tag))
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let tags: Vec<&str> = ranges.into_iter().map(|(_, tag)| tag).collect();
    tags.join(",")
}

/// A weight in thousandths; one that cannot be read is the full one.
fn weight(parameters: &str) -> u16 {
    let weight = parameters.split(';').find_map(|one| {
        let (name, value) = one.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then_some(value.trim())
    });
    let Some((whole, thousandths)) = weight.map(|text| text.split_once('.').unwrap_or((text, "")))
    else {
        return 1_000;
    };
    if whole != "0" {
        return 1_000;
    }
    let digits: String = thousandths.chars().chain("000".chars()).take(3).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tags: &str) -> Vec<Text> {
        let text = |tag: &str| Text {
            language: tag.parse().unwrap(),
            text: tag.to_owned(),
        };
        tags.split(' ')
            .filter(|tag| !tag.is_empty())
            .map(text)
            .collect()
    }

    #[test]
    fn the_dearest_language_that_is_there_is_taken() {
        for (there, wanted, expect) in [
            ("en sw", "sw", "sw"),
            ("en sw", "sw-TZ,en", "sw"),
            ("en sw-TZ", "sw", "sw-TZ"),
            ("en zh-Hant", "zh-Hant-x-a,en", "zh-Hant"),
            ("en sw", "fr,SW", "sw"),
            ("en sw", "fr", "en"),
            ("en sw", "", "en"),
            ("ent en", "en", "en"),
        ] {
            let texts = texts(there);
            let wanted: Vec<Language> = wanted
                .split(',')
                .filter_map(|tag| tag.parse().ok())
                .collect();
            let chosen = choose(&texts, &wanted).map(|text| text.text.as_str());
            assert_eq!(chosen, Some(expect), "{there} / {wanted:?}");
        }
        assert_eq!(choose(&[], &["en".parse().unwrap()]), None);
    }

    #[test]
    fn a_header_becomes_a_list() {
        for (header, expect) in [
            ("sw", "sw"),
            ("en;q=0.5, sw-TZ, fr;q=0.8", "sw-TZ,fr,en"),
            ("*, en;q=0", ""),
            ("en;q=0.25;x=1, de;q=0.3", "de,en"),
            ("en; q=1.000, ;;, 1234567890", "en"),
            ("", ""),
        ] {
            assert_eq!(wanted_of_header(header), expect, "{header}");
        }
        let many = vec!["en"; LANGUAGES_WANTED_MAX + 1].join(",");
        assert_eq!(
            wanted_of_header(&many).split(',').count(),
            LANGUAGES_WANTED_MAX
        );
    }
}
