//! Keys that secondaries and this server share (TSIG, RFC 8945), in the form in which BIND and its `tsig-keygen` write them.
//!
//! It must never show a secret, in an error least of all.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::base::name::ToName as _;
use domain::tsig::{Algorithm, Key, KeyName};

use super::record::parse_name;

/// Most keys of one file.
pub const KEYS_MAX: usize = 256;
/// Fewest octets of a secret.
pub const SECRET_BYTES_MIN: usize = 16;

/// The keys, by name and algorithm.
pub type Store = HashMap<(KeyName, Algorithm), std::sync::Arc<Key>>;

/// Why a text holds no keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It is not in the form.
    #[error(
        "clause {clause} is no key: it must be  key \"NAME\" {{ algorithm hmac-sha256; secret \"BASE64\"; }};"
    )]
    Form {
        /// Which clause, counted from 1.
        clause: usize,
    },
    /// The algorithm is not one of RFC 8945's that are still good.
    #[error("the algorithm of the key {name} must be hmac-sha256, hmac-sha384 or hmac-sha512")]
    Algorithm {
        /// The key.
        name: String,
    },
    /// The secret is too short, or no base 64.
    #[error("the secret of the key {name} must be base 64 of at least {SECRET_BYTES_MIN} octets")]
    Secret {
        /// The key.
        name: String,
    },
    /// Two keys have the same name.
    #[error("two keys have the name {name}")]
    Twice {
        /// The name.
        name: String,
    },
    /// More keys than are taken.
    #[error("at most {KEYS_MAX} keys are taken")]
    TooMany,
}

/// Reads keys. `//`, `#` and `/* */` begin comments as in BIND's files.
pub fn parse(text: &str) -> Result<Store, KeysError> {
    let words = words(text);
    let mut store = Store::new();
    let mut left = words.as_slice();
    let mut clause = 0;
    while !left.is_empty() {
        clause += 1;
        if clause > KEYS_MAX {
            return Err(KeysError::TooMany);
        }
        let (key, rest) = one(left).ok_or(KeysError::Form { clause })?;
        left = rest;
        let made = make(&key)?;
        let name = made.name().clone();
        if store.keys().any(|(known, _)| *known == name) {
            return Err(KeysError::Twice { name: key.name });
        }
        store.insert((name, made.algorithm()), std::sync::Arc::new(made));
    }
    Ok(store)
}

struct Clause {
    name: String,
    algorithm: String,
    secret: String,
}

fn one(words: &[String]) -> Option<(Clause, &[String])> {
    let (key, rest) = words.split_first_chunk::<3>()?;
    let [word, name, open] = key;
    if word != "key" || open != "{" {
        return None;
    }
    let mut clause = Clause {
        name: name.clone(),
        algorithm: String::new(),
        secret: String::new(),
    };
    let mut rest = rest;
    loop {
        let (word, after) = rest.split_first()?;
        if word == "}" {
            let (end, after) = after.split_first()?;
            let whole = !clause.algorithm.is_empty() && !clause.secret.is_empty();
            return (whole && end == ";").then_some((clause, after));
        }
        let ([value, end], after) = after.split_first_chunk::<2>()?;
        match word.as_str() {
            "algorithm" if end == ";" => clause.algorithm = value.to_lowercase(),
            "secret" if end == ";" => clause.secret.clone_from(value),
            _ => return None,
        }
        rest = after;
    }
}

fn make(clause: &Clause) -> Result<Key, KeysError> {
    let name = clause.name.clone();
    let algorithm = match clause.algorithm.trim_end_matches('.') {
        "hmac-sha256" => Algorithm::Sha256,
        "hmac-sha384" => Algorithm::Sha384,
        "hmac-sha512" => Algorithm::Sha512,
        _ => return Err(KeysError::Algorithm { name }),
    };
    let secret = STANDARD.decode(&clause.secret).ok();
    let secret = secret.filter(|secret| secret.len() >= SECRET_BYTES_MIN);
    let key_name = parse_name(&clause.name).and_then(|name| name.try_to_name().ok());
    let made = secret.zip(key_name);
    let made = made.and_then(|(secret, name)| Key::new(algorithm, &secret, name, None, None).ok());
    made.ok_or(KeysError::Secret { name })
}

/// Words, quoted or not, and the marks `{`, `}` and `;`.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut left = text.chars().peekable();
    let end = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    while let Some(c) = left.next() {
        match (c, left.peek()) {
            ('#', _) | ('/', Some('/')) => {
                end(&mut word, &mut words);
                left.by_ref().find(|c| *c == '\n');
            }
            ('/', Some('*')) => {
                end(&mut word, &mut words);
                let mut before = ' ';
                left.by_ref()
                    .find(|c| std::mem::replace(&mut before, *c) == '*' && *c == '/');
            }
            ('"', _) => {
                end(&mut word, &mut words);
                words.push(left.by_ref().take_while(|c| *c != '"').collect());
            }
            ('{' | '}' | ';', _) => {
                end(&mut word, &mut words);
                words.push(c.to_string());
            }
            (c, _) if c.is_whitespace() => end(&mut word, &mut words),
            (c, _) => word.push(c),
        }
    }
    end(&mut word, &mut words);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn key(name: &str) -> String {
        format!("key \"{name}\" {{\n\talgorithm hmac-sha256;\n\tsecret \"{SECRET}\";\n}};\n")
    }

    #[test]
    fn the_keys_of_bind_are_read() {
        let text = format!(
            "// mine\n# too\n/* and\nmine */{}{}",
            key("Xfr-1"),
            key("xfr-2")
        );
        let store = parse(&text).unwrap();
        assert_eq!(store.len(), 2);
        assert!(store.keys().any(|(name, _)| name.to_string() == "xfr-1"));
        assert_eq!(parse("").unwrap().len(), 0);
    }

    #[test]
    fn what_is_no_key_is_refused_without_its_secret() {
        let unlike = |from: &str, to: &str| parse(&key("a").replace(from, to)).unwrap_err();
        assert_eq!(unlike("key", "kee"), KeysError::Form { clause: 1 });
        assert_eq!(unlike("};", "}"), KeysError::Form { clause: 1 });
        let name = "a".to_owned();
        assert_eq!(unlike("sha256", "md5"), KeysError::Algorithm { name });
        let short = "A".repeat((SECRET_BYTES_MIN - 1) / 3 * 4);
        let said = unlike(SECRET, &short).to_string();
        assert!(said.contains("key a") && !said.contains(&short), "{said}");
        let twice = key("a") + &key("A");
        assert!(matches!(parse(&twice), Err(KeysError::Twice { .. })));
        let many: String = (0..=KEYS_MAX)
            .map(|number| key(&format!("k{number}")))
            .collect();
        assert_eq!(parse(&many).unwrap_err(), KeysError::TooMany);
        for chars in 0..key("a").len() {
            let cut: String = key("a").chars().take(chars).collect();
            parse(&cut).ok();
        }
    }
}
