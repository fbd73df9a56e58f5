//! Generated values of everything that is stored, for the property tests of this room and of others.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::strategy::Union;

use crate::model::actor::{
    Credential, CredentialKind, Grant, Principal, PrincipalKind, Role, Scope, Standing,
};
use crate::model::allocation_token::{AllocationToken, Promised};
use crate::model::application::{
    About, Application, Approval, Attachment, Content, Fee, FeeState, Paper, RejectionReason,
    Remark, RemarkKind, Stage, Verdict, VerdictKind,
};
use crate::model::clock::Timestamp;
use crate::model::command::NewEntry;
use crate::model::consent::{LockKind, Locks, Pending, PendingAct, Side};
use crate::model::entry::{
    Audience, Audiences, Certainty, Contact, ContactRole, Delegation, Entry, Flags, Hold,
    HolderFields, Holding, Label, Language, Origin, Reference, Registrant, RegistrantDetails,
    Relation, Service, State, SuperiorFields, Text, Tombstone, Visibility,
};
use crate::model::event::{
    ApplicationAmended, ApplicationMoved, ArcRegistered, AuthorityOpened, Changes, EntryAmended,
    Event, Founded, Happening, HoldEnd, HoldReleased, NumberFoundBy, Person, Proof,
    ReferenceLoaded, RegistrantRecorded, StateChanged,
};
use crate::model::ids::{RegistrantId, Seq};
use crate::model::label_claim::{Challenge, LabelClaim};
use crate::model::money::{Amount, Currency, FeeSchedule};
use crate::model::notice::{NoticeId, Outcome};
use crate::model::plan::{Plan, PlannedAct};
use crate::model::policy::{
    Applicants, Category, Checks, Lapse, MinimumContent, NumberRange, Numbering, Policy, Terms,
};
use crate::model::refusal::Code;
use crate::model::sandbox::{Part, Sandbox, Top};
use crate::model::suspicion::{Check, Suspicion};
use crate::model::template::{Numbers, Rule, Template};
use crate::oid::{ArcValue, Identifier, NodePath, UnicodeLabel};

use super::parts::Id;

/// Numbers of any size, small ones more often.
pub(crate) fn number() -> impl Strategy<Value = ArcValue> {
    prop_oneof![
        (0_u64..300).prop_map(ArcValue::from),
        any::<u64>().prop_map(ArcValue::from),
        vec(any::<u8>(), 0..40).prop_map(|octets| ArcValue::from_be_bytes(&octets)),
    ]
}

/// Paths of any depth, the root and root arcs too.
pub(crate) fn path() -> impl Strategy<Value = NodePath> {
    let top = prop_oneof![
        (0_u64..2, 0_u64..40).prop_map(|(a, b)| [ArcValue::from(a), ArcValue::from(b)]),
        number().prop_map(|b| [ArcValue::from(2_u64), b]),
    ];
    (top, vec(number(), 0..10), 0_usize..12).prop_map(|(top, rest, depth)| {
        NodePath::from_arcs(top.into_iter().chain(rest).take(depth)).unwrap()
    })
}

/// Ids that this program makes, and others.
pub(crate) fn id<I: Id + std::fmt::Debug>() -> impl Strategy<Value = I> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(I::made),
        "[A-Za-z0-9._:-]{1,64}".prop_map(|text| text.parse().ok().unwrap()),
        // As long as one that this program makes, but not the same for its capital letters.
        "[A-F0-9]{32}".prop_map(|digits| format!("{}{digits}", I::PREFIX).parse().ok().unwrap()),
    ]
}

/// Moments, before 1970 too.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![0..=4_000_000_000_000_000_i64, any::<i64>()].prop_map(Timestamp::from_micros)
}

/// Sequence numbers.
pub(crate) fn seq() -> impl Strategy<Value = Seq> {
    prop_oneof![0..5_u64, any::<u64>()].prop_map(Seq::new)
}

/// Texts, the empty one too.
pub(crate) fn word() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

/// Language tags.
pub(crate) fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(vec!["en", "sw-TZ", "zh-Hant", "fr"]).prop_map(|tag| tag.parse().unwrap())
}

/// Secondary identifiers.
pub(crate) fn identifier() -> impl Strategy<Value = Identifier> {
    "[a-z][a-zA-Z0-9]{0,12}(-[a-zA-Z0-9]{1,4}){0,2}".prop_map(|text| text.parse().unwrap())
}

/// Non-integer Unicode labels.
pub(crate) fn unicode_label() -> impl Strategy<Value = UnicodeLabel> {
    prop_oneof![
        "[A-Za-z][A-Za-z0-9._~]{0,10}",
        "[\u{4E00}-\u{4E80}\u{620}-\u{63A}]{1,8}",
    ]
    .prop_map(|text| text.parse().unwrap())
}

/// Labels with and without a language.
pub(crate) fn label() -> impl Strategy<Value = Label> {
    (unicode_label(), of(language())).prop_map(|(label, language)| Label { label, language })
}

