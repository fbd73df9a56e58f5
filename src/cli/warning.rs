//! What was tolerated in a text, and which names disagree with the numbers beside them: told on the standard error wherever
//! the answer itself has no place for it.
//!
//! It must never be left out: the number counted, and whoever wrote the name may have meant another arc.

use crate::cli::{
    output::note,
    table::clean,
    view::{DisagreementView, ToleranceView},
};

/// Tells them one a line, after `about` where several texts were given.
pub fn tell(about: &str, tolerated: &[ToleranceView], disagreements: &[DisagreementView]) {
    for line in lines(about, tolerated, disagreements) {
        note(&line);
    }
}

fn lines(
    about: &str,
    tolerated: &[ToleranceView],
    disagreements: &[DisagreementView],
) -> Vec<String> {
    let about = match about {
        "" => String::new(),
        about => format!("{about}: "),
    };
    let tolerated = tolerated
        .iter()
        .map(|t| format!("{about}Tolerated: {} ({})", t.message, t.code));
    let disagreements = disagreements.iter().map(|d| {
        let known = if d.registered.is_empty() {
            "none".to_owned()
        } else {
            d.registered.join(", ")
        };
        format!(
            "{about}{} is not a name of {}; known there: {known}",
            d.given, d.oid
        )
    });
    tolerated
        .chain(disagreements)
        .map(|line| clean(&line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_line_that_says_what_it_is_about() {
        let tolerated = [ToleranceView {
            code: "WHITE_SPACE_AROUND".to_owned(),
            message: "white space".to_owned(),
        }];
        let known = DisagreementView {
            oid: "2.999.3".to_owned(),
            given: "we\u{1b}alth".to_owned(),
            registered: vec!["health".to_owned(), "afya".to_owned()],
        };
        let nothing = DisagreementView {
            registered: Vec::new(),
            ..known.clone()
        };
        assert_eq!(
            lines("", &tolerated, &[known]),
            [
                "Tolerated: white space (WHITE_SPACE_AROUND)",
                "we\\u{1b}alth is not a name of 2.999.3; known there: health, afya"
            ]
        );
        let told = lines("line 7", &[], &[nothing]);
        assert!(told[0].starts_with("line 7: ") && told[0].ends_with("known there: none"));
    }
}
