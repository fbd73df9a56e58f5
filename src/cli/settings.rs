//! What the options mean: server, token, output and time limit, from flags, the environment, a profile and defaults.
//!
//! The first of these that says something wins. Keys of the configuration that are not known are refused. It must never
//! show a token, and reads the token's file only when a server is asked.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::ValueEnum as _;
use serde::Deserialize;

use crate::cli::{
    args::{Format, Global},
    failure::Failure,
    value,
};

/// Where a server answers that nobody named.
pub const SERVER_DEFAULT: &str = "http://127.0.0.1:8340";
/// How long to wait for an answer where nobody said.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
/// The profile that is used where nobody named one, if it is there.
pub const PROFILE_DEFAULT: &str = "default";
/// Most octets of a configuration or of a file with a token.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Looks up a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the options mean.
#[derive(Debug)]
pub struct Settings {
    /// Where the server answers.
    pub server: String,
    /// Whether somebody named the server.
    pub server_named: bool,
    /// How to write answers.
    pub output: Format,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// The language of texts that name none, where the environment or the profile says one.
    pub lang: Option<String>,
    token: Token,
    /// The secret of an allocation token, where the environment holds one.
    allocation_token: Token,
    ca: Option<PathBuf>,
    identity: Option<(PathBuf, PathBuf)>,
}

/// What is needed to speak TLS, as PEM.
#[derive(Debug, Default)]
pub struct Seals {
    /// The authorities that certify the server; without them, those of the machine do.
    pub ca: Option<String>,
    /// The certificate to show, and its key.
    pub identity: Option<(String, String)>,
}

enum Token {
    None,
    Text(String),
    File(PathBuf),
}

impl Token {
    /// What it reads, without the white space around it.
    fn read(&self, what: &str) -> Result<Option<String>, Failure> {
        let token = match self {
            Self::None => return Ok(None),
            Self::Text(token) => token.clone(),
            Self::File(file) => read(file)?,
        };
        let token = token.trim();
        if token.is_empty() {
            return Err(Failure::Config(format!("{what} is empty")));
        }
        Ok(Some(token.to_owned()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Text(_) => "Text(..)",
            Self::File(_) => "File(..)",
        })
    }
}

/// The configuration as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The profile to use where nobody names one.
    profile: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    server: Option<String>,
    token_file: Option<PathBuf>,
    ca: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    output: Option<String>,
    lang: Option<String>,
}