/// Texts in a language.
pub(crate) fn text() -> impl Strategy<Value = Text> {
    (language(), word()).prop_map(|(language, text)| Text { language, text })
}

/// Resolution services.
pub(crate) fn service() -> impl Strategy<Value = Service> {
    (word(), word(), any::<u32>()).prop_map(|(kind, uri, priority)| Service {
        kind,
        uri,
        priority,
    })
}

/// References.
pub(crate) fn reference() -> impl Strategy<Value = Reference> {
    (word(), of(word()), of(word())).prop_map(|(title, uri, asn1_module)| Reference {
        title,
        uri,
        asn1_module,
    })
}

/// Contacts.
pub(crate) fn contact() -> impl Strategy<Value = Contact> {
    let role = prop::sample::select(ContactRole::ALL.to_vec());
    (role, id()).prop_map(|(role, party)| Contact { role, party })
}

/// Marks.
pub(crate) fn flags() -> impl Strategy<Value = Flags> {
    any::<[bool; 5]>().prop_map(
        |[leaf, frozen, no_identifiers, no_unicode_labels, draft]| Flags {
            leaf,
            frozen,
            no_identifiers,
            no_unicode_labels,
            draft,
        },
    )
}

/// States, all of them.
pub(crate) fn state() -> impl Strategy<Value = State> {
    prop::sample::select(State::ALL.to_vec())
}

/// Visibilities, all of them.
pub(crate) fn visibility() -> impl Strategy<Value = Visibility> {
    use Visibility::{Hidden, Public, Stub};
    prop::sample::select(vec![Public, Stub, Hidden])
}

/// Certainties, all of them.
pub(crate) fn certainty() -> impl Strategy<Value = Certainty> {
    use Certainty::{Implied, Partial, SingleSource, Verified};
    prop::sample::select(vec![Verified, SingleSource, Partial, Implied])
}

/// Kinds of principals, all of them.
pub(crate) fn kind() -> impl Strategy<Value = PrincipalKind> {
    use PrincipalKind::{Machine, Organisation, Person};
    prop::sample::select(vec![Person, Organisation, Machine])
}

/// Relations, both kinds.
pub(crate) fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![
        path().prop_map(Relation::Successor),
        path().prop_map(Relation::DuplicateOf),
    ]
}

/// Delegations, both kinds.
pub(crate) fn delegation() -> impl Strategy<Value = Delegation> {
    prop_oneof![
        vec(id(), 0..3).prop_map(|principals| Delegation::Hosted { principals }),
        (of(word()), of(word()), 0..3_usize).prop_map(|(oidip, ors, many)| Delegation::External {
            oidip,
            ors,
            name_servers: vec!["ns1.example 192.0.2.1 2001:db8::1".parse().unwrap(); many],
            signers: vec!["1 15 9 abcd".parse().unwrap(); many],
        }),
    ]
}

fn range() -> impl Strategy<Value = NumberRange> {
    (number(), of(number())).prop_map(|(from, to)| NumberRange { from, to })
}

/// Spans, the usual ones more often: those are left out.
fn spans() -> impl Strategy<Value = [u64; 4]> {
    any::<([bool; 4], [u64; 4])>().prop_map(|(usual, mut spans)| {
        for (at, usual) in usual.into_iter().enumerate() {
            if usual {
                spans[at] = if at == 0 { 604_800 } else { 2_592_000 };
            }
        }
        spans
    })
}

fn category() -> impl Strategy<Value = Category> {
    (identifier(), vec(range(), 0..3)).prop_map(|(name, windows)| Category { name, windows })
}

/// Policies.
pub(crate) fn policy() -> BoxedStrategy<Policy> {
    use Numbering::{Any, ExplicitOnly, NextFreeOnly, RandomOnly};
    (
        prop::sample::select(vec![Any, NextFreeOnly, ExplicitOnly, RandomOnly]),
        vec(range(), 0..3),
        vec(range(), 0..3),
        any::<[bool; 5]>(),
        any::<u32>(),
        of(any::<u64>()),
        any::<[u64; 2]>(),
        (any::<bool>(), any::<bool>(), spans(), of(word())),
        (
            vec(unicode_label(), 0..3),
            vec(category(), 0..3),
            any::<bool>(),
            prop::sample::subsequence(MinimumContent::ALL.to_vec(), 0..=MinimumContent::ALL.len()),
            of(fees()),
            any::<bool>(),
            terms(),
            prop_oneof![Just(1_209_600), any::<u64>()],
            of(checks()),
            of(any::<u64>()),
        ),
    )
        .prop_map(
            |(numbering, windows, kept_back, marks, approvals, most, spans, apply, wishes)| {
                Policy {
                    reserved_names: wishes.0,
                    categories: wishes.1,
                    transfers_agreed: wishes.2,
                    minimum: wishes.3,
                    fees: wishes.4,
                    fee_may_wait: wishes.5,
                    terms: wishes.6,
                    suspect_seconds: wishes.7,
                    checks: wishes.8,
                    label_challenge_seconds: wishes.9,
                    applicants: if apply.0 {
                        Applicants::Principals
                    } else {
                        Applicants::Nobody
                    },
                    wishes_held: apply.1,
                    acknowledge_seconds: apply.2[0],
                    decide_seconds: apply.2[1],
                    answer_seconds: apply.2[2],
                    appeal_seconds: apply.2[3],
                    fee: apply.3,
                    numbering,
                    windows,
                    kept_back,
                    identifiers_unique: marks[0],
                    identifier_required: marks[1],
                    title_required: marks[2],
                    registrant_required: marks[3],
                    application_required: marks[4],
                    approvals,
                    arcs_per_registrant_max: most,
                    reinstatement_seconds: spans[0],
                    hold_seconds_max: spans[1],
                }
            },
        )
        .boxed()
}

