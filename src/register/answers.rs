//! What the register answers with: plain data, already filtered by what the asker may see.
//!
//! It must never carry a hidden entry to the public, nor anything but the number of a stub.

use std::sync::Arc;

use crate::journal::Digest32;
use crate::model::{
    Code, Entry, Event, Refusal, RegisterId, RegistrantId, RequestId, Seq, Timestamp, Visibility,
    actor::{Credential, Principal},
    allocation_token::AllocationToken,
    application::Application,
    entry::Hold,
    ids::AllocationTokenId,
    template,
};
use crate::oid::NodePath;

/// What a command led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The record that tells of it; [`Seq::ZERO`] where the command was only validated.
    pub seq: Seq,
    /// The record's time.
    pub time: Timestamp,
    /// The request's id, made by the server where the caller gave none.
    pub request_id: RequestId,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The entries the record wrote, as it left them, each once, in the order of the events.
    pub entries: Vec<Arc<Entry>>,
    /// The holds the record made.
    pub holds: Vec<Hold>,
    /// The principals that the record was about, as it left them. Whom a delegation names is not among them.
    pub principals: Vec<Principal>,
    /// The credentials the record wrote, as it left them, in the order of the events.
    pub credentials: Vec<Credential>,
    /// The allocation token that the record issued or revoked, as it left it.
    pub allocation_token: Option<AllocationToken>,
    /// The application that the record was about last, as it left it.
    pub application: Option<Application>,
    /// The request had been carried out before; this is its answer again.
    pub replayed: bool,
}

/// At which revision to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAt {
    /// A revision token: wait (bounded) until the register has reached it.
    pub at_least: Option<String>,
    /// A revision token: read as of exactly that revision.
    pub as_of_revision: Option<String>,
    /// Read as of the last record that is not later than this.
    pub as_of_time: Option<Timestamp>,
}

impl ReadAt {
    /// What was asked for, in words; an empty one means that nothing was. Of exactly one revision and of a moment at once is
    /// refused (`FIELD_INVALID`), and so is what is no moment (`MOMENT_SYNTAX`). `within` is put before the names of fields.
    pub fn asked(
        at_least: &str,
        as_of_revision: &str,
        as_of_time: &str,
        within: &str,
    ) -> Result<Self, Refusal> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let field = || format!("{within}as_of_time");
        if !as_of_revision.is_empty() && !as_of_time.is_empty() {
            let detail = "either a revision or a moment, not both";
            return Err(Refusal::new(Code::FieldInvalid, field(), detail));
        }
        let moment = some(as_of_time).map(|text| {
            Timestamp::parse_end_of_day(&text).map_err(|error| {
                Refusal::new(Code::MomentSyntax, field(), error.to_string()).value(text)
            })
        });
        Ok(Self {
            at_least: some(at_least),
            as_of_revision: some(as_of_revision),
            as_of_time: moment.transpose()?,
        })
    }
}

/// An entry as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The entry. Of a stub only `path` means anything: everything else is blank.
    pub entry: Arc<Entry>,
    /// Who may see it, what its superiors say included, judged today.
    pub visibility: Visibility,
    /// Only the number may be shown.
    pub stub: bool,
}

/// A number that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNumber {
    /// The hold.
    pub hold: Hold,
    /// The record that made it, or prolonged it last.
    pub made: Seq,
    /// The record's time.
    pub time: Timestamp,
}

/// What is known of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It is registered.
    Found(Seen),
    /// It is not; this is the nearest superior that is, and how many arcs lie between.
    SuperiorFound(Seen, usize),
    /// Nothing on it is registered.
    Unknown,
}