impl Settings {
    /// Reads the configuration and settles what holds.
    pub fn settle(global: &Global, environment: Environment<'_>) -> Result<Self, Failure> {
        let env = |name: &str| environment(name).filter(|text| !text.is_empty());
        let profile = profile(global, &env)?;
        let named = global
            .server
            .clone()
            .or_else(|| env("OIDRA_SERVER"))
            .or(profile.server);
        let output = match (global.output, env("OIDRA_OUTPUT").or(profile.output)) {
            (Some(format), _) => format,
            (None, Some(word)) => Format::from_str(&word, true).map_err(|_| {
                Failure::Config(format!(
                    "the output {word:?} is not known; there are table, json, jsonl and yaml"
                ))
            })?,
            (None, None) => Format::default(),
        };
        let token = match (&global.token, &global.token_file) {
            (Some(token), _) => Token::Text(token.clone()),
            (None, Some(file)) => Token::File(file.clone()),
            (None, None) => env("OIDRA_TOKEN")
                .map(Token::Text)
                .or_else(|| env("OIDRA_TOKEN_FILE").map(|file| Token::File(file.into())))
                .or_else(|| profile.token_file.map(Token::File))
                .unwrap_or(Token::None),
        };
        let file = |flag: &Option<PathBuf>, name: &str, of_profile: Option<PathBuf>| {
            let flag = flag.clone();
            flag.or_else(|| env(name).map(PathBuf::from)).or(of_profile)
        };
        let ca = file(&global.ca, "OIDRA_CA", profile.ca);
        let cert = file(&global.cert, "OIDRA_CERT", profile.cert);
        let key = file(&global.key, "OIDRA_KEY", profile.key);
        let identity = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => {
                let detail = "a certificate and its key are named together (--cert, --key)";
                return Err(Failure::Config(detail.to_owned()));
            }
        };
        let lang = env("OIDRA_LANG").or(profile.lang);
        let lang = lang
            .map(|tag| value::language(&tag))
            .transpose()
            .map_err(|error| {
                Failure::Config(format!("the language (OIDRA_LANG, lang): {error}"))
            })?;
        Ok(Self {
            lang,
            server_named: named.is_some(),
            server: named.unwrap_or_else(|| SERVER_DEFAULT.to_owned()),
            output,
            timeout: global.timeout.unwrap_or(TIMEOUT_DEFAULT),
            token,
            allocation_token: env("OIDRA_ALLOCATION_TOKEN").map_or(Token::None, Token::Text),
            ca,
            identity,
        })
    }

    /// The same without a token, for what is asked without one.
    #[must_use]
    pub fn without_token(self) -> Self {
        Self {
            token: Token::None,
            ..self
        }
    }

    /// What is needed to speak TLS.
    pub fn seals(&self) -> Result<Seals, Failure> {
        let identity = match &self.identity {
            Some((cert, key)) => Some((read(cert)?, read(key)?)),
            None => None,
        };
        let ca = self.ca.as_deref().map(read).transpose()?;
        Ok(Seals { ca, identity })
    }

    /// The token, without the white space around it.
    pub fn token(&self) -> Result<Option<String>, Failure> {
        self.token.read("the token")
    }

    /// The secret of an allocation token, of the file that was typed or of the environment.
    pub fn allocation_token(&self, file: Option<&Path>) -> Result<Option<String>, Failure> {
        let typed = file.map(|file| Token::File(file.to_owned()));
        let token = typed.as_ref().unwrap_or(&self.allocation_token);
        token.read("the allocation token")
    }
}

fn profile(global: &Global, env: &dyn Fn(&str) -> Option<String>) -> Result<Profile, Failure> {
    let named = global
        .config
        .clone()
        .or_else(|| env("OIDRA_CONFIG").map(PathBuf::from));
    let path = match named {
        Some(path) => Some(path),
        None => usual_path(env).filter(|path| path.exists()),
    };
    let file = match &path {
        Some(path) => toml::from_str(&read(path)?)
            .map_err(|error| Failure::Config(format!("{}: {error}", path.display())))?,
        None => File::default(),
    };
    let asked = global
        .profile
        .clone()
        .or_else(|| env("OIDRA_PROFILE"))
        .or(file.profile);
    let name = asked.clone().unwrap_or_else(|| PROFILE_DEFAULT.to_owned());
    match (file.profiles.get(&name), asked) {
        (Some(profile), _) => Ok(placed(profile.clone(), path.as_deref(), env)),
        (None, None) => Ok(Profile::default()),
        (None, Some(name)) => {
            let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
            let place = path.map_or_else(
                || "there is no configuration".to_owned(),
                |path| {
                    format!(
                        "{} has {}",
                        path.display(),
                        if known.is_empty() {
                            "none".to_owned()
                        } else {
                            known.join(", ")
                        }
                    )
                },
            );
            Err(Failure::Config(format!(
                "the profile {name} is not known; {place}"
            )))
        }
    }
}