/// Proofs.
pub(crate) fn proof() -> impl Strategy<Value = Proof> {
    (word(), of(word())).prop_map(|(document, uri)| Proof { document, uri })
}

/// Standings, all of them.
pub(crate) fn standing() -> impl Strategy<Value = Standing> {
    use Standing::{Active, Removed, Suspended};
    prop::sample::select(vec![Active, Suspended, Removed])
}

/// Roles, all of them.
pub(crate) fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

/// Roles on arcs.
pub(crate) fn grant() -> impl Strategy<Value = Grant> {
    (role(), path(), time()).prop_map(|(role, at, since)| Grant { role, at, since })
}

/// Principals as they are added, those told nothing of too.
pub(crate) fn principal() -> impl Strategy<Value = Principal> {
    (
        id(),
        kind(),
        any::<bool>(),
        time(),
        path(),
        standing(),
        of(details()),
    )
        .prop_map(
            |(id, kind, administrator, since, home, standing, details)| Principal {
                administrator,
                standing,
                details,
                ..Principal::new(id, kind, home, since)
            },
        )
}

/// Principals as a table holds them, with their roles and delegations.
pub(crate) fn principal_whole() -> impl Strategy<Value = Principal> {
    (principal(), vec(grant(), 0..4), vec(path(), 0..3)).prop_map(
        |(principal, grants, delegations)| Principal {
            grants,
            delegations,
            ..principal
        },
    )
}

/// What credentials are good for.
pub(crate) fn scope() -> impl Strategy<Value = Scope> {
    (any::<bool>(), of(path())).prop_map(|(read_only, at)| Scope { read_only, at })
}

/// Credentials.
pub(crate) fn credential() -> impl Strategy<Value = Credential> {
    use CredentialKind::{Certificate, Invitation, OpenId, Token};
    let kind = prop::sample::select(vec![Token, Certificate, OpenId, Invitation]);
    (
        (id(), id(), any::<[u8; 32]>(), word()),
        (of(time()), any::<bool>(), time()),
        (kind, scope(), of(word())),
    )
        .prop_map(|(first, (expires, revoked, issued), last)| {
            let (id, principal, token_sha256, name) = first;
            let (kind, scope, bound_to) = last;
            Credential {
                id,
                principal,
                token_sha256,
                name,
                expires,
                revoked,
                kind,
                scope,
                bound_to,
                issued,
            }
        })
}

/// Allocation tokens.
pub(crate) fn allocation_token() -> impl Strategy<Value = AllocationToken> {
    let of = prop_oneof![
        number().prop_map(Promised::Reserved),
        (range(), any::<u64>()).prop_map(|(range, count)| Promised::Range { range, count }),
    ];
    (
        (id(), path(), of, any::<u64>()),
        (word(), any::<[u8; 32]>(), of_some(), of_some()),
        (time(), time(), of_some(), any::<bool>()),
    )
        .prop_map(|(first, second, third)| {
            let (id, superior, of, used) = first;
            let (name, secret_sha256, principal, registrant) = second;
            let (until, issued, by, revoked) = third;
            AllocationToken {
                id,
                superior,
                of,
                used,
                name,
                secret_sha256,
                principal,
                registrant,
                until,
                issued,
                by,
                revoked,
            }
        })
}

fn of_some<I: Id + std::fmt::Debug>() -> impl Strategy<Value = Option<I>> {
    of(id())
}

/// Holds.
pub(crate) fn hold() -> impl Strategy<Value = Hold> {
    (id(), path(), number(), id(), time()).prop_map(|(id, superior, number, principal, until)| {
        Hold {
            id,
            superior,
            number,
            principal,
            until,
        }
    })
}

/// A registrant's details.
pub(crate) fn details() -> impl Strategy<Value = RegistrantDetails> {
    let audiences = [(); 4].map(|()| prop::sample::select(Audience::ALL.to_vec()));
    (word(), of(word()), of(word()), of(word()), audiences).prop_map(
        |(name, email, telephone, address, [name_for, email_for, telephone_for, address_for])| {
            RegistrantDetails {
                name,
                email,
                telephone,
                address,
                audiences: Audiences {
                    name: name_for,
                    email: email_for,
                    telephone: telephone_for,
                    address: address_for,
                },
            }
        },
    )
}

