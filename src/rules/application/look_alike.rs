//! Names that look like those of siblings: the skeletons of UTS 39 (confusables) are compared. It must never refuse anything;
//! whether two names mislead is for people to judge.

use std::collections::BTreeMap;

use crate::model::application::{Application, Finding, FindingAbout};
use crate::model::{TreeView, Viewed};
use crate::oid::{ArcValue, Identifier};
use crate::rules::likeness::looks;

/// Siblings whose names are compared; of more that is told.
pub const SIBLINGS_LOOKED_AT_MAX: usize = 10_000;
/// Siblings read in one go.
const PAGE: usize = 256;

/// Tells of the siblings that have a name which looks like one that is asked for.
pub fn find(app: &Application, tree: &dyn TreeView, found: &mut Vec<Finding>) -> Viewed<()> {
    let wished = wished(app);
    if wished.is_empty() {
        return Ok(());
    }
    let mut put = |detail: String| {
        found.push(Finding {
            about: FindingAbout::LookAlike,
            hinders: false,
            code: None,
            detail,
        });
    };
    let mut from = ArcValue::ZERO;
    let mut looked_at = 0;
    loop {
        let page = tree.numbers_from(&app.superior, &from, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        from = last.successor();
        for number in &page {
            if looked_at == SIBLINGS_LOOKED_AT_MAX {
                put(format!("only the first {looked_at} siblings were compared"));
                return Ok(());
            }
            looked_at += 1;
            let Ok(path) = app.superior.child(number.clone()) else {
                continue;
            };
            if app.arc.as_ref() == Some(&path) {
                continue;
            }
            let Some(entry) = tree.entry(&path)? else {
                continue;
            };
            let labels = entry.superior.labels.iter().map(|one| one.label.as_str());
            let identifiers = entry.superior.identifiers.iter().map(Identifier::as_str);
            for theirs in labels.chain(identifiers) {
                let alike = wished.get(&looks(theirs));
                for ours in alike.into_iter().flatten().filter(|ours| **ours != theirs) {
                    put(format!("{ours} looks like {theirs} of {path}"));
                }
            }
        }
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

/// The names asked for, by what they look like.
fn wished(app: &Application) -> BTreeMap<String, Vec<&str>> {
    let entry = &app.content.entry;
    let labels = entry.labels.iter().map(|one| one.label.as_str());
    let identifiers = entry.identifiers.iter().map(Identifier::as_str);
    let mut wished: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in labels.chain(identifiers) {
        wished.entry(looks(name)).or_default().push(name);
    }
    wished
}
