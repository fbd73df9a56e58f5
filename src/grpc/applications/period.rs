//! A node and a period of time, as reports and trials of policies are asked for.

use crate::{
    access::Sight,
    grpc::{
        convert::{Faults, access as places, moment},
        view::View,
    },
    model::{Code, Rejection, Timestamp},
    oid::NodePath,
    register::Reading,
};

/// Seconds of the period where its beginning is not told (a year).
const PERIOD_SECONDS: i64 = 365 * 86_400;
/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// A node, and a period of time.
pub struct Period {
    /// The node; the root stands for everything.
    pub node: NodePath,
    /// The beginning.
    pub from: Timestamp,
    /// The end, which is no part of it.
    pub to: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl Period {
    /// Reads what was asked for: the node that stands in `field`, and the ends, each of which may be left out.
    pub fn asked(
        node: &str,
        field: &str,
        (from, to): (
            Option<prost_types::Timestamp>,
            Option<prost_types::Timestamp>,
        ),
        newest: &Reading,
        sight: &Sight,
        now: Timestamp,
    ) -> Result<Self, Rejection> {
        let view = View::new(newest, sight.clone());
        let mut faults = Faults::new();
        let node = places::place(node, view.names(), field, &mut faults);
        let mut given = |at: &Option<prost_types::Timestamp>, field| {
            at.as_ref().map(|at| moment(at, field, &mut faults))
        };
        let (from, to) = (given(&from, "from"), given(&to, "to"));
        let to = to.unwrap_or(Some(now));
        let before = |to: Timestamp| Timestamp::from_micros(to.micros() - PERIOD_SECONDS * SECOND);
        let from = from.unwrap_or(to.map(before));
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            faults.at(Code::FieldInvalid, "from", "must lie before `to`");
        }
        let period = node.zip(from.zip(to)).map(|(node, (from, to))| Self {
            node,
            from,
            to,
            now,
        });
        let period = faults.into_result(period)?;
        Ok(view.settled(period)?)
    }

    /// Whether a moment lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.to).contains(&at)
    }
}