/// Registrants, erased ones too.
pub(crate) fn registrant() -> impl Strategy<Value = Registrant> {
    (id(), kind(), of(details()), of(tombstone())).prop_map(|(id, kind, details, erased)| {
        Registrant {
            id,
            kind,
            details,
            erased,
        }
    })
}

type Names = (Vec<Identifier>, Vec<Label>, Vec<UnicodeLabel>);

fn names() -> impl Strategy<Value = Names> {
    (
        vec(identifier(), 0..3),
        vec(label(), 0..3),
        vec(unicode_label(), 0..2),
    )
}

type Holders = (
    Vec<Text>,
    Vec<Text>,
    Vec<Service>,
    Vec<Reference>,
    Vec<Contact>,
);

fn holders() -> impl Strategy<Value = Holders> {
    (
        vec(text(), 0..3),
        vec(text(), 0..3),
        vec(service(), 0..2),
        vec(reference(), 0..2),
        vec(contact(), 0..3),
    )
}

fn reference_loaded() -> impl Strategy<Value = ReferenceLoaded> {
    (
        (path(), seq()),
        names(),
        vec(text(), 0..3),
        flags(),
        word(),
        certainty(),
        word(),
    )
        .prop_map(
            |((path, previous), names, descriptions, flags, source, certainty, data_version)| {
                let (identifiers, labels, long_arcs) = names;
                ReferenceLoaded {
                    path,
                    previous,
                    identifiers,
                    labels,
                    long_arcs,
                    descriptions,
                    flags,
                    source,
                    certainty,
                    data_version,
                }
            },
        )
}

fn found_by() -> impl Strategy<Value = NumberFoundBy> {
    prop_oneof![
        Just(NumberFoundBy::Explicit),
        number().prop_map(|window_from| NumberFoundBy::NextFree { window_from }),
        Just(NumberFoundBy::Random),
    ]
}

/// New arcs.
pub(crate) fn arc_registered() -> impl Strategy<Value = ArcRegistered> {
    (
        (path(), seq(), found_by(), state(), visibility(), flags()),
        names(),
        holders(),
        (
            of(id()),
            of(id()),
            of(proof()),
            of(time()),
            of(time()),
            of(sandbox_part()),
        ),
    )
        .prop_map(|(first, names, holders, last)| {
            let (path, previous, found_by, state, visibility, flags) = first;
            let (identifiers, labels, _) = names;
            let (titles, descriptions, services, references, contacts) = holders;
            let (registrant, sponsor, recorded, applied, registered, sandbox) = last;
            ArcRegistered {
                path,
                previous,
                found_by,
                state,
                visibility,
                identifiers,
                labels,
                flags,
                titles,
                descriptions,
                services,
                references,
                contacts,
                registrant,
                sponsor,
                recorded,
                applied,
                registered,
                sandbox,
            }
        })
}

fn changes() -> impl Strategy<Value = Changes<RegistrantId>> {
    (
        of(vec(identifier(), 0..3)),
        of(vec(label(), 0..3)),
        of(flags()),
        of(visibility()),
        of(vec(text(), 0..3)),
        of(vec(text(), 0..3)),
        of(vec(service(), 0..3)),
        of(vec(reference(), 0..3)),
        of(vec(contact(), 0..3)),
    )
        .prop_map(
            |(
                identifiers,
                labels,
                flags,
                visibility,
                titles,
                descriptions,
                services,
                references,
                contacts,
            )| {
                Changes {
                    identifiers,
                    labels,
                    flags,
                    visibility,
                    titles,
                    descriptions,
                    services,
                    references,
                    contacts,
                }
            },
        )
}

fn founded() -> impl Strategy<Value = Founded> {
    (id(), vec(path(), 0..3), any::<u32>(), word()).prop_map(
        |(register, authorities, format, unicode_version)| Founded {
            register,
            authorities,
            format,
            unicode_version,
        },
    )
}

fn authority_opened() -> impl Strategy<Value = AuthorityOpened> {
    (path(), seq(), holders(), policy()).prop_map(|(path, previous, holders, policy)| {
        let (titles, descriptions, ..) = holders;
        AuthorityOpened {
            path,
            previous,
            titles,
            descriptions,
            policy,
        }
    })
}

fn hold_released() -> impl Strategy<Value = HoldReleased> {
    use HoldEnd::{Cancelled, Expired, Used};
    let why = prop::sample::select(vec![Expired, Used, Cancelled]);
    (id(), path(), number(), why).prop_map(|(id, superior, number, why)| HoldReleased {
        id,
        superior,
        number,
        why,
    })
}

fn attachment() -> impl Strategy<Value = Attachment> {
    (any::<[u8; 32]>(), word(), word(), any::<u64>(), of(word())).prop_map(
        |(sha256, name, media_type, octets, uri)| Attachment {
            sha256,
            name,
            media_type,
            octets,
            uri,
        },
    )
}

