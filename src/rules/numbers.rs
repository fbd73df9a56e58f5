//! Which number a new arc gets: named, the next free one, or drawn (X.660 6.2 and 7.3; DESIGN §5).
//!
//! It must never give a number that an arc has or had, that a template uses up, that is kept back, that the policy does not open,
//! or that is held for somebody else. A hold whose time is over counts for nothing.

use crate::model::command::NumberChoice;
use crate::model::entry::Hold;
use crate::model::event::{Event, HoldEnd, HoldReleased, NumberFoundBy};
use crate::model::limits::RANDOM_DRAWS_MAX;
use crate::model::policy::{NumberRange, Numbering, Policy};
use crate::model::{Actor, Code, Ctx, Entry, Refusal, Rejection, State, TreeView, Viewed};
use crate::oid::limits::{ROOT_ARC_MAX, SECOND_ARC_MAX};
use crate::oid::{ArcValue, NodePath};

use super::lots::Lots;

/// How many numbers of a window without end are drawn from, counted from its first: 2^31, so that a drawn arc fits the
/// 32-bit integers that many programs keep arcs in.
pub const RANDOM_SPAN: u64 = 1 << 31;

/// A number, how it was found, and what is there already.
#[derive(Debug)]
pub struct Found {
    /// The number.
    pub number: ArcValue,
    /// How it was found.
    pub by: NumberFoundBy,
    /// The reserved arc that it uses up.
    pub reserved: Option<std::sync::Arc<Entry>>,
    /// The hold that ends with it.
    pub hold: Option<HoldReleased>,
}

impl Found {
    fn free(number: ArcValue, by: NumberFoundBy) -> Self {
        Self {
            number,
            by,
            reserved: None,
            hold: None,
        }
    }

    /// The end of the hold as an event, which stands before the registration.
    pub fn release(&self) -> Option<Event> {
        self.hold.clone().map(Event::HoldReleased)
    }
}

/// What the search for a number needs to know.
pub struct Search<'a> {
    /// The tree, with what was decided before in the same command.
    pub tree: &'a dyn TreeView,
    /// Who asks, and when.
    pub ctx: &'a Ctx,
    /// Below which node.
    pub superior: &'a NodePath,
    /// The policy in force there.
    pub policy: &'a Policy,
}

