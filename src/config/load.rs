//! Reading settings: defaults, then the file, then the environment, then the flags; the later wins.
//!
//! A key `section.key` is the variable `OIDRA_SECTION_KEY`. What is misspelt is refused, never passed over: a key of the
//! file always, a variable where its name begins like a section of ours (others that begin with `OIDRA_` are the client's).
//! The environment comes in as pairs, so that a test can feed its own.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Flags, Settings, bounds};

/// What every variable begins with.
pub const PREFIX: &str = "OIDRA_";

/// Why settings cannot be used. Exit code 78.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {}: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no TOML, or has a key that does not exist, or a value that a key cannot have.
    #[error("in the settings file {}: {detail}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Where, which key and why.
        detail: String,
    },
    /// No setting has this variable.
    #[error("no setting has the environment variable {0}; `oidrad --dump-config` shows the keys")]
    UnknownVariable(String),
    /// The variable has a value that its key cannot have.
    #[error("the environment variable {name} cannot be used: {detail}")]
    Variable {
        /// Which variable.
        name: String,
        /// Why.
        detail: String,
    },
    /// A value is outside what it may be.
    #[error("the setting {key} {detail}")]
    OutOfBounds {
        /// Which key.
        key: &'static str,
        /// Why.
        detail: String,
    },
    /// The settings cannot be written as TOML (a path that is no UTF-8).
    #[error("the settings cannot be written as TOML: {0}")]
    Unprintable(String),
}

/// The settings in force, checked.
pub fn load(
    flags: &Flags,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let mut table = match &flags.config {
        Some(file) => from_file(file)?,
        None => toml::Table::new(),
    };
    for (name, value) in environment {
        if let Some(layer) = from_variable(&name, &value)? {
            lay_over(&mut table, layer);
        }
    }
    let mut settings: Settings = table.try_into().map_err(|fault: toml::de::Error| {
        let file = flags.config.clone().unwrap_or_default();
        let detail = fault.to_string();
        ConfigError::File { file, detail }
    })?;
    flags.lay_over(&mut settings);
    bounds::check(&settings)?;
    Ok(settings)
}

/// The keys that a file sets, all of them known and each of its type.
fn from_file(file: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    let wrong = |fault: toml::de::Error| ConfigError::File {
        file: file.to_owned(),
        detail: fault.to_string(),
    };
    toml::from_str::<Settings>(&text).map_err(wrong)?;
    toml::from_str(&text).map_err(wrong)
}

/// What one variable sets, as a table of one key; `None` where it is not ours.
fn from_variable(name: &str, value: &str) -> Result<Option<toml::Table>, ConfigError> {
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let wrong = |detail: String| ConfigError::Variable {
        name: name.to_owned(),
        detail,
    };
    let defaults =
        toml::Table::try_from(Settings::default()).map_err(|fault| wrong(fault.to_string()))?;
    for (key, default) in &defaults {
        let upper = key.to_uppercase();
        let toml::Value::Table(section) = default else {
            if rest == upper {
                let layer = toml::Table::from_iter([(key.clone(), typed(value, default))]);
                return checked(layer).map(Some).map_err(wrong);
            }
            continue;
        };
        let Some(rest) = rest
            .strip_prefix(&upper)
            .and_then(|rest| rest.strip_prefix('_'))
        else {
            continue;
        };
        let Some((inner, default)) = section
            .iter()
            .find(|(inner, _)| rest == inner.to_uppercase())
        else {
            return Err(ConfigError::UnknownVariable(name.to_owned()));
        };
        let section = toml::Table::from_iter([(inner.clone(), typed(value, default))]);
        let layer = toml::Table::from_iter([(key.clone(), section.into())]);
        return checked(layer).map(Some).map_err(wrong);
    }
    Ok(None)
}

