//! The stored form of what happened and of the projection's values, and nothing else of them.
//!
//! A record has one public item; a restricted one where there is something to restrict; one personal item for each
//! registrant's or principal's details. Every event carries its place, so that the items merge back into one order. What this code
//! doesn't know it must never skip: a reader that did would tell another history (DESIGN §2, Journal, Evolution).

mod allocation_token;
mod application;
pub mod entry;
pub mod error;
mod event;
#[cfg(test)]
mod golden;
pub mod json;
mod notice;
mod parts;
mod person;
#[cfg(test)]
mod samples;
#[cfg(test)]
pub(crate) mod strategies;
#[cfg(test)]
mod tests;

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::model::RegistrantId;
use crate::model::entry::RegistrantDetails;
use crate::model::event::{Event, Happening};
use crate::pb::journal::v1 as pb;

use super::record::{Item, ItemKind, Record, StoredItem};

pub use entry::{
    decode_allocation_token, decode_application, decode_credential, decode_entry, decode_hold,
    decode_notice, decode_principal, decode_registrant, encode_allocation_token,
    encode_application, encode_credential, encode_entry, encode_hold, encode_notice,
    encode_principal, encode_registrant,
};
pub use error::CodecError;

/// The format of items that this code writes and reads; it also stands in the founding.
pub const EVENT_FORMAT: u32 = 1;

/// The version of the tables' values that this code writes and reads: their first octet.
pub const VALUE_VERSION: u8 = 1;

/// The number of the field `events` in `PublicItem` and `RestrictedItem`.
const EVENTS_FIELD: u32 = 2;

/// The number of the field `index` in `Event`.
const INDEX_FIELD: u32 = 1;

const PUBLIC: &str = "the public item";
const RESTRICTED: &str = "the restricted item";
const PERSONAL: &str = "a personal item";

/// The items of a record that tells `happening`.
///
/// Events for which `confidential` holds go into the restricted item, and so does whatever has to do with credentials,
/// applications, notices or reports of errors.
/// allocation tokens, applications or notices, and a challenge to a label.
/// `salts` gives fresh random bytes for every item.
pub fn encode(
    happening: &Happening,
    confidential: &dyn Fn(&Event) -> bool,
    salts: &mut dyn FnMut() -> [u8; 16],
) -> Vec<Item> {
    let (mut open, mut restricted) = (Vec::new(), Vec::new());
    let mut personal = Vec::new();
    for (index, event) in (0_u32..).zip(&happening.events) {
        let kind = Some(event::event_to(event));
        let stored = pb::Event { index, kind };
        if is_never_public(event) || confidential(event) {
            restricted.push(stored);
        } else {
            open.push(stored);
        }
        personal.extend(details_of(index, event));
    }
    let mut item = |kind, subject: &str, body| Item {
        kind,
        subject: subject.to_owned(),
        salt: salts(),
        body,
    };
    let format = EVENT_FORMAT;
    let events = open;
    let body = pb::PublicItem { format, events }.encode_to_vec();
    let mut items = vec![item(ItemKind::Public, "", body)];
    let restricted = pb::RestrictedItem {
        format,
        events: restricted,
        reason: happening.reason.clone(),
        override_reason: happening.override_reason.clone(),
        asked_by: happening.asked_by.as_ref().map(parts::id_to),
    };
    let said = [&restricted.reason, &restricted.override_reason];
    let reasons = said.iter().any(|one| one.is_some()) || restricted.asked_by.is_some();
    if reasons || !restricted.events.is_empty() {
        items.push(item(ItemKind::Restricted, "", restricted.encode_to_vec()));
    }
    for (subject, details) in personal {
        items.push(item(ItemKind::Personal, subject, details.encode_to_vec()));
    }
    items
}

