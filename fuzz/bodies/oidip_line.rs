//! A request line of OID-IP as WHOIS brings it: what is echoed of it, and how it is refused.

use oidra::oidip::{Answer, Cause, Format, Request};

/// What the lines of a refusal begin with.
const FIELDS: [&str; 4] = ["query:", "result:", "message:", "lang:"];

/// Tries one input.
pub fn run(text: &str) {
    let (query, answer) = match Request::parse(text) {
        Ok(request) => {
            let shown = format!("{request:?}");
            for token in request.tokens() {
                // A short one may stand elsewhere in the line as well.
                let secret = token.reveal();
                if secret.len() >= 24 && text.matches(secret).count() == 1 {
                    assert!(!request.query().contains(secret) && !shown.contains(secret));
                }
            }
            let answer = Answer::unable(&request, Cause::NotNow, "not now");
            (request.query().to_owned(), answer)
        }
        Err(bad) => {
            let answer = Answer::refused(&bad);
            (bad.query, answer)
        }
    };
    let (namespace, _) = query.split_once(':').unwrap();
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    assert!(
        !namespace.is_empty() && namespace.bytes().all(word),
        "{query:?}"
    );
    assert!(!query.chars().any(char::is_control), "{query:?}");
    let told = answer.text();
    for line in told.split_terminator("\r\n") {
        assert!(
            FIELDS.iter().any(|field| line.starts_with(field)),
            "{line:?}"
        );
    }
    for format in Format::ALL {
        let told = answer.write(format, None);
        let bare = told.replace("\r\n", "").replace('\n', "");
        assert!(!bare.chars().any(char::is_control), "{told:?}");
    }
}