/// The text as a value of the type that the default has; as text where it is none, so that the key itself says why.
fn typed(text: &str, like: &toml::Value) -> toml::Value {
    let value = match like {
        toml::Value::Integer(_) => text.parse().ok().map(toml::Value::Integer),
        toml::Value::Boolean(_) => text.parse().ok().map(toml::Value::Boolean),
        // A list is written as in the file.
        toml::Value::Array(_) => format!("list = {text}")
            .parse::<toml::Table>()
            .ok()
            .and_then(|mut table| table.remove("list")),
        _ => None,
    };
    value.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

/// The table, if the settings can be read from it alone.
fn checked(layer: toml::Table) -> Result<toml::Table, String> {
    match layer.clone().try_into::<Settings>() {
        Ok(_) => Ok(layer),
        Err(fault) => Err(fault.message().to_owned()),
    }
}

/// Lays `upper` over `lower`, section by section.
fn lay_over(lower: &mut toml::Table, upper: toml::Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(toml::Value::Table(place)), toml::Value::Table(section)) => {
                lay_over(place, section);
            }
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    fn with_file(text: &str) -> (tempfile::TempDir, Flags) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("oidra.toml");
        std::fs::write(&file, text).unwrap();
        let config = Some(file);
        (
            dir,
            Flags {
                config,
                ..Flags::default()
            },
        )
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        assert_eq!(load(&Flags::default(), []).unwrap(), Settings::default());
    }

    #[test]
    fn the_later_layer_wins_key_by_key() {
        let (_dir, mut flags) = with_file(
            "data_dir = \"file\"\nlisten = \"127.0.0.1:1\"\n[log]\nfilter = \"file\"\nformat = \"json\"\n\
             [limits]\nconnections = 5\nbatch_records = 6\n",
        );
        flags.listen = Some("127.0.0.1:3".parse().unwrap());
        let environment = variables(&[
            ("OIDRA_LISTEN", "127.0.0.1:2"),
            ("OIDRA_LOG_FILTER", "variable"),
            ("OIDRA_LIMITS_CONNECTIONS", "7"),
            ("OIDRA_ALLOW_PLAINTEXT", "true"),
            ("PATH", "not ours"),
        ]);
        let settings = load(&flags, environment).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from("file"));
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.log.filter, "variable");
        assert_eq!(settings.log.format, super::super::LogFormat::Json);
        assert_eq!(settings.limits.connections, 7);
        assert_eq!(settings.limits.batch_records, 6);
        assert!(settings.allow_plaintext);
    }

    #[test]
    fn every_key_has_a_variable() {
        let all = toml::Table::try_from(Settings::default()).unwrap();
        let text = |value: &toml::Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned)
        };
        let mut environment = Vec::new();
        for (key, value) in &all {
            match value {
                toml::Value::Table(section) => environment.extend(
                    section
                        .iter()
                        .map(|(k, v)| (format!("OIDRA_{key}_{k}").to_uppercase(), text(v))),
                ),
                value => environment.push((format!("OIDRA_{key}").to_uppercase(), text(value))),
            }
        }
        assert!(environment.len() > 15);
        for (name, value) in &environment {
            assert!(from_variable(name, value).unwrap().is_some(), "{name}");
        }
        assert_eq!(
            load(&Flags::default(), environment).unwrap(),
            Settings::default()
        );
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_file() {
        for text in [
            "lisen = \"127.0.0.1:1\"\n",
            "[limits]\nlisen = 1\n",
            "[lisen]\n",
        ] {
            let (_dir, flags) = with_file(text);
            let said = load(&flags, []).unwrap_err().to_string();
            assert!(
                said.contains("lisen") && said.contains("oidra.toml"),
                "{said}"
            );
        }
    }

    #[test]
    fn an_unknown_variable_of_a_section_is_refused_and_the_clients_is_not() {
        let wrong = load(&Flags::default(), variables(&[("OIDRA_LIMITS_LISEN", "1")]));
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .contains("OIDRA_LIMITS_LISEN")
        );
        load(&Flags::default(), variables(&[("OIDRA_TOKEN", "x")])).unwrap();
    }

    #[test]
    fn a_value_of_the_wrong_type_names_its_variable() {
        for (name, value) in [
            ("OIDRA_LISTEN", "here"),
            ("OIDRA_DRAIN_GRACE_SECONDS", "20s"),
            ("OIDRA_ALLOW_PLAINTEXT", "yes"),
            ("OIDRA_LOG_FORMAT", "xml"),
        ] {
            let said = load(&Flags::default(), variables(&[(name, value)])).unwrap_err();
            assert!(said.to_string().contains(name), "{said}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let config = Some(PathBuf::from("/nowhere/oidra.toml"));
        let flags = Flags {
            config,
            ..Flags::default()
        };
        let said = load(&flags, []).unwrap_err().to_string();
        assert!(said.contains("/nowhere/oidra.toml"), "{said}");
    }
}
