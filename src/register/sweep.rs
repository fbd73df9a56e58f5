//! Looking for registrants who are to be asked whether what is known of them is right.
//!
//! Once an hour, and when a policy wants it otherwise than before, the arcs below the nodes whose policies want it are walked, on from where
//! the walk was last, until as many are found as one record takes; asking them is a command of the server's own. Where no policy wants it
//! nothing is walked. What is found is only proposed: the rules look again. It must never write anything itself.

use crate::access::Sight;
use crate::model::limits::BLOCK_ARCS_MAX;
use crate::model::plan::Agenda;
use crate::model::{Command, Seq, Timestamp, TreeView as _, Viewed};
use crate::oid::NodePath;
use crate::rules;

use super::Register;
use super::reading::Reading;

/// Seconds between two walks.
const SWEEP_SECONDS: u64 = 3_600;

/// Where the looking is.
#[derive(Default)]
pub(super) struct Sweep {
    /// The nodes whose policies want it, and how often.
    wishes: Vec<(Timestamp, NodePath)>,
    /// The head at which that was read.
    read_at: Seq,
    /// When the last walk was.
    walked: Timestamp,
    /// The last arc that was looked at; `None` where the next walk begins anew.
    after: Option<NodePath>,
}

impl Register {
    /// Looks, where it is time to, and asks those who are found.
    pub(super) async fn look_for_contacts(&self, sweep: &mut Sweep) {
        let now = self.core.clock.now();
        let head = self.core.published().row.head.seq;
        let is_time = sweep.walked.plus_seconds(SWEEP_SECONDS) <= now;
        if head == sweep.read_at && !is_time {
            return;
        }
        let (reading, before) = (self.newest(), std::mem::take(&mut sweep.wishes));
        let after = sweep.after.take();
        let looked = tokio::task::spawn_blocking(move || {
            let wishes = wishes(&reading)?;
            let others = wishes != before;
            let after = after.filter(|_| !others);
            let found = if others || is_time {
                due(&reading, &wishes, after.as_ref(), now).map(Some)?
            } else {
                None
            };
            Ok::<_, crate::model::ViewFault>((wishes, after, found))
        });
        sweep.read_at = head;
        let (wishes, after, found) = match looked.await {
            Ok(Ok(looked)) => looked,
            Ok(Err(fault)) => {
                tracing::warn!(%fault, "registrants who are to be asked could not be looked for");
                return;
            }
            Err(_) => return,
        };
        (sweep.wishes, sweep.after) = (wishes, after);
        if let Some((arcs, after)) = found {
            (sweep.walked, sweep.after) = (now, after);
            if !arcs.is_empty() {
                self.of_its_own(Command::AskContacts(arcs)).await;
            }
        }
    }
}

/// The nodes whose policies want it, and how often.
fn wishes(reading: &Reading) -> Viewed<Vec<(Timestamp, NodePath)>> {
    let ever = Timestamp::from_micros(i64::MAX);
    reading.agenda(Agenda::Checking, ever, usize::MAX)
}

/// The arcs after `after` whose registrants are to be asked, as many as one record takes, and the last one that was looked at where
/// there may be more.
fn due(
    reading: &Reading,
    wishes: &[(Timestamp, NodePath)],
    after: Option<&NodePath>,
    now: Timestamp,
) -> Viewed<(Vec<NodePath>, Option<NodePath>)> {
    let mut tops: Vec<_> = wishes.iter().map(|(_, path)| path).collect();
    tops.sort_unstable();
    // Those below another are walked with it.
    tops.dedup_by(|below, top| below.starts_with(top));
    let most = usize::try_from(BLOCK_ARCS_MAX).unwrap_or(1);
    let mut found = Vec::new();
    for top in tops {
        let within = after.filter(|after| after.starts_with(top));
        if within.is_none() && after.is_some_and(|after| top < after) {
            continue;
        }
        for seen in reading.walk(top, within, None, &Sight::All) {
            let entry = seen?.entry;
            if rules::contact_is_due(&entry, reading, now)? {
                found.push(entry.path.clone());
            }
            if found.len() == most {
                return Ok((found, Some(entry.path.clone())));
            }
        }
    }
    Ok((found, None))
}
