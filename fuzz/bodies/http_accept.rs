//! `Accept`: whatever is sent, one of those offered is chosen or none, and what is refused (`q=0`) is never chosen.

use oidra::http::negotiate::Accept;

const OFFERED: [(usize, &str); 3] = [
    (0, "application/json"),
    (1, "text/html; charset=utf-8"),
    (2, "text/plain"),
];

/// Tries one input.
pub fn run(text: &str) {
    let accept = Accept::parse(text);
    let Some(best) = accept.best(OFFERED) else {
        return;
    };
    // It is acceptable alone, too, and of those before it none is liked better.
    assert_eq!(accept.best([OFFERED[best]]), Some(best));
    assert_eq!(accept.best(OFFERED.into_iter().take(best + 1)), Some(best));
}
