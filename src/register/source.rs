//! The few readings that everything else about the tree is made of, and [`TreeView`] made of them.
//!
//! Two things are such a source: the tables as of a revision ([`super::base::AsOf`]) and the batch at hand above them
//! ([`super::rows::Rows`]). It must never write.

use std::sync::Arc;

use crate::model::clock::Timestamp;
use crate::model::plan::Agenda;
use crate::model::{
    AllocationTokenId, ApplicationId, Entry, PrincipalId, RegisterId, RegistrantId, Seq, TreeView,
    Viewed,
    actor::{Credential, Principal},
    allocation_token::AllocationToken,
    application::{Application, Docket, Place},
    entry::{Hold, Registrant},
    notice::{Notice, NoticeId},
};
use crate::oid::{ArcValue, ComparisonKey, Identifier, NodePath};

use super::keys::{self, NameKind};
use super::tables::{Genesis, Table, with_two};

/// Subordinates looked at in one go at first; doubled as long as that is not enough.
const PAGE_FIRST: usize = 2;
/// Subordinates looked at in one go at most.
const PAGE_MAX: usize = 1_024;

/// A row that is valid from a sequence on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// The whole key, the first valid sequence at its end.
    pub(super) key: Vec<u8>,
    /// What stands beside the interval.
    pub(super) payload: Vec<u8>,
}

impl Open {
    /// What stands in the key between `prefix` and the sequence.
    pub(super) fn target(&self, prefix: &[u8]) -> Option<&[u8]> {
        let (key, _) = self.key.split_last_chunk::<{ keys::SEQ_BYTES }>()?;
        key.strip_prefix(prefix)
    }

    /// The arc that stands there.
    fn arc(&self, prefix: &[u8]) -> Option<ArcValue> {
        let (arc, rest) = keys::split_arc(self.target(prefix)?)?;
        rest.is_empty().then_some(arc)
    }
}

/// A number's hold that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The record that made it.
    pub(super) from: Seq,
    /// The hold.
    pub(super) payload: Vec<u8>,
}

impl Held {
    /// Its row.
    pub(super) fn row(&self) -> Vec<u8> {
        let mut row = self.from.get().to_be_bytes().to_vec();
        row.extend_from_slice(&self.payload);
        row
    }
}

/// A row that is overwritten in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Headed {
    /// The record that made it.
    pub(super) created: Seq,
    /// The record that wrote it last.
    pub(super) written: Seq,
    /// What it holds.
    pub(super) payload: Vec<u8>,
}

impl Headed {
    /// Its row.
    pub(super) fn row(&self) -> Vec<u8> {
        with_two(self.created, self.written, &self.payload)
    }
}