fn about() -> impl Strategy<Value = About> {
    (
        (word(), of(word()), of(word()), of(word())),
        (
            of(word()),
            of(word()),
            vec(attachment(), 0..3),
            any::<bool>(),
        ),
    )
        .prop_map(|(first, last)| About {
            purpose: first.0,
            below: first.1,
            legal_form: first.2,
            registration_number: first.3,
            country: last.0,
            fee_reference: last.1,
            attachments: last.2,
            declared: last.3,
        })
}

fn content() -> impl Strategy<Value = Content> {
    (
        of(number()),
        names(),
        holders(),
        (of(visibility()), flags(), of(id()), of(identifier())),
        about(),
    )
        .prop_map(
            |(number, names, holders, (visibility, flags, sponsor, category), about)| {
                let (identifiers, labels, _) = names;
                let (titles, descriptions, services, references, contacts) = holders;
                Content {
                    number,
                    entry: NewEntry {
                        identifiers,
                        labels,
                        visibility,
                        flags,
                        titles,
                        descriptions,
                        services,
                        references,
                        contacts,
                        registrant: None,
                        sponsor,
                        applied: None,
                        category,
                    },
                    about,
                }
            },
        )
}

fn paper() -> impl Strategy<Value = Paper> {
    (attachment(), id(), time()).prop_map(|(what, by, at)| Paper { what, by, at })
}

fn approval() -> impl Strategy<Value = Approval> {
    (id(), time()).prop_map(|(by, at)| Approval { by, at })
}

fn remark() -> impl Strategy<Value = Remark> {
    let kind = prop::sample::select(RemarkKind::ALL.to_vec());
    (kind, id(), time(), word()).prop_map(|(kind, by, at, text)| Remark { kind, by, at, text })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let kind = prop::sample::select(VerdictKind::ALL.to_vec());
    let reason = of(prop::sample::select(RejectionReason::ALL.to_vec()));
    (kind, id(), time(), reason, word()).prop_map(|(kind, by, at, reason, text)| Verdict {
        kind,
        by,
        at,
        reason,
        text,
    })
}

fn currency() -> impl Strategy<Value = Currency> {
    "[A-Z]{3}".prop_map(|letters| letters.parse().unwrap())
}

fn amount() -> impl Strategy<Value = Amount> {
    (any::<u64>(), currency()).prop_map(|(minor_units, currency)| Amount {
        minor_units,
        currency,
    })
}

fn fees() -> impl Strategy<Value = FeeSchedule> {
    (currency(), [(); 3].map(|()| of(any::<u64>()))).prop_map(|(currency, amounts)| {
        let [application, allocation, renewal] = amounts;
        FeeSchedule {
            currency,
            application,
            allocation,
            renewal,
        }
    })
}

fn fee() -> impl Strategy<Value = Fee> {
    let state = prop::sample::select(FeeState::ALL.to_vec());
    let fee = |(state, text, amount)| Fee {
        state,
        text,
        amount,
    };
    (state, word(), of(amount())).prop_map(fee)
}

fn stage() -> impl Strategy<Value = Stage> {
    prop::sample::select(Stage::ALL.to_vec())
}

/// Applications as they are handed in.
pub(crate) fn application_submitted() -> impl Strategy<Value = Application> {
    (
        (id(), stage(), path(), content()),
        (id(), id(), vec(id(), 0..3), language()),
        (time(), of(time()), of(time())),
        (of(fee()), of(id())),
    )
        .prop_map(|(first, people, times, (fee, hold))| {
            let (id, stage, superior, content) = first;
            let (applicant, submitted_by, introduced, language) = people;
            let (submitted, changed, deadline) = times;
            Application {
                id,
                revision: Seq::ZERO,
                stage,
                superior,
                content,
                applicant,
                submitted_by,
                introduced,
                language,
                submitted,
                changed: changed.unwrap_or(submitted),
                deadline,
                approvals: Vec::new(),
                remarks: Vec::new(),
                verdicts: Vec::new(),
                arc: None,
                fee,
                hold,
                papers: Vec::new(),
            }
        })
}

/// Applications as a table holds them.
pub(crate) fn application() -> impl Strategy<Value = Application> {
    (
        application_submitted(),
        seq(),
        vec(approval(), 0..3),
        vec(remark(), 0..3),
        vec(verdict(), 0..3),
        of(path()),
        vec(paper(), 0..3),
    )
        .prop_map(
            |(handed_in, revision, approvals, remarks, verdicts, arc, papers)| Application {
                revision,
                approvals,
                remarks,
                verdicts,
                arc,
                papers,
                ..handed_in
            },
        )
}

