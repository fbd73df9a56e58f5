//! The zones as they are now: one pinned reading of the register, and the index of each zone's names at that revision.
//!
//! Whoever asks brings it up to date first where the register has moved on, so that nothing stale is ever answered, and all
//! parts of an answer are of one revision. It must never answer from anything but the reading it holds.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;

use crate::access::Sight;
use crate::model::{Clock, Seq, ViewFault, Viewed};
use crate::register::{Reading, Register};
use crate::telemetry::events::{Emit as _, ZonesMade};

use super::dnssec::{Period, Signer};
use super::index::{Change, Index};
use super::maker::{Maker, Stamp};
use super::record::Fqdn;
use super::serial::{self, Turns};
use super::zone::{LeftOut, Zone};

/// Records that are read from the journal in one go: each may tell of a thousand arcs.
const RECORDS_AT_ONCE: usize = 16;
/// Most arcs that are brought up to date one by one; after more of them the index is made anew.
pub const TOUCHED_MAX: usize = 20_000;

/// What the zones are served with.
pub struct Options {
    /// The zones; no apex lies below another.
    pub zones: Vec<Zone>,
    /// Signs them; `None` leaves them unsigned.
    pub signer: Option<Signer>,
    /// Where the count of the serial is kept.
    pub directory: PathBuf,
    /// Which restore of the register this is.
    pub epoch: u32,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The zones and the register they are made from.
pub struct Zones {
    register: Register,
    heads: watch::Receiver<Seq>,
    options: Options,
    updating: Mutex<()>,
    live: RwLock<Live>,
}

/// The zones at one revision.
pub struct Live {
    /// The reading that everything is answered from.
    pub reading: Reading,
    /// The serial and the period of the signatures.
    pub stamp: Stamp,
    /// How often the zones changed by themselves.
    pub turns: Turns,
    indexes: Vec<Index>,
}

impl Live {
    /// The index of a zone, by its place in the list of zones.
    pub fn index(&self, zone: usize) -> Option<&Index> {
        self.indexes.get(zone)
    }
}

fn unkept(why: impl std::fmt::Display) -> ViewFault {
    ViewFault(format!("the serial of the zones: {why}"))
}

impl Zones {
    /// Makes the zones. Blocks for as long as it takes to walk them.
    pub fn open(register: Register, options: Options) -> Viewed<Self> {
        let heads = register.published();
        let reading = register.newest();
        let live = Self::make(&options, reading)?;
        let zones = Self {
            register,
            heads,
            options,
            updating: Mutex::new(()),
            live: RwLock::new(live),
        };
        zones.tell();
        Ok(zones)
    }

    fn make(options: &Options, reading: Reading) -> Viewed<Live> {
        let period = period(options);
        let turns = Self::turns(options, period, reading.seq())?;
        let zones = options.zones.iter();
        let indexes = zones.map(|zone| Index::build(zone, &reading));
        let indexes = indexes.collect::<Viewed<_>>()?;
        Ok(Live {
            stamp: Stamp {
                serial: serial::serial(options.epoch, reading.seq(), &turns),
                period,
            },
            reading,
            turns,
            indexes,
        })
    }

    fn turns(options: &Options, period: Option<Period>, now: Seq) -> Viewed<Turns> {
        let signer = options.signer.as_ref();
        let made_with = format!(
            "{:?} {:?} {:?}",
            period.map(|period| period.number),
            signer.map(|signer| options
                .zones
                .iter()
                .map(|zone| signer.ds(&zone.apex))
                .collect::<Vec<_>>()),
            options.zones,
        );
        Turns::at(
            &options.directory,
            now,
            options.clock.now(),
            made_with.as_bytes(),
        )
        .map_err(unkept)
    }

    /// The zones.
    pub fn zones(&self) -> &[Zone] {
        &self.options.zones
    }

    /// What signs them.
    pub const fn signer(&self) -> Option<&Signer> {
        self.options.signer.as_ref()
    }

    /// What makes the sets of a zone that no node brings, and its signatures.
    pub fn maker(&self, zone: usize, stamp: Stamp) -> Option<Maker<'_>> {
        let zone = self.options.zones.get(zone)?;
        Some(Maker {
            zone,
            stamp,
            signer: self.signer(),
        })
    }

