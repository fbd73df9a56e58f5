//! What letters say: a template for each kind of notice in each language, shipped in English and Swahili.
//!
//! A directory may hold others, `<language>/<kind>.txt`, which stand before those that are shipped. A template is a subject
//! on its first line, an empty line, and the text. All are read and tried when the program starts, so that a broken one is
//! found then and not when somebody should hear. It must never do anything but write text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    path::Path,
};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};

use crate::model::{entry::Language, notice::NoticeKind};

use super::letter::Facts;
use super::limits::{TEMPLATE_BYTES_MAX, TEMPLATE_FUEL_MAX};

/// The language that every kind of notice has a template in.
const LAST_RESORT: &str = "en";
/// The template of the letter that brings a code to whoever is not known.
pub const VERIFICATION: &str = "verification";
/// What every text ends with, by language.
const FOOT: &str = "foot";

macro_rules! shipped {
    ($($language:literal: $($name:literal)*;)*) => {
        /// The templates that the program carries: language, name, text.
        const SHIPPED: &[(&str, &str, &str)] = &[$($(
            ($language, $name, include_str!(concat!("../../data/notices/", $language, "/", $name, ".txt"))),
        )*)*];
    };
}

shipped! {
    "en": "acknowledged" "information-requested" "commented" "announced" "rejected" "appeal-upheld" "appeal-granted"
        "application-withdrawn" "application-expired" "entry-changed" "state-changed" "arc-withdrawn" "transferred"
        "relinquished" "consent-asked" "unlock-asked" "contact-check" "suspect-marked" "term-ending" "label-challenged"
        "label-decided" "verification" "foot";
    "sw": "acknowledged" "information-requested" "commented" "announced" "rejected" "appeal-upheld" "appeal-granted"
        "application-withdrawn" "application-expired" "entry-changed" "state-changed" "arc-withdrawn" "transferred"
        "relinquished" "consent-asked" "unlock-asked" "contact-check" "suspect-marked" "term-ending" "label-challenged"
        "label-decided" "verification" "foot";
}

/// Why templates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the template {name}: {why}")]
pub struct TemplateError {
    name: String,
    why: String,
}

/// The templates.
pub struct Templates {
    all: Environment<'static>,
    languages: BTreeSet<String>,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Templates({:?})", self.languages)
    }
}

impl Templates {
    /// The templates that are shipped, with those of a directory before them. Every one is tried.
    pub fn load(directory: Option<&Path>) -> Result<Self, TemplateError> {
        let mut texts: BTreeMap<(String, String), String> = BTreeMap::new();
        for (language, name, text) in SHIPPED {
            let at = ((*language).to_owned(), (*name).to_owned());
            texts.insert(at, (*text).to_owned());
        }
        if let Some(directory) = directory {
            read_all(directory, &mut texts)?;
        }
        Self::of(texts)
    }

    fn of(texts: BTreeMap<(String, String), String>) -> Result<Self, TemplateError> {
        let mut all = Environment::new();
        all.set_auto_escape_callback(|_| AutoEscape::None);
        all.set_undefined_behavior(UndefinedBehavior::Strict);
        all.set_fuel(Some(TEMPLATE_FUEL_MAX));
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        all.set_syntax(syntax.map_err(|why| broken("syntax", &why))?);
        let mut languages = BTreeSet::new();
        for ((language, name), text) in texts {
            let name = format!("{language}/{name}");
            languages.insert(language);
            all.add_template_owned(name.clone(), text)
                .map_err(|why| broken(&name, &why))?;
        }
        let templates = Self { all, languages };
        templates.try_all()?;
        Ok(templates)
    }

    /// Writes each template once with all that it could be given, and once with the least.
    fn try_all(&self) -> Result<(), TemplateError> {
        for language in &self.languages {
            for kind in NoticeKind::ALL {
                let name = format!("{language}/{}", kind.word());
                if self.all.get_template(&name).is_err() {
                    continue;
                }
                for facts in [Facts::sample(kind), Facts::bare(kind)] {
                    self.written(&name, &facts)?;
                }
            }
            let name = format!("{language}/{VERIFICATION}");
            if self.all.get_template(&name).is_ok() {
                let facts = Facts::verification("A".to_owned(), "v-1", "0-0", "2.999");
                self.written(&name, &facts)?;
            }
        }
        Ok(())
    }

    /// Subject and text of a kind of notice in the language nearest to the one that is wanted (RFC 4647 3.4).
    pub fn write(
        &self,
        what: &str,
        wanted: &Language,
        facts: &Facts,
    ) -> Result<(String, String), TemplateError> {
        let mut tag = wanted.as_str();
        loop {
            let name = format!("{tag}/{what}");
            if self.all.get_template(&name).is_ok() {
                return self.written(&name, facts);
            }
            tag = match tag.rsplit_once('-') {
                Some((shorter, _)) => shorter,
                None if tag == LAST_RESORT => {
                    let why = "it is missing".to_owned();
                    return Err(TemplateError { name, why });
                }
                None => LAST_RESORT,
            };
        }
    }