fn application_events() -> Vec<BoxedStrategy<Event>> {
    let of_one = || (id(), seq());
    vec![
        application_submitted()
            .prop_map(|one| Event::ApplicationSubmitted(Box::new(one)))
            .boxed(),
        (of_one(), content(), vec(id(), 0..3), of(id()))
            .prop_map(|((id, previous), content, introduced, hold)| {
                Event::ApplicationAmended(Box::new(ApplicationAmended {
                    id,
                    previous,
                    content,
                    introduced,
                    hold,
                }))
            })
            .boxed(),
        (of_one(), stage(), of(time()), of(verdict()), of(path()))
            .prop_map(|((id, previous), to, deadline, verdict, arc)| {
                Event::ApplicationMoved(Box::new(ApplicationMoved {
                    id,
                    previous,
                    to,
                    deadline,
                    verdict,
                    arc,
                }))
            })
            .boxed(),
        (of_one(), approval())
            .prop_map(|((id, previous), approval)| Event::ApplicationApproved {
                id,
                previous,
                approval,
            })
            .boxed(),
        (of_one(), remark())
            .prop_map(|((id, previous), remark)| Event::ApplicationRemarked {
                id,
                previous,
                remark,
            })
            .boxed(),
        (of_one(), fee())
            .prop_map(|((id, previous), fee)| Event::ApplicationFeeSet { id, previous, fee })
            .boxed(),
        (of_one(), paper())
            .prop_map(|((id, previous), paper)| Event::ApplicationPaperAdded {
                id,
                previous,
                paper,
            })
            .boxed(),
    ]
}

fn tombstone() -> impl Strategy<Value = Tombstone> {
    (time(), word()).prop_map(|(at, basis)| Tombstone { at, basis })
}

fn person() -> impl Strategy<Value = Person> {
    prop_oneof![
        id().prop_map(Person::Registrant),
        id().prop_map(Person::Principal)
    ]
}

fn notice_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Sent),
        any::<u16>().prop_map(Outcome::Refused),
        Just(Outcome::NoAddress),
    ]
}

fn notice_events() -> Vec<BoxedStrategy<Event>> {
    vec![
        (person(), word())
            .prop_map(|(person, basis)| Event::PersonErased { person, basis })
            .boxed(),
        Just(Event::OutboxOpened).boxed(),
        (seq(), any::<u32>(), notice_outcome())
            .prop_map(|(seq, place, outcome)| Event::NoticeSettled {
                id: NoticeId { seq, place },
                outcome,
            })
            .boxed(),
    ]
}

/// Events of every kind.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let arc = || (path(), seq());
    let others = [
        founded().prop_map(Event::Founded).boxed(),
        principal().prop_map(Event::PrincipalAdded).boxed(),
        (id(), of(details()))
            .prop_map(|(id, details)| Event::PrincipalDescribed { id, details })
            .boxed(),
        (id(), standing())
            .prop_map(|(id, to)| Event::StandingChanged { id, to })
            .boxed(),
        (id(), grant())
            .prop_map(|(id, grant)| Event::RoleGranted { id, grant })
            .boxed(),
        (id(), role(), path())
            .prop_map(|(id, role, at)| Event::RoleRevoked { id, role, at })
            .boxed(),
        credential().prop_map(Event::CredentialIssued).boxed(),
        id().prop_map(Event::CredentialRevoked).boxed(),
        allocation_token()
            .prop_map(|token| Event::AllocationTokenSet(Box::new(token)))
            .boxed(),
        (id(), path())
            .prop_map(|(id, path)| Event::AllocationTokenUsed { id, path })
            .boxed(),
        word()
            .prop_map(|version| Event::DataLoaded { version })
            .boxed(),
        reference_loaded().prop_map(Event::ReferenceLoaded).boxed(),
        authority_opened().prop_map(Event::AuthorityOpened).boxed(),
        registrant()
            .prop_map(
                |Registrant {
                     id, kind, details, ..
                 }| {
                    Event::RegistrantRecorded(RegistrantRecorded { id, kind, details })
                },
            )
            .boxed(),
        arc_registered()
            .prop_map(|e| Event::ArcRegistered(Box::new(e)))
            .boxed(),
        arc_registered()
            .prop_map(|e| Event::ReservedArcAllocated(Box::new(e)))
            .boxed(),
        hold().prop_map(Event::NumberHeld).boxed(),
        hold_released().prop_map(Event::HoldReleased).boxed(),
        (arc(), changes())
            .prop_map(|((path, previous), changes)| {
                Event::EntryAmended(Box::new(EntryAmended {
                    path,
                    previous,
                    changes,
                }))
            })
            .boxed(),
        (arc(), state(), of(relation()))
            .prop_map(|((path, previous), to, relation)| {
                Event::StateChanged(StateChanged {
                    path,
                    previous,
                    to,
                    relation,
                })
            })
            .boxed(),
        (arc(), delegation())
            .prop_map(|((path, previous), delegation)| Event::Delegated {
                path,
                previous,
                delegation,
            })
            .boxed(),
        arc()
            .prop_map(|(path, previous)| Event::Recalled { path, previous })
            .boxed(),
        (arc(), id())
            .prop_map(|((path, previous), to)| Event::Transferred { path, previous, to })
            .boxed(),
        (arc(), of(policy()))
            .prop_map(|((path, previous), policy)| Event::PolicySet {
                path,
                previous,
                policy,
            })
            .boxed(),
    ];
    Union::new(
        others
            .into_iter()
            .chain(application_events())
            .chain(consent_events())
            .chain(label_events())
            .chain(notice_events()),
    )
}