/// Where the tree can be read.
pub(super) trait Source {
    /// What the founding said.
    fn genesis_row(&self) -> Viewed<Option<Genesis>>;
    /// The version of the reference data.
    fn data_row(&self) -> Viewed<Option<String>>;
    /// An entry.
    fn entry_at(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>>;
    /// The numbers directly below `superior`, not below `from`, at most `limit`.
    fn numbers(&self, superior: &NodePath, from: &ArcValue, limit: usize) -> Viewed<Vec<ArcValue>>;
    /// How many arcs stand anywhere below `path`, counted up to `limit`.
    fn count_below(&self, path: &NodePath, limit: u64) -> Viewed<u64>;
    /// The rows of a table of intervals that begin with `prefix` and are valid, in the order of their keys, at most `limit`.
    fn open_rows(&self, table: Table, prefix: &[u8], limit: usize) -> Viewed<Vec<Open>> {
        self.open_rows_from(table, prefix, prefix, limit)
    }
    /// The same from the key `from` on, which begins with `prefix`, too.
    fn open_rows_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Viewed<Vec<Open>>;
    /// The holds that have not ended, whose keys begin with `prefix` and come after `after`, in order, at most `limit`.
    fn held(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Viewed<Vec<(Vec<u8>, Held)>>;
    /// A row that is overwritten in place.
    fn headed(&self, table: Table, key: &[u8]) -> Viewed<Option<Headed>>;
    /// The rows that are overwritten in place and begin with `prefix`.
    fn headed_rows(&self, table: Table, prefix: &[u8]) -> Viewed<Vec<(Vec<u8>, Headed)>>;
    /// What is wrong with the tables.
    fn broken(&self, what: &'static str) -> crate::model::ViewFault;
}

/// Arcs that bear a name.
fn named<S: Source>(source: &S, prefix: &[u8], limit: usize) -> Viewed<Vec<ArcValue>> {
    let rows = source.open_rows(Table::Names, prefix, limit)?;
    rows.iter()
        .map(|row| {
            row.arc(prefix)
                .ok_or_else(|| source.broken("a name's key cannot be read"))
        })
        .collect()
}

/// The lowest number from `start` on that no subordinate has.
fn first_gap<S: Source>(source: &S, superior: &NodePath, start: ArcValue) -> Viewed<ArcValue> {
    let (mut number, mut limit) = (start, PAGE_FIRST);
    loop {
        let page = source.numbers(superior, &number, limit)?;
        for taken in &page {
            if *taken != number {
                return Ok(number);
            }
            number = number.successor();
        }
        if page.len() < limit {
            return Ok(number);
        }
        limit = (limit * 2).min(PAGE_MAX);
    }
}

impl<S: Source> TreeView for S {
    fn register(&self) -> Viewed<Option<RegisterId>> {
        Ok(self.genesis_row()?.map(|genesis| genesis.register))
    }

    fn authorities(&self) -> Viewed<Arc<Vec<NodePath>>> {
        let genesis = self.genesis_row()?;
        Ok(genesis.map_or_else(Arc::default, |genesis| genesis.authorities))
    }

    fn entry(&self, path: &NodePath) -> Viewed<Option<Arc<Entry>>> {
        self.entry_at(path)
    }

    fn label_holder(&self, superior: &NodePath, key: &ComparisonKey) -> Viewed<Option<ArcValue>> {
        let prefix = keys::name(superior, NameKind::Label, key.as_str());
        Ok(named(self, &prefix, 1)?.into_iter().next())
    }

    fn identifier_holders(
        &self,
        superior: &NodePath,
        identifier: &Identifier,
    ) -> Viewed<Vec<ArcValue>> {
        let prefix = keys::name(superior, NameKind::Identifier, &keys::folded(identifier));
        named(self, &prefix, usize::MAX)
    }

    fn long_arc(&self, key: &ComparisonKey) -> Viewed<Option<NodePath>> {
        let prefix = keys::name(&NodePath::root(), NameKind::LongArc, key.as_str());
        let rows = self.open_rows(Table::Names, &prefix, 1)?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let path = row.target(&prefix).and_then(keys::to_path);
        path.map(Some)
            .ok_or_else(|| self.broken("a long arc's key cannot be read"))
    }

    fn hold(&self, superior: &NodePath, number: &ArcValue) -> Viewed<Option<Hold>> {
        let rows = self.held(&keys::numbered(superior, number), None, 1)?;
        let held = rows.first().map(|(_, held)| to_hold(self, held));
        held.transpose()
    }

    fn holds(&self) -> Viewed<Vec<Hold>> {
        let rows = self.held(&[], None, usize::MAX)?;
        rows.iter().map(|(_, held)| to_hold(self, held)).collect()
    }

    fn lowest_unassigned(
        &self,
        superior: &NodePath,
        window_from: &ArcValue,
        from: &ArcValue,
    ) -> Viewed<ArcValue> {
        let cursor = self.headed(Table::Cursors, &keys::numbered(superior, window_from))?;
        let cursor = cursor.map(|row| ArcValue::from_be_bytes(&row.payload));
        // The cursor tells that nothing is free between the window's start and itself, and nothing of what lies before.
        let start = match cursor {
            Some(next) if from >= window_from && next > *from => next,
            _ => from.clone(),
        };
        first_gap(self, superior, start)
    }

    fn numbers_from(
        &self,
        superior: &NodePath,
        from: &ArcValue,
        limit: usize,
    ) -> Viewed<Vec<ArcValue>> {
        self.numbers(superior, from, limit)
    }

    fn arcs_below(&self, path: &NodePath, limit: u64) -> Viewed<u64> {
        self.count_below(path, limit)
    }

    fn live_subordinate(&self, path: &NodePath) -> Viewed<Option<NodePath>> {
        let (mut from, mut limit) = (ArcValue::ZERO, PAGE_FIRST);
        loop {
            let page = self.numbers(path, &from, limit)?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            from = last.successor();
            let full = page.len() == limit;
            for number in page {
                // A subordinate that is registered can be named.
                let Ok(below) = path.child(number) else {
                    continue;
                };
                let entry = self.entry_at(&below)?;
                if entry.is_some_and(|entry| entry.superior.state.is_live()) {
                    return Ok(Some(below));
                }
            }
            if !full {
                return Ok(None);
            }
            limit = (limit * 2).min(PAGE_MAX);
        }
    }

    fn arcs_of_registrant(
        &self,
        superior: &NodePath,
        registrant: &RegistrantId,
        limit: u64,
    ) -> Viewed<u64> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = self.open_rows(Table::Holders, &keys::holder(registrant, superior), limit)?;
        Ok(rows.len() as u64)
    }

    fn principal(&self, id: &PrincipalId) -> Viewed<Option<Principal>> {
        let row = self.headed(Table::Principals, id.as_str().as_bytes())?;
        row.map(|row| {
            crate::journal::codec::decode_principal(&row.payload)
                .map_err(|_| self.broken("a principal cannot be read"))
        })
        .transpose()
    }

    fn principals(&self) -> Viewed<Vec<Principal>> {
        let rows = self.headed_rows(Table::Principals, &[])?;
        rows.iter()
            .map(|(_, row)| {
                crate::journal::codec::decode_principal(&row.payload)
                    .map_err(|_| self.broken("a principal cannot be read"))
            })
            .collect()
    }

    fn credentials(&self) -> Viewed<Vec<Credential>> {
        let rows = self.headed_rows(Table::Credentials, &[])?;
        rows.iter()
            .map(|(_, row)| {
                crate::journal::codec::decode_credential(&row.payload)
                    .map_err(|_| self.broken("a credential cannot be read"))
            })
            .collect()
    }

    fn credential(&self, token_sha256: &[u8; 32]) -> Viewed<Option<Credential>> {
        let row = self.headed(Table::Credentials, token_sha256)?;
        row.map(|row| {
            crate::journal::codec::decode_credential(&row.payload)
                .map_err(|_| self.broken("a credential cannot be read"))
        })
        .transpose()
    }

    fn allocation_token(&self, secret_sha256: &[u8; 32]) -> Viewed<Option<AllocationToken>> {
        let row = self.headed(
            Table::AllocationTokens,
            &keys::allocation_token(secret_sha256),
        )?;
        row.map(|row| {
            crate::journal::codec::decode_allocation_token(&row.payload)
                .map_err(|_| self.broken("an allocation token cannot be read"))
        })
        .transpose()
    }

    fn allocation_token_of_id(&self, id: &AllocationTokenId) -> Viewed<Option<AllocationToken>> {
        let row = self.headed(Table::AllocationTokens, &keys::allocation_token_of(id))?;
        let found = row.map(|row| of_digest(self, &row)).transpose()?;
        Ok(found)
    }

    fn allocation_tokens(&self, superior: &NodePath) -> Viewed<Vec<AllocationToken>> {
        let prefix = keys::allocation_tokens_below(superior);
        let rows = self.headed_rows(Table::AllocationTokens, &prefix)?;
        rows.iter().map(|(_, row)| of_digest(self, row)).collect()
    }

    fn registrant(&self, id: &RegistrantId) -> Viewed<Option<Registrant>> {
        let row = self.headed(Table::Registrants, id.as_str().as_bytes())?;
        row.map(|row| {
            crate::journal::codec::decode_registrant(&row.payload)
                .map_err(|_| self.broken("a registrant cannot be read"))
        })
        .transpose()
    }

    fn application(&self, id: &ApplicationId) -> Viewed<Option<Application>> {
        let row = self.headed(Table::Applications, id.as_str().as_bytes())?;
        row.map(|row| to_application(self, &row)).transpose()
    }

    fn docket(&self, docket: &Docket, after: Option<&Place>, limit: usize) -> Viewed<Vec<Place>> {
        let prefix = keys::docket(docket);
        let mut from = prefix.clone();
        if let Some((moment, id)) = after {
            from.extend(keys::place(*moment, id));
        }
        // The place itself comes first, where it is still on the list.
        let most = limit.saturating_add(usize::from(after.is_some()));
        let mut places = Vec::new();
        for row in self.open_rows_from(Table::Dockets, &prefix, &from, most)? {
            let place = row.target(&prefix).and_then(keys::split_place);
            let place = place.ok_or_else(|| self.broken("a docket's key cannot be read"))?;
            if places.len() < limit && after.is_none_or(|after| place > *after) {
                places.push(place);
            }
        }
        Ok(places)
    }

    fn agenda(
        &self,
        agenda: Agenda,
        until: Timestamp,
        limit: usize,
    ) -> Viewed<Vec<(Timestamp, NodePath)>> {
        let prefix = keys::agenda(agenda);
        let mut planned = Vec::new();
        for row in self.open_rows(Table::Dockets, &prefix, limit)? {
            let one = row.target(&prefix).and_then(keys::split_planned);
            let one = one.ok_or_else(|| self.broken("an agenda's key cannot be read"))?;
            if one.0 > until {
                break;
            }
            planned.push(one);
        }
        Ok(planned)
    }

    fn open_reports(&self, by: &PrincipalId, limit: usize) -> Viewed<usize> {
        let prefix = keys::reports(by);
        Ok(self.open_rows(Table::Dockets, &prefix, limit)?.len())
    }

    fn outbox_is_open(&self) -> Viewed<bool> {
        let mark = self.headed(Table::Notices, &keys::OUTBOX_OPEN)?;
        Ok(mark.is_some())
    }

    fn notice(&self, id: NoticeId) -> Viewed<Option<Notice>> {
        let row = self.headed(Table::Notices, &keys::notice(id))?;
        row.map(|row| to_notice(self, &row)).transpose()
    }

    fn data_version(&self) -> Viewed<Option<String>> {
        self.data_row()
    }
}

/// The allocation token whose digest a row holds.
fn of_digest<S: Source>(source: &S, row: &Headed) -> Viewed<AllocationToken> {
    let digest = <[u8; 32]>::try_from(row.payload.as_slice());
    let digest =
        digest.map_err(|_| source.broken("an allocation token's digest cannot be read"))?;
    source
        .allocation_token(&digest)?
        .ok_or_else(|| source.broken("an allocation token is missing"))
}

/// The application of its row.
pub(super) fn to_application<S: Source>(source: &S, row: &Headed) -> Viewed<Application> {
    crate::journal::codec::decode_application(&row.payload)
        .map_err(|_| source.broken("an application cannot be read"))
}

/// The notice of its row.
pub(super) fn to_notice<S: Source>(source: &S, row: &Headed) -> Viewed<Notice> {
    crate::journal::codec::decode_notice(&row.payload)
        .map_err(|_| source.broken("a notice cannot be read"))
}

/// The hold of its row.
pub(super) fn to_hold<S: Source>(source: &S, held: &Held) -> Viewed<Hold> {
    crate::journal::codec::decode_hold(&held.payload)
        .map_err(|_| source.broken("a hold cannot be read"))
}