    fn written(&self, name: &str, facts: &Facts) -> Result<(String, String), TemplateError> {
        let render = |name: &str| {
            let template = self.all.get_template(name)?;
            template.render(Serde(facts))
        };
        let text = render(name).map_err(|why| broken(name, &why))?;
        let (subject, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        if subject.trim().is_empty() || body.trim().is_empty() {
            let name = name.to_owned();
            let why = "it has no subject, or no text behind an empty line".to_owned();
            return Err(TemplateError { name, why });
        }
        let language = name.split('/').next().unwrap_or(LAST_RESORT);
        let foot = match format!("{language}/{FOOT}") {
            own if self.all.get_template(&own).is_ok() => own,
            _ => format!("{LAST_RESORT}/{FOOT}"),
        };
        let foot = render(&foot).map_err(|why| broken(&foot, &why))?;
        // A subject is one line, whatever stood in it.
        let subject: Vec<_> = subject.split_whitespace().collect();
        Ok((
            subject.join(" "),
            format!("{}\n\n{}\n", body.trim(), foot.trim()),
        ))
    }
}

fn broken(name: &str, why: &minijinja::Error) -> TemplateError {
    let place = why
        .line()
        .map(|line| format!(" (line {line})"))
        .unwrap_or_default();
    TemplateError {
        name: name.to_owned(),
        why: format!("{why}{place}"),
    }
}

/// The templates of a directory: one folder for each language, named by its tag.
fn read_all(
    directory: &Path,
    texts: &mut BTreeMap<(String, String), String>,
) -> Result<(), TemplateError> {
    for folder in entries(directory)? {
        let language = file_name(&folder)?;
        let tag: Language = language.parse().map_err(|why| TemplateError {
            name: language.clone(),
            why: format!("{why}"),
        })?;
        for file in entries(&folder)? {
            let name = file_name(&file)?;
            let known = name.strip_suffix(".txt").filter(|name| {
                [FOOT, VERIFICATION].contains(name)
                    || NoticeKind::ALL.iter().any(|kind| kind.word() == *name)
            });
            let Some(known) = known else {
                let why = "no notice has this name".to_owned();
                let name = format!("{language}/{name}");
                return Err(TemplateError { name, why });
            };
            let at = (tag.as_str().to_owned(), known.to_owned());
            texts.insert(at, text_of(&file)?);
        }
    }
    Ok(())
}

fn entries(directory: &Path) -> Result<Vec<std::path::PathBuf>, TemplateError> {
    let wrong = |why: &dyn std::fmt::Display| TemplateError {
        name: directory.display().to_string(),
        why: why.to_string(),
    };
    let mut all = Vec::new();
    for one in fs::read_dir(directory).map_err(|why| wrong(&why))? {
        all.push(one.map_err(|why| wrong(&why))?.path());
    }
    all.sort();
    Ok(all)
}

fn file_name(path: &Path) -> Result<String, TemplateError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| TemplateError {
        name: path.display().to_string(),
        why: "its name is no UTF-8".to_owned(),
    })
}

fn text_of(file: &Path) -> Result<String, TemplateError> {
    let wrong = |why: String| TemplateError {
        name: file.display().to_string(),
        why,
    };
    let open = fs::File::open(file).map_err(|why| wrong(why.to_string()))?;
    let mut text = String::new();
    let mut bounded = open.take(TEMPLATE_BYTES_MAX + 1);
    bounded
        .read_to_string(&mut text)
        .map_err(|why| wrong(why.to_string()))?;
    if text.len() as u64 > TEMPLATE_BYTES_MAX {
        return Err(wrong(format!(
            "it has more than {TEMPLATE_BYTES_MAX} bytes"
        )));
    }
    Ok(text.replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn every_kind_is_shipped_in_english_and_swahili() {
        let templates = Templates::load(None).unwrap();
        for kind in NoticeKind::ALL {
            let facts = Facts::sample(kind);
            let english = templates
                .write(kind.word(), &language("en"), &facts)
                .unwrap();
            let swahili = templates
                .write(kind.word(), &language("sw-TZ"), &facts)
                .unwrap();
            assert_ne!(english, swahili, "{}", kind.word());
            let other = templates
                .write(kind.word(), &language("ar"), &facts)
                .unwrap();
            assert_eq!(other, english, "{}", kind.word());
        }
    }

    fn folder(language: &str, name: &str, text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(language)).unwrap();
        fs::write(dir.path().join(language).join(name), text).unwrap();
        dir
    }

    #[test]
    fn a_directory_stands_before_what_is_shipped() {
        let dir = folder(
            "fr",
            "announced.txt",
            "Attribué : {{ arc.oid }}\r\n\r\nVoilà.\r\n",
        );
        let templates = Templates::load(Some(dir.path())).unwrap();
        let facts = Facts::sample(NoticeKind::Announced);
        let written = templates.write("announced", &language("fr-CA"), &facts);
        let (subject, text) = written.unwrap();
        assert_eq!(subject, "Attribué : 2.999.1");
        assert!(text.starts_with("Voilà.\n"), "{text}");
        // What it does not hold is told in English.
        let facts = Facts::sample(NoticeKind::Rejected);
        let other = templates.write("rejected", &language("fr"), &facts);
        assert!(other.unwrap().0.starts_with("Application"));
    }

    #[test]
    fn what_cannot_be_used_is_told_at_the_start() {
        let refused = |language: &str, name: &str, text: &str| {
            let dir = folder(language, name, text);
            Templates::load(Some(dir.path())).unwrap_err().to_string()
        };
        let no_end = refused("en", "announced.txt", "S\n\n{% if arc %}");
        assert!(no_end.contains("en/announced"), "{no_end}");
        let unknown = refused("en", "announced.txt", "S\n\n{{ secret }}");
        assert!(unknown.contains("undefined"), "{unknown}");
        assert!(refused("en", "other.txt", "S\n\nB").contains("no notice"));
        assert!(refused("not a tag", "announced.txt", "S\n\nB").contains("language tag"));
        assert!(refused("en", "announced.txt", "only a subject").contains("no text"));
        let endless =
            "S\n\n{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(
            refused("en", "announced.txt", endless).contains("fuel"),
            "TEMPLATE_FUEL_MAX"
        );
        let long = "x".repeat(usize::try_from(TEMPLATE_BYTES_MAX).unwrap() + 1);
        assert!(refused("en", "announced.txt", &long).contains("more than"));
    }
}
