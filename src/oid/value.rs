//! ASN.1 value notation of OBJECT IDENTIFIER and RELATIVE-OID (X.680 32 and 33), with comments and white space.
//!
//! Components are numbers, names with their number in parentheses, and, where X.660 standardizes them, bare names. It
//! must never take a reference to a value defined elsewhere for a name with a meaning: such values are refused.

use crate::oid::arc::ArcValue;
use crate::oid::label::Identifier;
use crate::oid::lexer::{Lexer, Token, TokenKind};
use crate::oid::limits::ARCS_CEILING;
use crate::oid::name::OidError;
use crate::oid::notation::{Mode, Notation, Parsed, Step, check_steps};
use crate::oid::standard;
use crate::oid::text::{TextError, Tolerance};

const COMPONENT: &str = "a number, a name or a closing brace";

/// Reads a value; of a relative one no name may stand without its number.
pub fn parse(
    text: &str,
    relative: bool,
    mode: Mode,
) -> Result<(Vec<Step>, Vec<Tolerance>), TextError> {
    let mut reader = Reader::new(text, relative, mode);
    reader.value()?;
    Ok((reader.steps, reader.tolerated))
}

/// Reads an XML value (X.680 32.3 and 33.3): the same components, joined by full stops, without braces.
pub fn parse_xml(text: &str, relative: bool, mode: Mode) -> Result<Parsed, TextError> {
    let mut reader = Reader::new(text, relative, mode);
    loop {
        let expected = "a number or a name";
        let token = reader.some(expected)?;
        match token.kind {
            TokenKind::Number => reader.number(token)?,
            TokenKind::Word => reader.named(token)?,
            _ => return Err(token.unexpected(expected)),
        }
        match reader.lexer.next()? {
            None => break,
            Some(token) if token.kind == TokenKind::FullStop => {}
            Some(token) => return Err(token.unexpected("a full stop")),
        }
        reader.check_count()?;
    }
    if !relative {
        check_steps(&reader.steps)?;
    }
    let notation = if relative {
        Notation::RelativeAsn1
    } else {
        Notation::Asn1
    };
    Ok(Parsed {
        notation,
        steps: reader.steps,
        relative,
        tolerated: reader.tolerated,
        mode,
    })
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    relative: bool,
    mode: Mode,
    steps: Vec<Step>,
    /// The numbers so far, while all are known without a register and names may still be standardized below them.
    top: Option<Vec<ArcValue>>,
    tolerated: Vec<Tolerance>,
}

impl<'a> Reader<'a> {
    const fn new(text: &'a str, relative: bool, mode: Mode) -> Self {
        Self {
            lexer: Lexer::new(text),
            relative,
            mode,
            steps: Vec::new(),
            top: Some(Vec::new()),
            tolerated: Vec::new(),
        }
    }

    fn check_count(&self) -> Result<(), TextError> {
        if self.steps.len() > ARCS_CEILING {
            return Err(OidError::TooManyArcs.into());
        }
        Ok(())
    }

    fn value(&mut self) -> Result<(), TextError> {
        self.expect(TokenKind::OpenBrace, "an opening brace")?;
        let mut parted = false;
        loop {
            let token = self.some(COMPONENT)?;
            match token.kind {
                TokenKind::CloseBrace if !parted => break,
                TokenKind::Comma if self.may_part(parted) => {
                    self.tolerate(Tolerance::Commas)?;
                    parted = true;
                    continue;
                }
                TokenKind::FullStop if self.may_part(parted) => {
                    self.tolerate(Tolerance::FullStopsInBraces)?;
                    parted = true;
                    continue;
                }
                TokenKind::Number => self.number(token)?,
                TokenKind::Word => self.named(token)?,
                TokenKind::OpenBrace => {
                    return Err(TextError::NestedBraces {
                        position: token.position,
                    });
                }
                _ => return Err(token.unexpected(COMPONENT)),
            }
            parted = false;
            self.check_count()?;
        }
        if self.steps.is_empty() {
            return Err(TextError::EmptyBraces);
        }
        match self.lexer.next()? {
            Some(token) => Err(token.unexpected("the end of the text")),
            None => Ok(()),
        }
    }

    const fn may_part(&self, parted: bool) -> bool {
        !parted && !self.steps.is_empty()
    }