const fn is_never_public(event: &Event) -> bool {
    let credentials = matches!(
        event,
        Event::CredentialIssued(_)
            | Event::CredentialRevoked(_)
            | Event::AllocationTokenSet(_)
            | Event::AllocationTokenUsed { .. }
    );
    let notices = matches!(
        event,
        Event::NoticeSettled { .. } | Event::PersonErased { .. }
    );
    // Who says what about an arc is for its staff.
    let reports = matches!(event, Event::SuspicionSet { .. });
    // Why somebody challenges a label is in their own words.
    let told = matches!(event, Event::LabelChallenged { .. });
    credentials || notices || reports || told || event.application().is_some()
}

/// What an event tells of a registrant or a principal, with its id; both are stored as an item of their own.
fn told_of(event: &Event) -> Option<(&str, Option<&RegistrantDetails>)> {
    match event {
        Event::RegistrantRecorded(recorded) => {
            Some((recorded.id.as_str(), recorded.details.as_ref()))
        }
        Event::PrincipalAdded(principal) => {
            Some((principal.id.as_str(), principal.details.as_ref()))
        }
        Event::PrincipalDescribed { id, details } => Some((id.as_str(), details.as_ref())),
        _ => None,
    }
}

/// Where an event keeps what it tells of a registrant or a principal.
fn details_mut(event: &mut Event) -> Option<&mut Option<RegistrantDetails>> {
    match event {
        Event::RegistrantRecorded(recorded) => Some(&mut recorded.details),
        Event::PrincipalAdded(principal) => Some(&mut principal.details),
        Event::PrincipalDescribed { details, .. } => Some(details),
        _ => None,
    }
}

fn details_of(index: u32, event: &Event) -> Option<(&str, pb::PersonalItem)> {
    let (subject, details) = told_of(event)?;
    let details = Some(parts::details_to(details?));
    let format = EVENT_FORMAT;
    let item = pb::PersonalItem {
        format,
        index,
        details,
    };
    Some((subject, item))
}

/// What a record tells.
///
/// Where the restricted item was erased, its events and the reasons are not there; where a personal item was, the
/// details are `None`. Anything that this code doesn't know is an error.
pub fn decode(record: &Record) -> Result<Happening, CodecError> {
    let mut gathered = Gathered::default();
    for item in &record.items {
        match (item.kind(), item.present()) {
            (ItemKind::Public, Some(item)) => gathered.public(&item.body)?,
            (ItemKind::Public, None) => return Err(CodecError::Missing { what: PUBLIC }),
            (ItemKind::Restricted, Some(item)) => gathered.restricted(&item.body)?,
            (ItemKind::Restricted, None) => gathered.withheld = true,
            // Details belong to events that may stand in a later item, so they wait.
            (ItemKind::Personal, _) => {}
        }
    }
    gathered.order()?;
    for item in record.items.iter().filter_map(StoredItem::present) {
        if item.kind == ItemKind::Personal {
            gathered.personal(item)?;
        }
    }
    let Gathered {
        events,
        reason,
        override_reason,
        asked_by,
        ..
    } = gathered;
    Ok(Happening {
        events: events.into_iter().map(|(_, event)| event).collect(),
        reason,
        override_reason,
        asked_by,
    })
}

/// What the items read so far have told.
#[derive(Default)]
struct Gathered {
    events: Vec<(u32, Event)>,
    reason: Option<String>,
    override_reason: Option<String>,
    asked_by: Option<RegistrantId>,
    /// Whether there was a public item.
    public: bool,
    /// Whether the restricted item was erased, so that places may be empty.
    withheld: bool,
}

impl Gathered {
    fn public(&mut self, body: &[u8]) -> Result<(), CodecError> {
        let item: pb::PublicItem = open(body, PUBLIC)?;
        check_format(item.format, PUBLIC)?;
        self.public = true;
        let length = item.encoded_len();
        self.take(item.events, body)?;
        check_whole(length, body, PUBLIC)
    }

