//! `allocate` and `record`: new arcs, and arcs that were assigned elsewhere or long ago.
//!
//! The number is the server's to give: nothing here guesses which one is free.

use crate::{
    cli::{
        args::{AllocateArgs, EntryArgs, FlagArgs, Party, RecordArgs, RegistrantArgs, Visibility},
        client::Client,
        desk::{Desk, Plan},
        failure::{Failure, Outcome},
    },
    pb::v1::{self, number_choice, registrant_ref},
};

/// Gives out an arc or a block of them.
pub async fn allocate(
    desk: &Desk,
    client: &Client,
    args: AllocateArgs,
) -> Result<Outcome, Failure> {
    let entry = Some(new_entry(desk, args.entry));
    let Some(count) = args.block else {
        let file = args.allocation_token_file.as_deref();
        let allocation_token = desk.settings.allocation_token(file)?.unwrap_or_default();
        let kind = match (args.number, args.random) {
            (Some(number), _) => number_choice::Kind::Number(number),
            (None, true) => number_choice::Kind::Random(number_choice::Random {
                within: args.within,
            }),
            (None, false) => number_choice::Kind::NextFree(number_choice::NextFree {}),
        };
        let request = v1::AllocateRequest {
            superior: args.superior,
            number: Some(v1::NumberChoice { kind: Some(kind) }),
            entry,
            options: None,
            allocation_token,
        };
        return desk
            .change(client, request, None, async |r| {
                client.registration().allocate(r).await
            })
            .await;
    };
    let plan = if count > 1 && desk.asks()? {
        Some(Plan {
            act: format!("Allocate {count} consecutive arcs below {}", args.superior),
            before: None,
        })
    } else {
        None
    };
    let request = v1::BatchAllocateRequest {
        allocations: Vec::new(),
        block: Some(v1::batch_allocate_request::Block {
            superior: args.superior,
            first: args.number.unwrap_or_default(),
            count,
            entry,
        }),
        options: None,
    };
    desk.change(client, request, plan, async |r| {
        client.registration().batch_allocate(r).await
    })
    .await
}

/// Records an arc with its proof.
pub async fn record(desk: &Desk, client: &Client, args: RecordArgs) -> Result<Outcome, Failure> {
    let one = v1::record_existing_request::One {
        oid: args.oid,
        entry: Some(new_entry(desk, args.entry)),
        proof: args.proof,
        proof_uri: args.proof_uri.unwrap_or_default(),
        registered: args.registered,
    };
    let request = v1::RecordExistingRequest {
        arcs: vec![one],
        options: None,
    };
    desk.change(client, request, None, async |r| {
        client.registration().record_existing(r).await
    })
    .await
}

/// What was typed of a new arc.
pub fn new_entry(desk: &Desk, args: EntryArgs) -> v1::NewEntry {
    let lang = args.lang.as_deref();
    v1::NewEntry {
        identifiers: args.identifiers,
        labels: args.labels,
        visibility: args.visibility.map(visibility).unwrap_or_default().into(),
        flags: flags(&args.flags, None),
        titles: desk.in_language(lang, args.titles),
        descriptions: desk.in_language(lang, args.descriptions),
        services: args.services,
        references: args.references,
        contacts: args.contacts,
        registrant: registrant(args.registrant, args.new_registrant),
        sponsor: args.sponsor.unwrap_or_default(),
        applied: args.applied,
        category: args.category.unwrap_or_default(),
    }
}

/// The visibility of a word.
pub fn visibility_word(word: &str) -> Result<v1::Visibility, String> {
    match word {
        "public" => Ok(v1::Visibility::Public),
        "stub" => Ok(v1::Visibility::Stub),
        "hidden" => Ok(v1::Visibility::Hidden),
        _ => Err("visibility must be public, stub or hidden".to_owned()),
    }
}

/// The visibility of the API.
pub const fn visibility(visibility: Visibility) -> v1::Visibility {
    match visibility {
        Visibility::Public => v1::Visibility::Public,
        Visibility::Stub => v1::Visibility::Stub,
        Visibility::Hidden => v1::Visibility::Hidden,
    }
}

/// The marks as they shall be, starting from those there are; none where none was typed.
pub fn flags(args: &FlagArgs, now: Option<v1::Flags>) -> Option<v1::Flags> {
    let typed = [
        args.leaf,
        args.frozen,
        args.no_identifiers,
        args.no_unicode_labels,
        args.draft,
    ];
    if typed.iter().all(Option::is_none) {
        return None;
    }
    let now = now.unwrap_or_default();
    Some(v1::Flags {
        leaf: args.leaf.unwrap_or(now.leaf),
        frozen: args.frozen.unwrap_or(now.frozen),
        no_identifiers: args.no_identifiers.unwrap_or(now.no_identifiers),
        no_unicode_labels: args.no_unicode_labels.unwrap_or(now.no_unicode_labels),
        draft: args.draft.unwrap_or(now.draft),
    })
}

/// A registrant that the register knows, or a new one.
pub fn registrant(id: Option<String>, args: RegistrantArgs) -> Option<v1::RegistrantRef> {
    let kind = match (id, args.registrant_name) {
        (Some(id), _) => registrant_ref::Kind::Id(id),
        (None, Some(name)) => {
            let mut new = v1::Registrant {
                kind: args.registrant_kind.map(party).unwrap_or_default().into(),
                name,
                email: args.registrant_email.unwrap_or_default(),
                telephone: args.registrant_telephone.unwrap_or_default(),
                address: args.registrant_address.unwrap_or_default(),
                name_public: args.registrant_name_public,
                ..Default::default()
            };
            for one in args.registrant_seen_by {
                one.put(&mut new);
            }
            registrant_ref::Kind::Registrant(new)
        }
        (None, None) => return None,
    };
    Some(v1::RegistrantRef { kind: Some(kind) })
}

const fn party(party: Party) -> v1::PartyKind {
    match party {
        Party::Person => v1::PartyKind::Person,
        Party::Organisation => v1::PartyKind::Organisation,
        Party::Machine => v1::PartyKind::Machine,
    }
}
