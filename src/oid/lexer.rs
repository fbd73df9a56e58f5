//! The lexical items of ASN.1 value notation (X.680 12) as far as object identifier values have them.
//!
//! White space is that of X.680 12.1.6, NO-BREAK SPACE included; comments are `--` to the next `--` or the end of the
//! line, and `/* */`, which nest; NON-BREAKING HYPHEN counts as a hyphen in names (X.680 11.8). It must never decide
//! what a token means.

use crate::oid::arc::ArcValue;
use crate::oid::label::Identifier;
use crate::oid::limits::COMMENT_NESTING_MAX;
use crate::oid::text::TextError;

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `(`
    OpenParenthesis,
    /// `)`
    CloseParenthesis,
    /// `,`
    Comma,
    /// `.`
    FullStop,
    /// A run of letters, digits and hyphens that begins with a digit.
    Number,
    /// Such a run that begins with a letter.
    Word,
    /// Any other character.
    Other,
}

/// A token and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
    /// Octets before it.
    pub(crate) position: usize,
}

impl Token<'_> {
    pub(crate) fn unexpected(&self, expected: &'static str) -> TextError {
        let found = self
            .text
            .chars()
            .next()
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        TextError::Unexpected {
            position: self.position,
            found,
            expected,
        }
    }

    pub(crate) fn defined_value(&self) -> TextError {
        TextError::DefinedValue {
            position: self.position,
            name: self.text.to_owned(),
        }
    }

    pub(crate) fn number(&self) -> Result<ArcValue, TextError> {
        let position = self.position;
        self.text
            .parse()
            .map_err(|source| TextError::Arc { position, source })
    }

    pub(crate) fn identifier(&self) -> Result<Identifier, TextError> {
        let name = self.text.replace('\u{2011}', "-");
        let position = self.position;
        name.parse().map_err(|source| TextError::Identifier {
            position,
            name,
            source,
        })
    }
}

/// Yields the tokens of a text.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// X.680 12.1.6.
pub(crate) const fn is_white_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | ' ' | '\u{A0}')
}

const fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\u{B}' | '\u{C}' | '\r')
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Result<Option<Token<'a>>, TextError> {
        self.clone().next()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, TextError> {
        self.skip()?;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let (kind, len) = match first {
            '{' => (TokenKind::OpenBrace, 1),
            '}' => (TokenKind::CloseBrace, 1),
            '(' => (TokenKind::OpenParenthesis, 1),
            ')' => (TokenKind::CloseParenthesis, 1),
            ',' => (TokenKind::Comma, 1),
            '.' => (TokenKind::FullStop, 1),
            '0'..='9' => (TokenKind::Number, run(rest)),
            c if c.is_alphanumeric() => (TokenKind::Word, run(rest)),
            c => (TokenKind::Other, c.len_utf8()),
        };
        let token = Token {
            kind,
            text: rest.get(..len).unwrap_or_default(),
            position: self.at,
        };
        self.at += len;
        Ok(Some(token))
    }

    /// Leaves out white space and comments.
    fn skip(&mut self) -> Result<(), TextError> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(is_white_space).len();
            self.at += blank;
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("--") {
                self.at += 2 + line_comment(comment);
            } else if rest.starts_with("/*") {
                self.at += self.block_comment(rest)?;
            } else {
                return Ok(());
            }
        }
    }

    fn block_comment(&self, rest: &str) -> Result<usize, TextError> {
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
            if tail.starts_with("/*") {
                depth += 1;
                at += 2;
            } else if tail.starts_with("*/") {
                depth -= 1;
                at += 2;
            } else {
                at += tail.chars().next().map_or(1, char::len_utf8);
            }
            if depth == 0 {
                return Ok(at);
            }
            if depth > COMMENT_NESTING_MAX {
                return Err(TextError::CommentsTooDeep);
            }
        }
        Err(TextError::UnclosedComment { position: self.at })
    }
}

/// How far a `--` comment reaches, from after its two hyphens.
fn line_comment(text: &str) -> usize {
    let end = text.find("--");
    // The end of the line is looked for before the hyphens only, so that many comments cost no more than one.
    let line = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    line.find(ends_line)
        .or(end.map(|end| end + 2))
        .unwrap_or(text.len())
}

/// How long the run of letters, digits and hyphens is; two hyphens in a row end it, since they begin a comment.
fn run(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let follows = chars.peek().map(|(_, next)| *next);
        let within = c.is_alphanumeric() || matches!(c, '_' | '\u{2011}');
        if !(within || c == '-' && follows != Some('-')) {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let mut lexer = Lexer::new(text);
        let mut got = Vec::new();
        while let Some(token) = lexer.next().unwrap() {
            assert!(text.get(token.position..).unwrap().starts_with(token.text));
            got.push(token.text);
        }
        assert_eq!(got, expect, "{text:?}");
    }

    #[test]
    fn tokens() {
        check("{a(1)}", &["{", "a", "(", "1", ")", "}"]);
        check("a-b a--c--d", &["a-b", "a", "d"]);
        check("a--c\nd", &["a", "d"]);
        check("/*x/*y*/z*/1/**/2", &["1", "2"]);
        check("1.2,3", &["1", ".", "2", ",", "3"]);
        check("\t\u{B}\u{C}\r\n\u{A0} 1", &["1"]);
        check("1\u{2003}2", &["1", "\u{2003}", "2"]);
    }

    #[test]
    fn comments_nest_to_the_limit() {
        let nested = |n: usize| format!("{}{}", "/*".repeat(n), "*/".repeat(n));
        assert!(
            Lexer::new(&nested(COMMENT_NESTING_MAX))
                .next()
                .unwrap()
                .is_none()
        );
        let refused = Lexer::new(&nested(COMMENT_NESTING_MAX + 1))
            .next()
            .unwrap_err();
        assert_eq!(refused, TextError::CommentsTooDeep);
    }
}