    /// What tells the time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.options.clock
    }

    /// Which restore of the register this is.
    pub const fn epoch(&self) -> u32 {
        self.options.epoch
    }

    /// The register.
    pub const fn register(&self) -> &Register {
        &self.register
    }

    /// The zone that a name in small letters lies in, the one with the longest apex, and its place in the list.
    pub fn find(&self, name: &Fqdn) -> Option<(usize, &Zone)> {
        let zones = self.options.zones.iter().enumerate();
        let around = zones.filter(|(_, zone)| name.ends_with(&zone.apex));
        around.max_by_key(|(_, zone)| zone.apex.len())
    }

    /// What was left out of all zones.
    pub fn left_out(&self) -> LeftOut {
        let live = self.held();
        let mut all = LeftOut::default();
        live.indexes
            .iter()
            .for_each(|index| all.add(index.left_out()));
        all
    }

    // Nothing panics while the zones are locked; a poisoned lock is as good as any.
    fn held(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_current(&self, live: &Live) -> bool {
        let number = |period: Option<Period>| period.map(|period| period.number);
        live.reading.seq() >= *self.heads.borrow()
            && number(live.stamp.period) == number(period(&self.options))
    }

    /// The zones, not older than the register was when this was called. May block for as long as catching up takes.
    pub fn current(&self) -> Viewed<RwLockReadGuard<'_, Live>> {
        let live = self.held();
        if self.is_current(&live) {
            return Ok(live);
        }
        drop(live);
        self.catch_up()?;
        Ok(self.held())
    }

    /// Brings the zones to the register's newest revision.
    fn catch_up(&self) -> Viewed<()> {
        let _one_at_a_time = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, was) = {
            let live = self.held();
            if self.is_current(&live) {
                return Ok(());
            }
            (live.reading.seq(), live.stamp.period)
        };
        let reading = self.register.newest();
        let period = period(&self.options);
        let number = |period: Option<Period>| period.map(|period| period.number);
        let turned = number(was) != number(period);
        let touched = self.touched(from, reading.seq())?;
        let Some(changes) = self.changes(&reading, touched)? else {
            let live = Self::make(&self.options, reading)?;
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
            self.tell();
            return Ok(());
        };
        let turns = turned
            .then(|| Self::turns(&self.options, period, reading.seq()))
            .transpose()?;
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        for (place, change) in changes {
            let zone = self.options.zones.get(place);
            if let Some((zone, index)) = zone.zip(live.indexes.get_mut(place)) {
                index.apply(zone, change);
            }
        }
        live.turns = turns.unwrap_or(live.turns);
        let serial = serial::serial(self.options.epoch, reading.seq(), &live.turns);
        live.stamp = Stamp { serial, period };
        live.reading = reading;
        drop(live);
        self.tell();
        Ok(())
    }

    /// What the touched arcs mean for each zone; `None` where so much changed that they are better made anew.
    fn changes(
        &self,
        reading: &Reading,
        touched: Option<Vec<crate::oid::NodePath>>,
    ) -> Viewed<Option<Vec<(usize, Change)>>> {
        let Some(touched) = touched else {
            return Ok(None);
        };
        let live = self.held();
        let mut changes = Vec::new();
        for (place, zone) in self.options.zones.iter().enumerate() {
            let Some(index) = live.indexes.get(place) else {
                continue;
            };
            for path in &touched {
                let change = index.change(zone, reading, path)?;
                changes.extend(change.map(|change| (place, change)));
            }
        }
        Ok(Some(changes))
    }

    /// The arcs that the records after `from` touched, superiors first; `None` where there are too many.
    pub fn touched(&self, from: Seq, to: Seq) -> Viewed<Option<Vec<crate::oid::NodePath>>> {
        let mut touched = std::collections::BTreeSet::new();
        let mut after = from;
        while after < to {
            // Only the paths are used, and only to look again with the eyes of the public.
            let records = self
                .register
                .changes_after(after, RECORDS_AT_ONCE, &Sight::All)?;
            let Some(last) = records.last() else { break };
            after = last.seq;
            for record in records.iter().filter(|record| record.seq <= to) {
                touched.extend(record.changes.iter().map(|change| change.path.clone()));
            }
            if touched.len() > TOUCHED_MAX {
                return Ok(None);
            }
        }
        Ok(Some(touched.into_iter().collect()))
    }

    /// Tells operators how far the zones are.
    fn tell(&self) {
        let live = self.held();
        let names = live.indexes.iter().map(|index| index.chain().len()).sum();
        let mut left_out = LeftOut::default();
        live.indexes
            .iter()
            .for_each(|index| left_out.add(index.left_out()));
        ZonesMade {
            serial: live.stamp.serial,
            names,
            nodes_left_out: left_out.nodes,
            labels_left_out: left_out.labels,
            values_left_out: left_out.values,
        }
        .emit();
    }
}

fn period(options: &Options) -> Option<Period> {
    let signer = options.signer.as_ref()?;
    Some(signer.period(options.clock.now()))
}