fn challenge() -> impl Strategy<Value = Challenge> {
    (of(id()), time(), word()).prop_map(|(by, at, text)| Challenge { by, at, text })
}

fn label_claim() -> impl Strategy<Value = LabelClaim> {
    (unicode_label(), time(), time(), of(challenge())).prop_map(
        |(label, since, until, challenge)| LabelClaim {
            label,
            since,
            until,
            challenge,
        },
    )
}

fn label_events() -> [BoxedStrategy<Event>; 3] {
    let arc = || (path(), seq());
    [
        (arc(), vec(unicode_label(), 0..3), time())
            .prop_map(|((path, previous), labels, until)| Event::LabelsClaimed {
                path,
                previous,
                labels,
                until,
            })
            .boxed(),
        (arc(), unicode_label(), challenge())
            .prop_map(
                |((path, previous), label, challenge)| Event::LabelChallenged {
                    path,
                    previous,
                    label,
                    challenge,
                },
            )
            .boxed(),
        (arc(), unicode_label(), any::<bool>())
            .prop_map(|((path, previous), label, upheld)| Event::LabelDecided {
                path,
                previous,
                label,
                upheld,
            })
            .boxed(),
    ]
}

fn locks() -> impl Strategy<Value = Locks> {
    (of(time()), of(time())).prop_map(|(holder, authority)| Locks { holder, authority })
}

/// Boxed, as strategies of many parts take much of a thread's stack.
fn pending() -> BoxedStrategy<Box<Pending>> {
    let act = prop_oneof![
        id().prop_map(PendingAct::Transfer),
        prop::sample::select(LockKind::ALL.to_vec()).prop_map(PendingAct::Unlock),
    ];
    let agreed = prop::sample::subsequence(Side::ALL.to_vec(), 0..=Side::ALL.len());
    (act, of(id()), time(), time(), any::<[u8; 16]>(), agreed)
        .prop_map(|(act, by, at, until, nonce, agreed)| {
            Box::new(Pending {
                act,
                by,
                at,
                until,
                nonce,
                agreed,
            })
        })
        .boxed()
}

fn suspicion() -> impl Strategy<Value = Box<Suspicion>> {
    (time(), of(id()), time(), of(word()), any::<bool>()).prop_map(
        |(since, by, until, what, accepted)| {
            Box::new(Suspicion {
                since,
                by,
                until,
                what,
                accepted,
            })
        },
    )
}

fn check() -> impl Strategy<Value = Check> {
    (time(), time(), any::<[u8; 16]>()).prop_map(|(asked, until, nonce)| Check {
        asked,
        until,
        nonce,
    })
}

fn checks() -> impl Strategy<Value = Checks> {
    any::<[u64; 2]>().prop_map(|[every_seconds, answer_seconds]| Checks {
        every_seconds,
        answer_seconds,
    })
}

fn lapse() -> impl Strategy<Value = Lapse> {
    prop::sample::select(Lapse::ALL.to_vec())
}

fn terms() -> impl Strategy<Value = Terms> {
    (of(any::<u64>()), of(any::<u64>()), lapse()).prop_map(|(term_seconds, use_seconds, lapse)| {
        Terms {
            term_seconds,
            use_seconds,
            lapse,
        }
    })
}

fn plans() -> BoxedStrategy<Vec<Plan>> {
    let act = prop_oneof![
        (state(), of(relation())).prop_map(|(to, relation)| PlannedAct::State { to, relation }),
        visibility().prop_map(PlannedAct::Visibility),
        word().prop_map(PlannedAct::Review),
        changes()
            .prop_map(|changes| PlannedAct::Amend(Box::new(changes)))
            .boxed(),
        id().prop_map(PlannedAct::Transfer),
        (lapse(), any::<bool>()).prop_map(|(to, reminded)| PlannedAct::Lapse { to, reminded }),
        lapse().prop_map(PlannedAct::LapseUnused),
    ];
    let refused = of(prop::sample::select(Code::ALL.to_vec()));
    let plan = (any::<u32>(), time(), of(id()), act, refused).prop_map(
        |(number, at, by, act, refused)| Plan {
            number,
            at,
            by,
            act,
            refused,
        },
    );
    vec(plan, 0..3).boxed()
}

fn template() -> BoxedStrategy<Box<Template>> {
    let numbers = prop_oneof![
        Just(Numbers::Uuid),
        vec(range(), 0..3).prop_map(Numbers::Runs),
    ];
    let (titles, descriptions) = (vec(text(), 0..3), vec(text(), 0..3));
    let services = vec(service(), 0..3);
    (numbers, titles, descriptions, services, time(), of(time()))
        .prop_map(|(numbers, titles, descriptions, services, since, closed)| {
            Box::new(Template {
                rule: Rule {
                    numbers,
                    titles,
                    descriptions,
                    services,
                },
                since,
                closed,
            })
        })
        .boxed()
}