impl Resolution {
    /// What is known of a path, of which `line` is what is registered and seen on the way down, topmost first.
    ///
    /// Where the next arc below is not there, or hidden, a template above answers for it, so that neither is told from the other. Of
    /// a stub nothing is told, its template neither.
    pub(super) fn of(path: &NodePath, line: &[Seen]) -> Self {
        let distance = path.depth().saturating_sub(line.len());
        match line.last() {
            None => Self::Unknown,
            Some(seen) if distance == 0 => Self::Found(seen.clone()),
            Some(seen) => match made(path, line.len(), seen) {
                Some(made) if distance == 1 => Self::Found(made),
                Some(made) => Self::SuperiorFound(made, distance - 1),
                None => Self::SuperiorFound(seen.clone(), distance),
            },
        }
    }
}

/// What the template of `above`, which stands `depth` arcs deep, makes of the next arc on the way to `path`.
fn made(path: &NodePath, depth: usize, above: &Seen) -> Option<Seen> {
    if above.stub {
        return None;
    }
    let made = template::made(&above.entry, path.arcs().get(depth)?)?;
    Some(Seen {
        entry: Arc::new(made),
        visibility: above.visibility,
        stub: false,
    })
}

/// One change of an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryItem {
    /// The record.
    pub seq: Seq,
    /// Its time.
    pub time: Timestamp,
    /// The opaque id of whoever did it.
    pub principal: String,
    /// The request's id.
    pub request_id: String,
    /// What happened to the arc, as short words.
    pub kinds: Vec<&'static str>,
    /// Why, in the actor's words; `None` for the public.
    pub reason: Option<String>,
    /// Why a delegation was overridden, where one was; `None` for the public.
    pub override_reason: Option<String>,
    /// Who asked for it, where that may be told.
    pub asked_by: Option<RegistrantId>,
    /// The allocation token by which the arc was taken, if it was by one; `None` for the public.
    pub allocation_token: Option<AllocationTokenId>,
    /// The entry as the record left it.
    pub entry: Seen,
}

/// What one record changed, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChanges {
    /// The record.
    pub seq: Seq,
    /// Its time.
    pub time: Timestamp,
    /// The arcs it changed that may be seen, in the order of the events; may be empty.
    pub changes: Vec<Change>,
}

/// One changed arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The arc.
    pub path: NodePath,
    /// What happened, as a short word.
    pub kind: &'static str,
    /// The entry as the record left it.
    pub seen: Seen,
}

/// What the register says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Its id.
    pub register: RegisterId,
    /// The nodes it is the registration authority of.
    pub authorities: Arc<Vec<NodePath>>,
    /// The published head.
    pub head: Seq,
    /// The head's record time.
    pub time: Timestamp,
    /// The Merkle tree head over all records up to it.
    pub root: Digest32,
    /// Which version of the reference data is loaded.
    pub data_version: Option<String>,
    /// Whether commands are taken.
    pub writable: bool,
    /// How many arcs are registered.
    pub arcs: u64,
}

/// Whether the register can be asked, and told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It reads and writes.
    Ready,
    /// It reads; the journal could not be written, and an operator must look.
    WritingStopped(String),
    /// It reads; the journal holds more than it could read, and it writes again once it has caught up.
    Behind(String),
    /// The projection is being made anew; reads may fail meanwhile.
    Rebuilding(String),
    /// It is closed.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_revision_is_asked_for_at_most() {
        let read = |revision: &str, time: &str| {
            ReadAt::asked("", revision, time, "read.")
                .map_err(|refusal| (refusal.code, refusal.field.clone()))
        };
        assert_eq!(read("", "").unwrap(), ReadAt::default());
        let day = read("", "2026-03-03").unwrap().as_of_time.unwrap();
        assert_eq!(day.to_string(), "2026-03-03T23:59:59.999999Z");
        let field = "read.as_of_time".to_owned();
        assert_eq!(
            read("", "3 March").unwrap_err(),
            (Code::MomentSyntax, field.clone())
        );
        assert_eq!(
            read("x", "2026-03-03").unwrap_err(),
            (Code::FieldInvalid, field)
        );
    }
}