    fn restricted(&mut self, body: &[u8]) -> Result<(), CodecError> {
        let item: pb::RestrictedItem = open(body, RESTRICTED)?;
        check_format(item.format, RESTRICTED)?;
        let length = item.encoded_len();
        self.take(item.events, body)?;
        self.reason = item.reason;
        self.override_reason = item.override_reason;
        self.asked_by = parts::id_if(item.asked_by.as_deref())?;
        check_whole(length, body, RESTRICTED)
    }

    fn take(&mut self, stored: Vec<pb::Event>, body: &[u8]) -> Result<(), CodecError> {
        self.events.reserve(stored.len());
        for (nth, pb::Event { index, kind }) in stored.into_iter().enumerate() {
            let kind = kind.ok_or_else(|| CodecError::UnknownEvent {
                index,
                kind: kind_number(body, nth).unwrap_or(0),
            })?;
            self.events.push((index, event::event_from(kind)?));
        }
        Ok(())
    }

    /// Puts the events in order and checks that every place is filled once, or empty because something was erased.
    fn order(&mut self) -> Result<(), CodecError> {
        if !self.public {
            return Err(CodecError::Missing { what: PUBLIC });
        }
        self.events.sort_by_key(|(index, _)| *index);
        let mut free = 0;
        for (index, _) in &self.events {
            if *index < free || (*index > free && !self.withheld) {
                return Err(CodecError::Places {
                    index: free.min(*index),
                });
            }
            free = index.saturating_add(1);
        }
        Ok(())
    }

    fn personal(&mut self, item: &Item) -> Result<(), CodecError> {
        let stored: pb::PersonalItem = open(&item.body, PERSONAL)?;
        check_format(stored.format, PERSONAL)?;
        check_whole(stored.encoded_len(), &item.body, PERSONAL)?;
        let what = "a registrant's details";
        let details = stored.details.ok_or(CodecError::Missing { what })?;
        let index = stored.index;
        let place = self
            .events
            .binary_search_by_key(&index, |(index, _)| *index);
        match place.ok().and_then(|at| self.events.get_mut(at)) {
            Some((_, event)) if told_of(event).is_some_and(|(id, _)| id == item.subject) => {
                if let Some(known) = details_mut(event) {
                    *known = Some(parts::details_from(details)?);
                }
                Ok(())
            }
            // The event went with the restricted item; the details are of no use without it.
            None if self.withheld => Ok(()),
            _ => Err(CodecError::StrayDetails { index }),
        }
    }
}

fn open<M: Message + Default>(body: &[u8], what: &'static str) -> Result<M, CodecError> {
    M::decode(body).map_err(|source| CodecError::Undecodable { what, source })
}

const fn check_format(found: u32, what: &'static str) -> Result<(), CodecError> {
    if found == EVENT_FORMAT {
        Ok(())
    } else {
        Err(CodecError::UnknownFormat { what, found })
    }
}

/// The decoder skips what it doesn't know; then what was read is shorter than what was stored.
const fn check_whole(length: usize, body: &[u8], what: &'static str) -> Result<(), CodecError> {
    if length == body.len() {
        Ok(())
    } else {
        Err(CodecError::UnknownField { what })
    }
}

/// The field number of the kind of the `nth` event in an item's body, for an error message.
fn kind_number(body: &[u8], nth: usize) -> Option<u32> {
    let mut rest = body;
    let mut left = nth;
    while !rest.is_empty() {
        let (field, wire) = decode_key(&mut rest).ok()?;
        if field != EVENTS_FIELD || wire != WireType::LengthDelimited {
            skip_field(wire, field, &mut rest, DecodeContext::default()).ok()?;
            continue;
        }
        let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
        let (event, after) = rest.split_at_checked(length)?;
        if left == 0 {
            return first_field_but_index(event);
        }
        left -= 1;
        rest = after;
    }
    None
}

fn first_field_but_index(mut event: &[u8]) -> Option<u32> {
    while !event.is_empty() {
        let (field, wire) = decode_key(&mut event).ok()?;
        if field != INDEX_FIELD {
            return Some(field);
        }
        skip_field(wire, field, &mut event, DecodeContext::default()).ok()?;
    }
    None
}