fn sandbox_top() -> impl Strategy<Value = Top> {
    (any::<u64>(), number(), time()).prop_map(|(arcs_max, generation, since)| Top {
        arcs_max,
        generation,
        since,
    })
}

fn sandbox_part() -> impl Strategy<Value = Part> {
    of(id()).prop_map(|by| Part { by })
}

fn sandbox() -> BoxedStrategy<Box<Sandbox>> {
    let place = prop_oneof![
        sandbox_top().prop_map(Sandbox::Top),
        sandbox_part().prop_map(Sandbox::Part),
    ];
    place.prop_map(Box::new).boxed()
}

fn consent_events() -> [BoxedStrategy<Event>; 9] {
    let arc = || (path(), seq());
    [
        (arc(), sandbox_top())
            .prop_map(|((path, previous), top)| Event::SandboxSet {
                path,
                previous,
                top,
            })
            .boxed(),
        (arc(), template())
            .prop_map(|((path, previous), template)| Event::TemplateSet {
                path,
                previous,
                template,
            })
            .boxed(),
        (arc(), locks())
            .prop_map(|((path, previous), locks)| Event::LocksSet {
                path,
                previous,
                locks,
            })
            .boxed(),
        (arc(), of(pending()))
            .prop_map(|((path, previous), pending)| Event::PendingSet {
                path,
                previous,
                pending,
            })
            .boxed(),
        (arc(), plans())
            .prop_map(|((path, previous), plans)| Event::PlansSet {
                path,
                previous,
                plans,
            })
            .boxed(),
        (arc(), of(suspicion()))
            .prop_map(|((path, previous), suspicion)| Event::SuspicionSet {
                path,
                previous,
                suspicion,
            })
            .boxed(),
        (arc(), of(check()))
            .prop_map(|((path, previous), check)| Event::CheckSet {
                path,
                previous,
                check,
            })
            .boxed(),
        arc()
            .prop_map(|(path, previous)| Event::ContactConfirmed { path, previous })
            .boxed(),
        arc()
            .prop_map(|(path, previous)| Event::TermReminded { path, previous })
            .boxed(),
    ]
}

/// Records' contents.
pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    let reasons = (of(word()), of(word()), of(id()));
    (vec(event(), 0..8), reasons).prop_map(|(events, (reason, override_reason, asked_by))| {
        Happening {
            events,
            reason,
            override_reason,
            asked_by,
        }
    })
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Assigned),
        path().prop_map(|superior| Origin::Template { superior }),
        (word(), of(word())).prop_map(|(proof, uri)| Origin::Recorded { proof, uri }),
        (word(), certainty(), word()).prop_map(|(source, certainty, data_version)| {
            Origin::Reference {
                source,
                certainty,
                data_version,
            }
        }),
    ]
}

/// Two moments at most, so that times are often the same.
fn times() -> impl Strategy<Value = [Timestamp; 7]> {
    (time(), time(), any::<[bool; 7]>())
        .prop_map(|(one, other, which)| which.map(|first| if first { one } else { other }))
}

/// Entries.
pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    (
        (path(), seq(), of(seq()), origin(), any::<bool>(), times()),
        (names(), state(), visibility(), flags(), of(relation())),
        holders(),
        (of(id()), of(id()), any::<bool>(), of(id()), of(time())),
        (
            of(delegation()),
            of(policy()),
            locks(),
            of(pending()),
            plans(),
            of(suspicion()),
            (of(check()), of(time()), vec(label_claim(), 0..3)),
            (of(template()), of(sandbox())),
        ),
    )
        .prop_map(|(first, superior, holder, people, rest)| {
            let (delegation, policy, locks, pending, plans, suspicion, others, rules) = rest;
            let ((check, confirmed, label_claims), (template, sandbox)) = (others, rules);
            let (path, revision, created, origin, authority, times) = first;
            let ((identifiers, labels, long_arcs), state, visibility, flags, relation) = superior;
            let (titles, descriptions, services, references, contacts) = holder;
            let (registrant, other, same, sponsor, applied) = people;
            let holding = |since| move |registrant| Holding { registrant, since };
            let registrant = registrant.map(holding(times[4]));
            let other = other.map(holding(times[5]));
            let first_registrant = if same { registrant.clone() } else { other };
            Entry {
                path,
                revision,
                created: created.unwrap_or(revision),
                origin,
                authority,
                superior: SuperiorFields {
                    state,
                    visibility,
                    identifiers,
                    labels,
                    long_arcs,
                    flags,
                    relation,
                    withdrawn: (state == State::Withdrawn).then_some(times[6]),
                    changed: times[2],
                },
                holder: HolderFields {
                    titles,
                    descriptions,
                    services,
                    references,
                    contacts,
                    changed: times[3],
                },
                first_registrant,
                registrant,
                sponsor,
                delegation,
                locks,
                pending,
                plans,
                suspicion,
                check,
                confirmed,
                label_claims,
                policy,
                template,
                sandbox,
                applied,
                registered: times[0],
                changed: times[1],
            }
        })
}