impl Search<'_> {
    /// Finds the number that `choice` asks for.
    pub fn find(&self, choice: &NumberChoice, lots: &mut Lots) -> Result<Found, Rejection> {
        match choice {
            NumberChoice::Explicit(number) => self.explicit(number),
            NumberChoice::NextFree => {
                self.allowed(Numbering::NextFreeOnly)?;
                let (number, window_from) = self.next_free()?.ok_or_else(|| self.none_free())?;
                self.with_hold(Found::free(number, NumberFoundBy::NextFree { window_from }))
            }
            NumberChoice::Random(range) => {
                self.allowed(Numbering::RandomOnly)?;
                let number = self.random(range.as_ref(), lots)?;
                self.with_hold(Found::free(number, NumberFoundBy::Random))
            }
        }
    }

    /// A number that was found free; from `window_from` on all numbers up to it are assigned.
    pub fn next_free_at(
        &self,
        number: &ArcValue,
        window_from: &ArcValue,
    ) -> Result<Found, Rejection> {
        let mut found = self.named(number)?;
        found.by = NumberFoundBy::NextFree {
            window_from: window_from.clone(),
        };
        Ok(found)
    }

    /// The policy lets a number be chosen in this way.
    pub fn allowed(&self, kind: Numbering) -> Result<(), Rejection> {
        let policy = self.policy.numbering;
        if policy == Numbering::Any || policy == kind {
            return Ok(());
        }
        let instead = match policy {
            Numbering::NextFreeOnly => "ask for the next free number",
            Numbering::ExplicitOnly => "name a number",
            Numbering::RandomOnly => "ask for a random number",
            Numbering::Any => "choose as you like",
        };
        let detail = format!(
            "below {} the policy says otherwise: {instead}",
            self.superior
        );
        Err(Refusal::new(Code::NumberingNotAllowed, "number", detail).into())
    }

    /// A number the caller names. One that is reserved, or held for the caller, was chosen before: how does not matter.
    fn explicit(&self, number: &ArcValue) -> Result<Found, Rejection> {
        let found = self.named(number)?;
        self.opened(number)?;
        let mine = |hold: &HoldReleased| hold.why == HoldEnd::Used;
        if found.reserved.is_none() && !found.hold.as_ref().is_some_and(mine) {
            self.allowed(Numbering::ExplicitOnly)?;
        }
        Ok(found)
    }

    /// X.660 6.2, 6.3, RFC 3061: the number is neither taken nor burned, nor held for somebody else; a reserved one is
    /// given back as such. The policy is not looked at.
    pub fn named(&self, number: &ArcValue) -> Result<Found, Rejection> {
        let path = super::checks::place(self.superior, number, "number")?;
        let reserved = self.tree.entry(&path)?;
        if let Some(entry) = &reserved {
            let refuse = |code, detail: String| {
                Err(Refusal::new(code, "number", detail).value(number).into())
            };
            match entry.superior.state {
                State::Reserved => {}
                State::Withdrawn => {
                    return refuse(
                        Code::NumberBurned,
                        format!("{path} was withdrawn; its number is never used again"),
                    );
                }
                state => return refuse(Code::NumberTaken, format!("{path} is {}", state.word())),
            }
        }
        if reserved.is_none() && self.used_up()?.iter().any(|run| run.contains(number)) {
            let detail = format!("the template of {} covers it", self.superior);
            return Err(Refusal::new(Code::NumberOfTemplate, "number", detail)
                .value(number)
                .into());
        }
        let mut found = Found::free(number.clone(), NumberFoundBy::Explicit);
        found.reserved = reserved;
        self.with_hold(found)
    }

    /// The runs that a template of the superior covers, or covered before it was closed: they are nobody else's.
    fn used_up(&self) -> Viewed<Vec<NumberRange>> {
        let superior = self.tree.entry(self.superior)?;
        let template = superior.as_ref().and_then(|one| one.template.as_deref());
        Ok(template.map_or_else(Vec::new, |one| one.rule.numbers.merged()))
    }

    /// Adds the end of the hold on the number, where there is one; refuses where it is somebody else's.
    fn with_hold(&self, mut found: Found) -> Result<Found, Rejection> {
        let Some(hold) = self.tree.hold(self.superior, &found.number)? else {
            return Ok(found);
        };
        let why = if !hold.is_in_force(self.ctx.now) {
            HoldEnd::Expired
        } else if is_mine(&hold, &self.ctx.actor) {
            HoldEnd::Used
        } else {
            let detail = format!("held for somebody else until {}", hold.until);
            return Err(Refusal::new(Code::NumberHeld, "number", detail)
                .value(&found.number)
                .into());
        };
        found.hold = Some(released(&hold, why));
        Ok(found)
    }

    /// The policy opens the number.
    pub fn opened(&self, number: &ArcValue) -> Result<(), Rejection> {
        if self.policy.opens(number) {
            return Ok(());
        }
        let detail = format!(
            "the policy below {} opens {}{}",
            self.superior,
            ranges(&self.policy.windows_in_force()),
            if self.policy.kept_back.is_empty() {
                String::new()
            } else {
                format!(" without {}", ranges(&self.policy.kept_back))
            }
        );
        Err(Refusal::new(Code::NumberOutsidePolicy, "number", detail)
            .value(number)
            .into())
    }

    /// No number of the windows is free.
    pub fn none_free(&self) -> Rejection {
        let windows = ranges(&self.policy.windows_in_force());
        let detail = format!("no number of {windows} below {} is free", self.superior);
        Refusal::new(Code::NoNumberFree, "number", detail).into()
    }

    /// The policy's windows, as far as X.660 7.6 has numbers at this place.
    pub fn windows(&self) -> Vec<NumberRange> {
        let windows = self.policy.windows_in_force();
        windows
            .into_iter()
            .filter_map(|window| within_place(self.superior, window))
            .collect()
    }

    fn next_free(&self) -> Result<Option<(ArcValue, ArcValue)>, Rejection> {
        for window in self.windows() {
            if let Some(found) = self.free_from(&window, &window.from)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The lowest free number of `window` not below `from` (no arc has it, no template covers it, it is not kept back, and nobody holds it), and the
    /// number from which on every number up to it is assigned: `from`, or what follows the last one that was passed over.
    ///
    /// Numbers that are held or kept back today may be free later: the cursor that is kept must never skip them.
    pub fn free_from(
        &self,
        window: &NumberRange,
        from: &ArcValue,
    ) -> Viewed<Option<(ArcValue, ArcValue)>> {
        let mut start = from.clone();
        let used_up = self.used_up()?;
        loop {
            let number = self.tree.lowest_unassigned(self.superior, &start, &start)?;
            if !window.contains(&number) {
                return Ok(None);
            }
            let mut kept = self.policy.kept_back.iter().chain(&used_up);
            if let Some(kept) = kept.find(|kept| kept.contains(&number)) {
                let Some(to) = &kept.to else { return Ok(None) };
                start = to.successor();
            } else if self.is_held(&number)? {
                start = number.successor();
            } else {
                return Ok(Some((number, start)));
            }
        }
    }

    fn is_held(&self, number: &ArcValue) -> Viewed<bool> {
        let hold = self.tree.hold(self.superior, number)?;
        Ok(hold.is_some_and(|hold| hold.is_in_force(self.ctx.now)))
    }

    fn is_free(&self, number: &ArcValue) -> Viewed<bool> {
        let Ok(path) = self.superior.child(number.clone()) else {
            return Ok(false);
        };
        let used_up = self.used_up()?;
        Ok(self.policy.opens(number)
            && !used_up.iter().any(|run| run.contains(number))
            && self.tree.entry(&path)?.is_none()
            && !self.is_held(number)?)
    }

    /// The number before the next one above `free` that is not free, or the window's last; `free` itself is free.
    /// `None` means that the run has no end.
    pub fn run_end(&self, window: &NumberRange, free: &ArcValue) -> Viewed<Option<ArcValue>> {
        let assigned = self
            .tree
            .numbers_from(self.superior, free, 1)?
            .into_iter()
            .next();
        let used_up = self.used_up()?;
        let kept = self
            .policy
            .kept_back
            .iter()
            .chain(&used_up)
            .map(|kept| &kept.from)
            .filter(|from| *from > free)
            .min();
        let holds = self.holds()?;
        let held = holds
            .iter()
            .map(|hold| &hold.number)
            .filter(|number| *number > free)
            .min();
        let closed = [assigned.as_ref(), kept, held].into_iter().flatten().min();
        let before = closed.and_then(ArcValue::predecessor);
        Ok([before.as_ref(), window.to.as_ref()]
            .into_iter()
            .flatten()
            .min()
            .cloned())
    }

    fn holds(&self) -> Viewed<Vec<Hold>> {
        let mut holds = self.tree.holds()?;
        holds.retain(|hold| hold.superior == *self.superior && hold.is_in_force(self.ctx.now));
        Ok(holds)
    }

    fn random(&self, range: Option<&NumberRange>, lots: &mut Lots) -> Result<ArcValue, Rejection> {
        let windows: Vec<_> = self.within(range)?.into_iter().map(drawable).collect();
        let sum = |sum: u128, more: u128| sum.saturating_add(more).saturating_add(1);
        let Some(last) = windows.iter().map(|window| window.last).reduce(sum) else {
            return Err(self.none_free());
        };
        for _ in 0..RANDOM_DRAWS_MAX {
            if let Some(number) = nth(&windows, lots.up_to(last))
                && self.is_free(&number)?
            {
                return Ok(number);
            }
        }
        // Nearly all are taken: look at each free run, so that whatever is left is found and each number is as likely.
        let mut left = Vec::new();
        for window in &windows {
            self.free_runs(&window.range, &mut left)?;
        }
        let Some(last) = left.iter().map(|run| run.last).reduce(sum) else {
            return Err(self.none_free());
        };
        nth(&left, lots.up_to(last)).ok_or_else(|| self.none_free())
    }

    /// Where the number may be drawn from: the policy's windows, or what they have in common with the caller's run.
    fn within(&self, range: Option<&NumberRange>) -> Result<Vec<NumberRange>, Rejection> {
        let Some(range) = range else {
            return Ok(self.windows());
        };
        let common: Vec<_> = if self.policy.windows.is_empty() {
            vec![range.clone()]
        } else {
            let windows = self.policy.windows.iter();
            windows.filter_map(|window| common(window, range)).collect()
        };
        if common.is_empty() {
            return Err(self
                .opened(&range.from)
                .err()
                .unwrap_or_else(|| self.none_free()));
        }
        Ok(common
            .into_iter()
            .filter_map(|run| within_place(self.superior, run))
            .collect())
    }

    fn free_runs(&self, window: &NumberRange, left: &mut Vec<Drawable>) -> Viewed<()> {
        let mut from = window.from.clone();
        while let Some((start, _)) = self.free_from(window, &from)? {
            let Some(end) = self.run_end(window, &start)? else {
                break;
            };
            from = end.successor();
            left.push(drawable(NumberRange {
                from: start,
                to: Some(end),
            }));
        }
        Ok(())
    }
}

/// A run to draw from, with the distance of its last number from its first.
struct Drawable {
    range: NumberRange,
    last: u128,
}

fn drawable(range: NumberRange) -> Drawable {
    let to = range
        .to
        .clone()
        .or_else(|| range.from.checked_add(RANDOM_SPAN - 1));
    let to = to.unwrap_or_else(|| range.from.clone());
    // Of a run of more than 2^128 numbers the first 2^128 are drawn from.
    let last = to
        .offset_from(&range.from)
        .unwrap_or(if to < range.from { 0 } else { u128::MAX });
    Drawable {
        range: NumberRange {
            from: range.from,
            to: Some(to),
        },
        last,
    }
}

/// The number that stands at `place` where the runs are laid end to end.
fn nth(runs: &[Drawable], mut place: u128) -> Option<ArcValue> {
    for run in runs {
        if place <= run.last {
            return Some(add(&run.range.from, place));
        }
        place -= run.last + 1;
    }
    None
}

/// The sum of a number of any size and one below 2^128.
fn add(number: &ArcValue, more: u128) -> ArcValue {
    if let Some(sum) = number.to_u128().and_then(|number| number.checked_add(more)) {
        return ArcValue::from(sum);
    }
    let mut octets = number.to_be_bytes_min().to_vec();
    octets.reverse();
    octets.resize(octets.len().max(16) + 1, 0);
    let mut carry = 0_u16;
    let more = more.to_le_bytes().into_iter().chain(std::iter::repeat(0));
    for (octet, add) in octets.iter_mut().zip(more) {
        let sum = u16::from(*octet) + u16::from(add) + carry;
        let [high, low] = sum.to_be_bytes();
        *octet = low;
        carry = u16::from(high);
    }
    octets.reverse();
    ArcValue::from_be_bytes(&octets)
}

fn common(one: &NumberRange, other: &NumberRange) -> Option<NumberRange> {
    let from = one.from.clone().max(other.from.clone());
    let to = match (&one.to, &other.to) {
        (Some(a), Some(b)) => Some(a.min(b).clone()),
        (to, None) | (None, to) => to.clone(),
    };
    let run = NumberRange { from, to };
    run.contains(&run.from).then_some(run)
}

/// X.660 7.6: there are three root arcs, and forty arcs below each of 0 and 1.
fn within_place(superior: &NodePath, window: NumberRange) -> Option<NumberRange> {
    let last = match superior.arcs() {
        [] => ROOT_ARC_MAX,
        [root] if *root < ArcValue::new(ROOT_ARC_MAX) => SECOND_ARC_MAX,
        _ => return Some(window),
    };
    let place = NumberRange {
        from: ArcValue::ZERO,
        to: Some(ArcValue::new(last)),
    };
    common(&window, &place)
}

/// Whether the hold is the actor's own.
pub fn is_mine(hold: &Hold, actor: &Actor) -> bool {
    matches!(actor, Actor::Principal(id) if *id == hold.principal)
}

/// The end of a hold.
pub fn released(hold: &Hold, why: HoldEnd) -> HoldReleased {
    HoldReleased {
        id: hold.id.clone(),
        superior: hold.superior.clone(),
        number: hold.number.clone(),
        why,
    }
}

/// Runs as people write them, the first few of them: `1 to 99, 200 and up`.
fn ranges(runs: &[NumberRange]) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<_> = runs.iter().take(SHOWN).map(range_text).collect();
    if runs.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn range_text(run: &NumberRange) -> String {
    match &run.to {
        Some(to) if *to == run.from => run.from.to_string(),
        Some(to) => format!("{} to {to}", run.from),
        None => format!("{} and up", run.from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_size() {
        let check = |number: &str, more: u128, expect: &str| {
            assert_eq!(add(&number.parse().unwrap(), more).to_string(), expect);
        };
        check("0", 0, "0");
        check("7", 35, "42");
        check(
            "340282366920938463463374607431768211455",
            1,
            "340282366920938463463374607431768211456",
        );
        check(
            "340282366920938463463374607431768211456",
            u128::MAX,
            "680564733841876926926749214863536422911",
        );
    }

    #[test]
    fn runs_laid_end_to_end() {
        let run = |from: u64, to: Option<u64>| {
            drawable(NumberRange {
                from: from.into(),
                to: to.map(Into::into),
            })
        };
        let runs = [run(5, Some(6)), run(10, Some(10)), run(100, None)];
        let at = |place| nth(&runs, place).map(|number| number.to_string());
        assert_eq!(at(0).as_deref(), Some("5"));
        assert_eq!(at(1).as_deref(), Some("6"));
        assert_eq!(at(2).as_deref(), Some("10"));
        assert_eq!(at(3).as_deref(), Some("100"));
        assert_eq!(
            at(3 + u128::from(RANDOM_SPAN) - 1).as_deref(),
            Some("2147483747")
        );
        assert_eq!(at(3 + u128::from(RANDOM_SPAN)), None);
    }
}
