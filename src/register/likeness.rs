//! Looking for registrants that may be one and the same, as somebody may see them.
//!
//! What is compared is what the staff of an arc may see; what a registrant shows to nobody is compared with nothing. It must
//! never take in a registrant of whom the caller may know nothing, nor count an arc that the caller does not see whole.

use crate::access::Sight;
use crate::model::entry::{Reader, Registrant};
use crate::model::likeness::{Compared, LookAlike, LookAlikes};
use crate::model::{RegistrantId, TreeView as _, Viewed};
use crate::oid::NodePath;
use crate::rules::{Comparison, ComparisonGroup};

use super::keys;
use super::reading::Reading;
use super::source::Source as _;
use super::tables::Table;

/// Registrants read in one go.
const PAGE: usize = 256;

/// Which registrants are compared, and when that has to end.
#[derive(Clone, Debug)]
pub struct Comparing {
    /// Those who hold an arc here or below.
    pub below: NodePath,
    /// Of these arcs, those that are seen whole.
    pub sight: Sight,
    /// Also those who hold none.
    pub everybody: bool,
    /// In how many traits they have to be alike.
    pub least: usize,
    /// Most registrants that are compared.
    pub registrants_max: usize,
    /// Most arcs that are counted.
    pub arcs_max: usize,
    /// Most groups that are told.
    pub groups_max: usize,
    /// Most registrants of a group that are told.
    pub members_max: usize,
}

/// The registrants that were taken in: their ids, and how many arcs each holds.
#[derive(Default)]
struct Taken {
    comparison: Comparison,
    all: Vec<(RegistrantId, u64)>,
    arcs: usize,
    cut: bool,
}

impl Reading {
    /// Groups of registrants that look alike. Blocks.
    pub fn look_alikes(&self, ask: &Comparing) -> Viewed<Compared> {
        let taken = self.taken(ask)?;
        let groups = taken.comparison.groups(ask.least);
        let cut = taken.cut || groups.len() > ask.groups_max;
        let groups = groups.into_iter().take(ask.groups_max);
        let groups: Vec<_> = groups
            .map(|group| self.told(group, &taken, ask))
            .collect::<Viewed<_>>()?;
        let cut = cut
            || groups
                .iter()
                .any(|one| one.count > one.members.len() as u64);
        Ok(Compared {
            groups,
            registrants: taken.all.len() as u64,
            cut,
        })
    }

    fn taken(&self, ask: &Comparing) -> Viewed<Taken> {
        let mut taken = Taken::default();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let rows = self
                .of
                .headed_after(Table::Registrants, &[], after.as_deref(), PAGE)?;
            for (key, _) in &rows {
                let id = std::str::from_utf8(key).ok().and_then(|id| id.parse().ok());
                let id = id.ok_or_else(|| self.broken("a registrant's key cannot be read"))?;
                if !self.take(id, ask, &mut taken)? {
                    taken.cut = true;
                    return Ok(taken);
                }
            }
            if rows.len() < PAGE {
                return Ok(taken);
            }
            after = rows.into_iter().next_back().map(|(key, _)| key);
        }
    }

    /// Takes a registrant in where it is one of those asked for; tells whether there was room.
    fn take(&self, id: RegistrantId, ask: &Comparing, taken: &mut Taken) -> Viewed<bool> {
        let Some(shown) = self
            .registrant(&id)?
            .and_then(|one| one.shown(Reader::Staff))
        else {
            return Ok(true);
        };
        let room = ask.arcs_max.saturating_sub(taken.arcs);
        let held = self.held_by(&id, room.saturating_add(1))?;
        if held.len() > room {
            return Ok(false);
        }
        taken.arcs = taken.arcs.saturating_add(held.len());
        let seen = |path: &&NodePath| path.starts_with(&ask.below) && ask.sight.is_whole(path);
        let arcs = held.iter().filter(seen).count();
        if arcs == 0 && !ask.everybody {
            return Ok(true);
        }
        if taken.all.len() == ask.registrants_max {
            return Ok(false);
        }
        taken.comparison.take(&shown);
        taken.all.push((id, arcs as u64));
        Ok(true)
    }

    /// The arcs that a registrant holds, at most `limit`.
    fn held_by(&self, id: &RegistrantId, limit: usize) -> Viewed<Vec<NodePath>> {
        let prefix = keys::held_by(id);
        let rows = self.open_rows(Table::Holders, &prefix, limit)?;
        let paths = rows.iter().map(|row| {
            let path = row.target(&prefix).and_then(keys::to_held);
            path.ok_or_else(|| self.broken("the key of an arc of a registrant cannot be read"))
        });
        paths.collect()
    }

    fn told(&self, group: ComparisonGroup, taken: &Taken, ask: &Comparing) -> Viewed<LookAlikes> {
        let count = group.members.len() as u64;
        let mut members = Vec::new();
        for (at, alike_in) in group.members.into_iter().take(ask.members_max) {
            let Some((id, arcs)) = taken.all.get(at) else {
                continue;
            };
            let Some(known) = self.registrant(id)? else {
                continue;
            };
            members.push(LookAlike {
                registrant: Registrant {
                    details: known.shown(Reader::Staff),
                    ..known
                },
                arcs: *arcs,
                alike_in,
            });
        }
        Ok(LookAlikes {
            members,
            count,
            likeness: group.likeness,
        })
    }
}