/// A profile's file is found from the folder of the configuration, or from the home folder where it begins with `~/`.
fn placed(
    mut profile: Profile,
    config: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Profile {
    let folder = config.and_then(Path::parent);
    let Profile {
        token_file,
        ca,
        cert,
        key,
        ..
    } = &mut profile;
    for file in [token_file, ca, cert, key].into_iter().flatten() {
        *file = match (file.strip_prefix("~"), env("HOME"), folder) {
            (Ok(rest), Some(home), _) => Path::new(&home).join(rest),
            (_, _, Some(folder)) => folder.join(&file),
            _ => continue,
        };
    }
    profile
}

fn usual_path(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = env("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| env("HOME").map(|home| Path::new(&home).join(".config")))?;
    Some(folder.join("oidra").join("oidctl.toml"))
}

fn read(path: &Path) -> Result<String, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::Config(format!("{} cannot be read: {error}", path.display()))
    };
    let length = fs::metadata(path).map_err(wrong)?.len();
    if length > FILE_BYTES_MAX {
        return Err(Failure::Config(format!(
            "{} has more than {FILE_BYTES_MAX} octets",
            path.display()
        )));
    }
    fs::read_to_string(path).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "profile = \"live\"\n[profiles.live]\nserver = \"http://live:1\"\ntoken_file = \"live.token\"\n\
                          output = \"yaml\"\n[profiles.test]\nserver = \"http://test:1\"\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("oidctl.toml"), CONFIG).unwrap();
        fs::write(folder.path().join("live.token"), " secret \n").unwrap();
        folder
    }

    fn settle(global: &Global, vars: &[(&str, &str)]) -> Result<Settings, Failure> {
        let env = |name: &str| {
            let found = vars.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        Settings::settle(global, &env)
    }

    fn with_config(folder: &tempfile::TempDir) -> Global {
        Global {
            config: Some(folder.path().join("oidctl.toml")),
            ..Global::default()
        }
    }

    #[test]
    fn flag_over_environment_over_profile_over_default() {
        let folder = folder();
        let mut global = with_config(&folder);
        let got = settle(&global, &[]).unwrap();
        assert_eq!(
            (got.server.as_str(), got.output),
            ("http://live:1", Format::Yaml)
        );
        assert_eq!(got.token().unwrap().as_deref(), Some("secret"));
        let vars = [
            ("OIDRA_SERVER", "http://env:1"),
            ("OIDRA_OUTPUT", "json"),
            ("OIDRA_TOKEN", "other"),
        ];
        let got = settle(&global, &vars).unwrap();
        assert_eq!(
            (got.server.as_str(), got.output),
            ("http://env:1", Format::Json)
        );
        assert_eq!(got.token().unwrap().as_deref(), Some("other"));
        global.server = Some("http://flag:1".to_owned());
        global.output = Some(Format::Table);
        global.token_file = Some(folder.path().join("live.token"));
        let got = settle(&global, &vars).unwrap();
        assert_eq!(
            (got.server.as_str(), got.output),
            ("http://flag:1", Format::Table)
        );
        assert_eq!(got.token().unwrap().as_deref(), Some("secret"));
        let got = settle(&Global::default(), &[]).unwrap();
        assert_eq!(
            (got.server.as_str(), got.server_named),
            (SERVER_DEFAULT, false)
        );
        assert_eq!((got.output, got.token().unwrap()), (Format::Human, None));
        assert_eq!((got.timeout, got.lang), (TIMEOUT_DEFAULT, None));
        let got = settle(&Global::default(), &[("OIDRA_LANG", "sw-tz")]).unwrap();
        assert_eq!(got.lang.as_deref(), Some("sw-TZ"));
        let wrong = settle(&Global::default(), &[("OIDRA_LANG", "not a tag")]);
        assert!(matches!(wrong, Err(Failure::Config(_))));
    }

    #[test]
    fn profiles_are_chosen_by_name() {
        let folder = folder();
        let mut global = with_config(&folder);
        assert_eq!(
            settle(&global, &[("OIDRA_PROFILE", "test")])
                .unwrap()
                .server,
            "http://test:1"
        );
        global.profile = Some("live".to_owned());
        assert_eq!(
            settle(&global, &[("OIDRA_PROFILE", "test")])
                .unwrap()
                .server,
            "http://live:1"
        );
        global.profile = Some("absent".to_owned());
        let told = settle(&global, &[]).unwrap_err().told();
        assert!(
            told.contains("absent") && told.contains("live, test"),
            "{told}"
        );
    }

    #[test]
    fn the_usual_place_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("oidra")).unwrap();
        fs::write(
            folder.path().join("oidra/oidctl.toml"),
            "[profiles.default]\nserver = \"http://d:1\"\n",
        )
        .unwrap();
        let vars = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
        assert_eq!(
            settle(&Global::default(), &vars).unwrap().server,
            "http://d:1"
        );
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        for text in [
            "servr = 1\n",
            "[profiles.a]\ncolour = true\n",
            "profile = 7\n",
        ] {
            fs::write(&path, text).unwrap();
            let global = Global {
                config: Some(path.clone()),
                ..Global::default()
            };
            assert!(
                matches!(settle(&global, &[]), Err(Failure::Config(_))),
                "{text}"
            );
        }
        let absent = Global {
            config: Some(folder.path().join("no")),
            ..Global::default()
        };
        assert!(matches!(settle(&absent, &[]), Err(Failure::Config(_))));
        assert!(matches!(
            settle(&Global::default(), &[("OIDRA_OUTPUT", "xml")]),
            Err(Failure::Config(_))
        ));
    }

    #[test]
    fn a_file_one_octet_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let octets = usize::try_from(FILE_BYTES_MAX).unwrap();
        fs::write(&path, "x".repeat(octets)).unwrap();
        assert!(read(&path).is_ok());
        fs::write(&path, "x".repeat(octets + 1)).unwrap();
        assert!(matches!(read(&path), Err(Failure::Config(_))));
    }

    #[test]
    fn files_for_tls_come_from_flag_environment_and_profile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oidctl.toml");
        let profile = "[profiles.default]\nca = \"a\"\ncert = \"~/c\"\nkey = \"/k\"\n";
        fs::write(&path, profile).unwrap();
        fs::write(folder.path().join("a"), "authority").unwrap();
        let mut global = Global {
            config: Some(path),
            ..Global::default()
        };
        let got = settle(&global, &[("HOME", "/h")]).unwrap();
        assert_eq!(got.ca, Some(folder.path().join("a")));
        assert_eq!(got.identity, Some(("/h/c".into(), "/k".into())));
        let unread = got.seals().unwrap_err().told();
        assert!(unread.contains("/h/c"), "{unread}");
        let got = settle(&global, &[("OIDRA_CA", "/e"), ("OIDRA_CERT", "/e2")]).unwrap();
        assert_eq!(got.ca, Some("/e".into()));
        assert_eq!(got.identity, Some(("/e2".into(), "/k".into())));
        global.ca = Some("/f".into());
        let got = settle(&global, &[("OIDRA_CA", "/e")]).unwrap();
        assert_eq!(got.ca, Some("/f".into()));
        let alone = settle(&Global::default(), &[("OIDRA_KEY", "/k")]);
        assert!(matches!(alone, Err(Failure::Config(_))));
    }

    #[test]
    fn an_allocation_token_comes_from_a_file_or_the_environment() {
        let folder = folder();
        let settings = settle(&Global::default(), &[]).unwrap();
        assert_eq!(settings.allocation_token(None).unwrap(), None);
        let vars = [("OIDRA_ALLOCATION_TOKEN", "promise")];
        let settings = settle(&Global::default(), &vars).unwrap();
        assert!(!format!("{settings:?}").contains("promise"));
        let read = |file| settings.allocation_token(file).unwrap();
        assert_eq!(read(None).as_deref(), Some("promise"));
        let file = folder.path().join("live.token");
        assert_eq!(read(Some(&file)).as_deref(), Some("secret"));
        fs::write(&file, "\n").unwrap();
        assert!(settings.allocation_token(Some(&file)).is_err());
    }

    #[test]
    fn a_token_is_not_shown() {
        let global = Global {
            token: Some("secret".to_owned()),
            ..Global::default()
        };
        assert!(!format!("{:?}", settle(&global, &[]).unwrap()).contains("secret"));
    }
}