    fn tolerate(&mut self, tolerance: Tolerance) -> Result<(), TextError> {
        if self.mode == Mode::Strict {
            return Err(TextError::NotStrict(tolerance));
        }
        if !self.tolerated.contains(&tolerance) {
            self.tolerated.push(tolerance);
        }
        Ok(())
    }

    fn some(&mut self, expected: &'static str) -> Result<Token<'a>, TextError> {
        self.lexer.next()?.ok_or(TextError::Unfinished { expected })
    }

    fn expect(&mut self, kind: TokenKind, expected: &'static str) -> Result<(), TextError> {
        let token = self.some(expected)?;
        if token.kind == kind {
            Ok(())
        } else {
            Err(token.unexpected(expected))
        }
    }

    fn number(&mut self, token: Token<'_>) -> Result<(), TextError> {
        let number = token.number()?;
        self.note(&number);
        self.steps.push(Step::Number(number));
        Ok(())
    }

    fn note(&mut self, number: &ArcValue) {
        if let Some(top) = &mut self.top {
            top.push(number.clone());
        }
    }

    fn named(&mut self, token: Token<'a>) -> Result<(), TextError> {
        self.refuse_module_reference(token)?;
        let identifier = token.identifier()?;
        if self
            .lexer
            .peek()?
            .is_some_and(|next| next.kind == TokenKind::OpenParenthesis)
        {
            self.expect(TokenKind::OpenParenthesis, "a parenthesis")?;
            let inner = self.some("a number")?;
            let number = match inner.kind {
                TokenKind::Number => inner.number()?,
                TokenKind::Word => return Err(inner.defined_value()),
                TokenKind::OpenBrace => {
                    return Err(TextError::NestedBraces {
                        position: inner.position,
                    });
                }
                _ => return Err(inner.unexpected("a number")),
            };
            self.expect(TokenKind::CloseParenthesis, "a closing parenthesis")?;
            self.note(&number);
            self.steps.push(Step::Named { identifier, number });
            return Ok(());
        }
        self.bare(token, identifier)
    }

    /// `Module.value` is a reference, whatever else could be wrong with it.
    fn refuse_module_reference(&mut self, token: Token<'_>) -> Result<(), TextError> {
        let module = token.text.starts_with(|c: char| c.is_ascii_uppercase());
        if module
            && self
                .lexer
                .peek()?
                .is_some_and(|next| next.kind == TokenKind::FullStop)
        {
            return Err(token.defined_value());
        }
        Ok(())
    }

    fn bare(&mut self, token: Token<'_>, identifier: Identifier) -> Result<(), TextError> {
        let name = identifier.as_str().to_owned();
        let position = token.position;
        if self.relative {
            if self.mode == Mode::Strict {
                return Err(TextError::NameInRelative { position, name });
            }
            self.tolerate(Tolerance::BareName { name })?;
        } else {
            let superior = self.top.as_deref();
            match superior.and_then(|superior| standard::number_of(superior, &name)) {
                Some(number) => self.note(&ArcValue::new(number)),
                None if self.mode == Mode::Strict => {
                    return Err(TextError::NameNotStandard { position, name });
                }
                None => {
                    self.top = None;
                    self.tolerate(Tolerance::BareName { name })?;
                }
            }
        }
        self.steps.push(Step::Identifier(identifier));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, mode: Mode, expect: Result<&str, &str>) {
        let got = parse(text, false, mode).map(|(steps, _)| {
            steps
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        });
        assert_eq!(got.as_deref().map_err(TextError::code), expect, "{text:?}");
    }

    #[test]
    fn values_of_the_standard() {
        let strict = |text, expect| check(text, Mode::Strict, Ok(expect));
        strict("{2 16 834}", "2 16 834");
        strict(
            "{joint-iso-itu-t(2) country(16) tz(834)}",
            "joint-iso-itu-t(2) country(16) tz(834)",
        );
        strict(
            "{joint-iso-itu-t country(16) tz(834)}",
            "joint-iso-itu-t country(16) tz(834)",
        );
        strict("{iso standard 8571}", "iso standard 8571");
        strict("{itu-t recommendation x 660}", "itu-t recommendation x 660");
        strict(
            "{itu-r(0) r-recommendation(5)}",
            "itu-r(0) r-recommendation(5)",
        );
        strict(" { iso ( 1 ) -- the root -- 2 }\n-- end", "iso(1) 2");
        strict(
            "{1 /* a /* b */ c */ 2 -- to the end of the line\n 3}",
            "1 2 3",
        );
        strict("{\u{A0}1\u{A0}2}", "1 2");
        strict(
            "{joint\u{2011}iso\u{2011}itu\u{2011}t 16}",
            "joint-iso-itu-t 16",
        );
    }

    #[test]
    fn refused_in_both_modes() {
        for mode in [Mode::Strict, Mode::Lenient] {
            let refused = |text, code| check(text, mode, Err(code));
            refused("{}", "ASN1_EMPTY_BRACES");
            refused("{2 16 834", "TEXT_UNFINISHED");
            refused("2 16 834}", "TEXT_UNEXPECTED");
            refused("{2 016}", "ARC_LEADING_ZERO");
            refused("{iso(01)}", "ARC_LEADING_ZERO");
            refused("{Country(16)}", "IDENTIFIER_FIRST_NOT_SMALL_LETTER");
            refused("{2 999 (1)}", "TEXT_UNEXPECTED");
            refused("{2 999(1)}", "TEXT_UNEXPECTED");
            refused("{2 a-(1)}", "IDENTIFIER_LAST_HYPHEN");
            refused("{2 a_b(1)}", "IDENTIFIER_BAD_CHARACTER");
            refused("{2 {16} 834}", "ASN1_NESTED_BRACES");
            refused("{iso({1})}", "ASN1_NESTED_BRACES");
            refused("{iso(one) 2}", "ASN1_DEFINED_VALUE");
            refused("{Module.value 2}", "ASN1_DEFINED_VALUE");
            refused("{1 2 /* }", "ASN1_UNCLOSED_COMMENT");
            refused("{1 2} 3", "TEXT_UNEXPECTED");
            refused("{-1 2}", "TEXT_UNEXPECTED");
            refused("{2 1e3}", "ARC_NOT_A_DIGIT");
            refused("{iso(1}", "TEXT_UNEXPECTED");
        }
    }

    #[test]
    fn two_hyphens_begin_a_comment() {
        check("{2 a--b(1)}", Mode::Strict, Err("ASN1_NAME_NOT_STANDARD"));
        check("{2 a--b(1)}", Mode::Lenient, Err("TEXT_UNFINISHED"));
    }

    #[test]
    fn only_the_lenient_mode_forgives() {
        check("{1,,2}", Mode::Lenient, Err("TEXT_UNEXPECTED"));
        check("{1,2,}", Mode::Lenient, Err("TEXT_UNEXPECTED"));
        check("{,1 2}", Mode::Lenient, Err("TEXT_UNEXPECTED"));
        for (text, steps, code) in [
            ("{2, 16}", "2 16", "COMMAS"),
            ("{2.16.834}", "2 16 834", "FULL_STOPS_IN_BRACES"),
            ("{iso test}", "iso test", "ASN1_NAME_NOT_STANDARD"),
            (
                "{itu-r r-recommendation}",
                "itu-r r-recommendation",
                "ASN1_NAME_NOT_STANDARD",
            ),
            (
                "{joint-iso-itu-t uuid 1}",
                "joint-iso-itu-t uuid 1",
                "ASN1_NAME_NOT_STANDARD",
            ),
            (
                "{joint-iso-itu-t country tz(834)}",
                "joint-iso-itu-t country tz(834)",
                "ASN1_NAME_NOT_STANDARD",
            ),
        ] {
            check(text, Mode::Strict, Err(code));
            check(text, Mode::Lenient, Ok(steps));
            assert!(!parse(text, false, Mode::Lenient).unwrap().1.is_empty());
        }
    }

    #[test]
    fn limits_are_exact() {
        let value = |n: usize| format!("{{2{}}}", " 1".repeat(n - 1));
        assert_eq!(
            parse(&value(ARCS_CEILING), false, Mode::Strict)
                .unwrap()
                .0
                .len(),
            ARCS_CEILING
        );
        check(&value(ARCS_CEILING + 1), Mode::Strict, Err("TOO_MANY_ARCS"));
    }

    #[test]
    fn relative_values_have_no_bare_names() {
        assert_eq!(
            parse("{8571 a(3) 2}", true, Mode::Strict).unwrap().0.len(),
            3
        );
        let refused = parse("{iso 2}", true, Mode::Strict).unwrap_err();
        assert_eq!(refused.code(), "ASN1_NAME_IN_RELATIVE");
        assert_eq!(parse("{iso 2}", true, Mode::Lenient).unwrap().1.len(), 1);
    }
}
