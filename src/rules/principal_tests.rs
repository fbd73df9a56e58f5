//! Principals, their roles and their credentials: every refusal in its order, every limit one past it, and which roles end.

use crate::model::actor::{Credential, CredentialKind, Grant, Role, Scope, Standing};
use crate::model::command::{AddPrincipal, IssueCredential, NewEntry, NumberChoice, RoleOn};
use crate::model::entry::{Delegation, RegistrantDetails};
use crate::model::limits::{
    BOUND_TO_BYTES_MAX, CREDENTIAL_NAME_BYTES_MAX, CREDENTIALS_MAX, GRANTS_MAX,
    INVITATION_SECONDS_MAX, PRINCIPALS_MAX, ROLES_BELOW_MAX,
};
use crate::model::{Code, Command, Event, Principal, PrincipalKind, State, Timestamp};
use crate::oid::NodePath;

use super::testing::{
    ADMIN, OTHER, Tree, allocate, arc, new_registrant, path, reference, refusals, refused, words,
};

const NOBODY: &str = "p-nobody";
const ARC: &str = "2.16.834.1";

fn details(name: &str) -> RegistrantDetails {
    RegistrantDetails {
        name: name.to_owned(),
        ..RegistrantDetails::default()
    }
}

fn add(name: &str, home: &str) -> Command {
    Command::AddPrincipal(AddPrincipal {
        kind: PrincipalKind::Person,
        details: details(name),
        home: path(home),
    })
}

fn describe(id: &str, name: &str) -> Command {
    Command::DescribePrincipal {
        id: id.parse().unwrap(),
        details: details(name),
    }
}

fn stand(id: &str, to: Standing) -> Command {
    Command::ChangeStanding {
        id: id.parse().unwrap(),
        to,
    }
}

fn role(id: &str, role: Role, at: &str) -> RoleOn {
    RoleOn {
        id: id.parse().unwrap(),
        role,
        at: path(at),
    }
}

fn grant(id: &str, at: &str) -> Command {
    Command::GrantRole(role(id, Role::Registrar, at))
}

fn issue(id: &str, set: impl FnOnce(&mut IssueCredential)) -> Command {
    let mut ask = IssueCredential {
        principal: id.parse().unwrap(),
        kind: CredentialKind::Token,
        sha256: [7; 32],
        name: "laptop".to_owned(),
        expires: None,
        scope: Scope::default(),
        bound_to: None,
    };
    set(&mut ask);
    Command::IssueCredential(ask)
}

fn invite(id: &str, end: Timestamp) -> Command {
    issue(id, |ask| {
        ask.kind = CredentialKind::Invitation;
        ask.expires = Some(end);
    })
}

fn revoke(id: &str) -> Command {
    Command::RevokeCredential {
        id: id.parse().unwrap(),
    }
}

fn accept(code: u8, token: u8) -> Command {
    Command::AcceptInvitation {
        code_sha256: [code; 32],
        token_sha256: [token; 32],
        name: "first".to_owned(),
    }
}

/// A register with two arcs, and principals who were suspended and removed.
fn tree() -> Tree {
    let mut tree = Tree::founded();
    tree.arc(ARC).arc("2.16.834.2");
    tree.reason = Some("a reason".to_owned());
    for (id, to) in [
        ("p-suspended", Standing::Suspended),
        ("p-removed", Standing::Removed),
    ] {
        let other = tree.principals[&OTHER.parse().unwrap()].clone();
        let id: crate::model::PrincipalId = id.parse().unwrap();
        tree.apply(&[
            Event::PrincipalAdded(Principal {
                id: id.clone(),
                ..other
            }),
            Event::StandingChanged { id, to },
        ]);
    }
    tree
}

fn principal<'a>(tree: &'a Tree, id: &str) -> &'a Principal {
    &tree.principals[&id.parse().unwrap()]
}

/// What the principal has, as role and arc.
fn grants(tree: &Tree, id: &str) -> Vec<String> {
    let all = principal(tree, id).grants.iter();
    all.map(|grant| format!("{} {}", grant.role.word(), grant.at))
        .collect()
}

/// A credential of a principal, without asking the rules.
fn credential(tree: &mut Tree, id: &str, digest: u8, set: impl FnOnce(&mut Credential)) {
    let mut credential = Credential::token(
        format!("c-{digest}").parse().unwrap(),
        id.parse().unwrap(),
        [digest; 32],
        "one",
        tree.now,
    );
    set(&mut credential);
    tree.apply(&[Event::CredentialIssued(credential)]);
}

/// Each refusal of a command, in order: a later row must never win over an earlier one.
#[track_caller]
fn table(tree: &Tree, rows: Vec<(Command, Code, &str)>) {
    for (command, code, field) in rows {
        refused(tree.decide(command), code, field);
    }
}

#[test]
fn principals_are_added_described_and_counted() {
    let mut tree = tree();
    table(
        &tree,
        vec![
            (add("", "2.16.834.9"), Code::FieldRequired, "name"),
            (add("Asha", "2.16.834.9"), Code::NotRegistered, "home"),
            (describe(NOBODY, ""), Code::FieldRequired, "name"),
            (
                describe(NOBODY, "Asha"),
                Code::PrincipalUnknown,
                "principal",
            ),
            (
                describe("p-removed", "Asha"),
                Code::PrincipalNotActive,
                "principal",
            ),
        ],
    );
    let events = tree.submit(add("Asha", ARC)).unwrap();
    let [Event::PrincipalAdded(added)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert!(!added.administrator && added.grants.is_empty() && added.is_active());
    assert_eq!((&added.home, added.since), (&path(ARC), tree.now));
    let id = added.id.as_str().to_owned();
    refused(tree.decide(describe(&id, "Asha")), Code::NothingChanges, "");
    tree.submit(describe(&id, "Neema")).unwrap();
    tree.submit(describe("p-suspended", "Juma")).unwrap();
    assert_eq!(principal(&tree, &id).details, Some(details("Neema")));
    tree.submit(add("Whole", ".")).unwrap();
}

#[test]
fn removed_principals_make_room() {
    let mut tree = tree();
    let other = principal(&tree, OTHER).clone();
    let mut number = 0;
    while tree.principals.len() <= PRINCIPALS_MAX {
        number += 1;
        let id: crate::model::PrincipalId = format!("p-{number}").parse().unwrap();
        let other = other.clone();
        tree.principals
            .insert(id.clone(), Principal { id, ..other });
    }
    // One of them was removed, so that exactly the most that are borne stand now.
    refused(tree.decide(add("Asha", ".")), Code::TooManyValues, "");
    refused(
        tree.decide(add("Asha", "2.16.834.9")),
        Code::TooManyValues,
        "",
    );
    tree.submit(stand("p-1", Standing::Removed)).unwrap();
    tree.submit(add("Asha", ".")).unwrap();
    refused(tree.decide(add("Neema", ".")), Code::TooManyValues, "");
}

#[test]
fn standings_change_but_never_back_from_removed() {
    use Standing::{Active, Removed, Suspended};
    let mut tree = tree();
    let reasonless = |tree: &Tree, command| {
        let mut tree = tree.clone();
        tree.reason = None;
        tree.decide(command)
    };
    table(
        &tree,
        vec![
            (stand(NOBODY, Removed), Code::PrincipalUnknown, "principal"),
            (
                stand("p-removed", Removed),
                Code::NothingChanges,
                "standing",
            ),
            (stand(OTHER, Active), Code::NothingChanges, "standing"),
            (
                stand("p-removed", Active),
                Code::PrincipalNotActive,
                "principal",
            ),
            (
                stand("p-removed", Suspended),
                Code::PrincipalNotActive,
                "principal",
            ),
            (stand(ADMIN, Removed), Code::LastAdministrator, "principal"),
            (
                stand(ADMIN, Suspended),
                Code::LastAdministrator,
                "principal",
            ),
        ],
    );
    for to in [Suspended, Removed] {
        let field = "options.reason";
        refused(
            reasonless(&tree, stand(OTHER, to)),
            Code::ReasonRequired,
            field,
        );
        refused(
            reasonless(&tree, stand(ADMIN, to)),
            Code::ReasonRequired,
            field,
        );
    }
    assert!(reasonless(&tree, stand("p-suspended", Active)).is_ok());
    tree.submit(stand("p-suspended", Active)).unwrap();
    tree.submit(stand("p-suspended", Removed)).unwrap();
    // With a second administrator the first may go; then the second is the last.
    let whole = Command::GrantRole(role(OTHER, Role::Administrator, "."));
    tree.submit(whole).unwrap();
    tree.submit(stand(ADMIN, Suspended)).unwrap();
    refused(
        tree.decide(stand(OTHER, Removed)),
        Code::LastAdministrator,
        "principal",
    );
    refused(
        tree.decide(Command::RevokeRole(role(OTHER, Role::Administrator, "."))),
        Code::LastAdministrator,
        "principal",
    );
    // An administrator of a part is no administrator of the whole register.
    let part = Command::GrantRole(role(OTHER, Role::Administrator, "2.16.834"));
    tree.submit(part).unwrap();
    refused(
        tree.decide(stand(OTHER, Suspended)),
        Code::LastAdministrator,
        "principal",
    );
}

#[test]
fn roles_are_granted_and_revoked() {
    let mut tree = tree();
    let unknown = Code::PrincipalUnknown;
    table(
        &tree,
        vec![
            (grant(NOBODY, "2.16.834.9"), unknown, "principal"),
            (
                grant("p-suspended", "2.16.834.9"),
                Code::PrincipalNotActive,
                "principal",
            ),
            (
                grant("p-removed", ARC),
                Code::PrincipalNotActive,
                "principal",
            ),
            (grant(OTHER, "2.16.834.9"), Code::NotRegistered, "oid"),
            (
                Command::RevokeRole(role(NOBODY, Role::Auditor, ARC)),
                unknown,
                "principal",
            ),
            (
                Command::RevokeRole(role(OTHER, Role::Auditor, ARC)),
                Code::NothingChanges,
                "role",
            ),
        ],
    );
    for role_on in Role::ALL {
        for at in [".", "2", "2.16.834", ARC] {
            let ask = || role(OTHER, role_on, at);
            tree.submit(Command::GrantRole(ask())).unwrap();
            let again = tree.decide(Command::GrantRole(ask()));
            refused(again, Code::NothingChanges, "role");
        }
    }
    assert_eq!(principal(&tree, OTHER).grants.len(), 20);
    // A role ends where it was granted, not above or below it, and even of one who may not act.
    tree.submit(stand(OTHER, Standing::Suspended)).unwrap();
    tree.submit(Command::RevokeRole(role(OTHER, Role::Auditor, "2.16.834")))
        .unwrap();
    let left = grants(&tree, OTHER);
    assert_eq!(left.len(), 19);
    assert!(!left.contains(&"auditor 2.16.834".to_owned()));
    // The administrator of the founding stays one without the role.
    tree.submit(Command::GrantRole(role(ADMIN, Role::Administrator, ".")))
        .unwrap();
    tree.submit(Command::RevokeRole(role(ADMIN, Role::Administrator, ".")))
        .unwrap();
}

#[test]
fn roles_of_one_principal_are_bounded() {
    let mut tree = tree();
    let all = tree.principals.get_mut(&OTHER.parse().unwrap()).unwrap();
    let grant_at = |number: usize| Grant {
        role: Role::Auditor,
        at: path(&format!("2.16.834.3.{number}")),
        since: Timestamp::default(),
    };
    all.grants = (1..GRANTS_MAX).map(grant_at).collect();
    tree.submit(grant(OTHER, ARC)).unwrap();
    refused(
        tree.decide(grant(OTHER, "2.16.834.2")),
        Code::TooManyValues,
        "role",
    );
    // The same role again is told as such.
    refused(tree.decide(grant(OTHER, ARC)), Code::NothingChanges, "role");
}

/// Fills arc 1 and what is below it with as many roles as it bears.
fn crowded() -> Tree {
    let mut tree = tree();
    tree.arc("2.16.834.1.1").arc("2.16.834.1.2");
    let other = principal(&tree, OTHER).clone();
    for number in 0..ROLES_BELOW_MAX {
        let id: crate::model::PrincipalId = format!("p-staff-{number}").parse().unwrap();
        let at = if number % 2 == 0 { ARC } else { "2.16.834.1.1" };
        let grant = Grant {
            role: Role::Auditor,
            at: path(at),
            since: Timestamp::default(),
        };
        let staff = Principal {
            id: id.clone(),
            grants: vec![grant],
            ..other.clone()
        };
        tree.principals.insert(id, staff);
    }
    tree
}

#[test]
fn what_ends_together_is_bounded() {
    let mut tree = crowded();
    for at in [ARC, "2.16.834.1.1", "2.16.834.1.2"] {
        refused(tree.decide(grant(OTHER, at)), Code::TooManyValues, "oid");
    }
    for at in [".", "2.16", "2.16.834", "2.16.834.2"] {
        assert!(tree.decide(grant(OTHER, at)).is_ok(), "{at}");
    }
    // A part that is another's counts apart, and its roles apart from the rest.
    tree.change("2.16.834.1.1", |entry| {
        entry.delegation = Some(hosted(&[OTHER]));
    });
    assert!(tree.decide(grant(OTHER, ARC)).is_ok());
    assert!(tree.decide(grant(OTHER, "2.16.834.1.1")).is_ok());
    let events = tree.submit(delegate(ARC, &[OTHER])).unwrap();
    assert_eq!(events.len(), 1 + ROLES_BELOW_MAX / 2);
}

#[test]
fn as_many_roles_as_an_arc_bears_end_together() {
    let mut tree = crowded();
    let events = tree.submit(delegate(ARC, &[OTHER])).unwrap();
    assert_eq!(events.len(), 1 + ROLES_BELOW_MAX);
    assert!(tree.decide(grant(OTHER, ARC)).is_ok());
}

#[test]
fn credentials_are_issued_and_bounded() {
    let mut tree = tree();
    let now = tree.now;
    let long = |max: usize| "x".repeat(max + 1);
    let named = |name: String| issue(NOBODY, |ask| ask.name = name);
    let ending = |end| issue(NOBODY, move |ask| ask.expires = Some(end));
    let bound = |to: String| issue(NOBODY, |ask| ask.bound_to = Some(to));
    let latest = now.plus_seconds(INVITATION_SECONDS_MAX);
    let endless = |ask: &mut IssueCredential| ask.kind = CredentialKind::Invitation;
    let elsewhere = |ask: &mut IssueCredential| ask.scope.at = Some(path("2.16.834.9"));
    table(
        &tree,
        vec![
            (named(String::new()), Code::FieldRequired, "name"),
            (
                named(long(CREDENTIAL_NAME_BYTES_MAX)),
                Code::FieldTooLong,
                "name",
            ),
            (ending(now), Code::FieldInvalid, "expires"),
            (bound(String::new()), Code::FieldRequired, "to"),
            (bound(long(BOUND_TO_BYTES_MAX)), Code::FieldTooLong, "to"),
            (bound("a\nb".to_owned()), Code::FieldInvalid, "to"),
            (issue(OTHER, endless), Code::FieldInvalid, "seconds"),
            (
                invite(OTHER, latest.plus_seconds(1)),
                Code::FieldInvalid,
                "seconds",
            ),
            (
                issue(NOBODY, elsewhere),
                Code::PrincipalUnknown,
                "principal",
            ),
            (
                issue("p-suspended", elsewhere),
                Code::PrincipalNotActive,
                "principal",
            ),
            (
                issue("p-removed", |_| {}),
                Code::PrincipalNotActive,
                "principal",
            ),
            (issue(OTHER, elsewhere), Code::NotRegistered, "scope.oid"),
            // The founding's first token.
            (
                issue(OTHER, |ask| ask.sha256 = [9; 32]),
                Code::CredentialTaken,
                "to",
            ),
        ],
    );
    // All faults of form at once.
    let worst = issue(OTHER, |ask| {
        ask.name = String::new();
        ask.expires = Some(now);
        ask.bound_to = Some(String::new());
    });
    assert_eq!(refusals(&tree.decide(worst).unwrap_err()).len(), 3);
    assert!(tree.decide(invite(OTHER, latest)).is_ok());
    let full = issue(OTHER, |ask| {
        ask.name = "x".repeat(CREDENTIAL_NAME_BYTES_MAX);
        ask.bound_to = Some("x".repeat(BOUND_TO_BYTES_MAX));
        ask.scope.at = Some(NodePath::root());
        ask.expires = Some(now.plus_seconds(1));
    });
    let events = tree.submit(full).unwrap();
    let [Event::CredentialIssued(issued)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert!(!issued.revoked && issued.issued == now);
}

#[test]
fn credentials_that_are_over_make_room() {
    let mut tree = tree();
    let soon = tree.now.plus_seconds(10);
    for digest in 10..10 + u8::try_from(CREDENTIALS_MAX).unwrap() - 1 {
        credential(&mut tree, OTHER, digest, |one| one.expires = Some(soon));
    }
    credential(&mut tree, OTHER, 200, |one| one.revoked = true);
    credential(&mut tree, ADMIN, 201, |_| {});
    tree.submit(issue(OTHER, |ask| ask.sha256 = [1; 32]))
        .unwrap();
    let more = || issue(OTHER, |ask| ask.sha256 = [2; 32]);
    refused(tree.decide(more()), Code::TooManyValues, "principal");
    // Of a proof that is somebody's already this is told first.
    let taken = issue(OTHER, |ask| ask.sha256 = [1; 32]);
    refused(tree.decide(taken), Code::CredentialTaken, "to");
    let mut later = tree.clone();
    later.later(10);
    assert!(later.decide(more()).is_ok());
    tree.submit(revoke("c-10")).unwrap();
    tree.submit(more()).unwrap();
}

#[test]
fn a_proof_that_was_revoked_can_be_bound_anew() {
    let mut tree = tree();
    credential(&mut tree, OTHER, 1, |_| {});
    let again = || issue(OTHER, |ask| ask.sha256 = [1; 32]);
    refused(tree.decide(again()), Code::CredentialTaken, "to");
    tree.submit(revoke("c-1")).unwrap();
    tree.submit(again()).unwrap();
    assert!(!tree.credentials[&[1; 32]].revoked);
}

#[test]
fn credentials_are_revoked_once() {
    let mut tree = tree();
    credential(&mut tree, OTHER, 1, |_| {});
    let unknown = tree.decide(revoke("c-nothing"));
    refused(unknown, Code::CredentialUnknown, "credential");
    tree.submit(revoke("c-1")).unwrap();
    refused(
        tree.decide(revoke("c-1")),
        Code::NothingChanges,
        "credential",
    );
}

#[test]
fn an_invitation_is_good_once_and_for_no_more_than_it_says() {
    let mut tree = tree();
    let end = tree.now.plus_seconds(60);
    let narrow = Scope {
        read_only: true,
        at: Some(path(ARC)),
    };
    let invitation = |one: &mut Credential| {
        one.kind = CredentialKind::Invitation;
        one.expires = Some(end);
        one.scope = narrow.clone();
    };
    credential(&mut tree, OTHER, 1, invitation);
    credential(&mut tree, OTHER, 2, |_| {});
    let unknown = Code::InvitationUnknown;
    let nameless = Command::AcceptInvitation {
        code_sha256: [99; 32],
        token_sha256: [3; 32],
        name: String::new(),
    };
    table(
        &tree,
        vec![
            (nameless, Code::FieldRequired, "name"),
            (accept(99, 3), unknown, "code"),
            // A token is no invitation.
            (accept(2, 3), unknown, "code"),
            (accept(1, 2), Code::CredentialTaken, "to"),
        ],
    );
    let mut late = tree.clone();
    refused(late.later(60).decide(accept(1, 3)), unknown, "code");
    let events = tree.submit(accept(1, 3)).unwrap();
    assert_eq!(words(&events), ["credential-revoked", "credential-issued"]);
    let token = &tree.credentials[&[3; 32]];
    assert_eq!((token.kind, &token.scope), (CredentialKind::Token, &narrow));
    assert_eq!(token.principal.as_str(), OTHER);
    refused(tree.decide(accept(1, 4)), unknown, "code");
}

#[test]
fn an_invitation_is_traded_even_for_the_last_credential_borne() {
    let mut tree = tree();
    for digest in 10..10 + u8::try_from(CREDENTIALS_MAX).unwrap() - 1 {
        credential(&mut tree, OTHER, digest, |_| {});
    }
    let end = tree.now.plus_seconds(60);
    credential(&mut tree, OTHER, 1, |one| {
        one.kind = CredentialKind::Invitation;
        one.expires = Some(end);
    });
    tree.submit(accept(1, 3)).unwrap();
    credential(&mut tree, OTHER, 2, |one| {
        one.kind = CredentialKind::Invitation;
        one.expires = Some(end);
    });
    credential(&mut tree, OTHER, 4, |_| {});
    // Now there is one more than is borne: the invitation that goes is not enough.
    refused(tree.decide(accept(2, 5)), Code::TooManyValues, "principal");
}

fn hosted(ids: &[&str]) -> Delegation {
    Delegation::Hosted {
        principals: ids.iter().map(|id| id.parse().unwrap()).collect(),
    }
}

fn delegate(at: &str, ids: &[&str]) -> Command {
    Command::Delegate {
        path: path(at),
        if_revision: None,
        delegation: hosted(ids),
    }
}

fn recall(at: &str) -> Command {
    Command::Recall {
        path: path(at),
        if_revision: None,
    }
}

/// Roles above arc 1, on it, below it, beside it, and on what is somebody else's further down.
fn staffed() -> Tree {
    let mut tree = tree();
    tree.arc("2.16.834.1.5").arc("2.16.834.1.6");
    tree.arc_with("2.16.834.1.7", |new| {
        new.registrant = Some("r-1".parse().unwrap());
    });
    tree.arc("2.16.834.1.6.1").arc("2.16.834.11");
    tree.change("2.16.834.1.6", |entry| {
        entry.delegation = Some(hosted(&[ADMIN]));
    });
    for at in [
        "2.16.834",
        ARC,
        "2.16.834.1.5",
        "2.16.834.1.6",
        "2.16.834.1.6.1",
        "2.16.834.1.7",
        "2.16.834.2",
        "2.16.834.11",
    ] {
        tree.submit(grant(OTHER, at)).unwrap();
    }
    tree.submit(Command::GrantRole(role(ADMIN, Role::Auditor, ARC)))
        .unwrap();
    tree
}

/// What is left of the roles of [`staffed`] when those of arc 1 have ended.
const LEFT: [&str; 6] = [
    "registrar 2.16.834",
    "registrar 2.16.834.1.6",
    "registrar 2.16.834.1.6.1",
    "registrar 2.16.834.1.7",
    "registrar 2.16.834.2",
    "registrar 2.16.834.11",
];

#[test]
fn roles_end_when_an_arc_is_delegated_and_when_it_is_recalled() {
    let mut tree = staffed();
    let events = tree.submit(delegate(ARC, &[OTHER])).unwrap();
    let ended = ["role-revoked"; 3];
    assert_eq!(words(&events)[0], "delegated");
    assert_eq!(words(&events)[1..], ended);
    assert_eq!(grants(&tree, OTHER), LEFT);
    assert_eq!(grants(&tree, ADMIN), Vec::<String>::new());
    assert!(tree.at("2.16.834.1.6").delegation.is_some());
    // What the delegate granted ends with the delegation; what was granted above and further down stays.
    tree.submit(grant("p-admin", "2.16.834.1.5")).unwrap();
    let events = tree.submit(recall(ARC)).unwrap();
    assert_eq!(words(&events), ["recalled", "role-revoked"]);
    assert_eq!(grants(&tree, OTHER), LEFT);
    assert_eq!(principal(&tree, OTHER).delegations, []);
    let events = tree.submit(recall("2.16.834.1.6")).unwrap();
    assert_eq!(words(&events)[1..], ["role-revoked"; 2]);
}

#[test]
fn another_delegate_does_not_keep_the_roles_of_the_first() {
    let mut tree = staffed();
    tree.submit(delegate(ARC, &[OTHER])).unwrap();
    tree.submit(grant(OTHER, ARC)).unwrap();
    let events = tree.submit(delegate(ARC, &[ADMIN])).unwrap();
    assert_eq!(words(&events), ["delegated", "role-revoked"]);
    assert_eq!(grants(&tree, OTHER), LEFT);
    refused(
        tree.decide(delegate(ARC, &["p-removed"])),
        Code::PrincipalNotActive,
        "delegation.principals[0]",
    );
    assert!(tree.decide(delegate(ARC, &["p-suspended"])).is_ok());
}

#[test]
fn roles_end_when_an_arc_becomes_a_registrants() {
    let transfer = |to: &str| Command::Transfer {
        path: path(ARC),
        if_revision: None,
        to: new_registrant(to),
    };
    let mut tree = staffed();
    let events = tree.submit(transfer("One")).unwrap();
    assert_eq!(words(&events)[1], "transferred");
    assert_eq!(words(&events)[2..], ["role-revoked"; 3]);
    assert_eq!(grants(&tree, OTHER), LEFT);
    // Where a delegation says who acts, the registrant changes and the delegate's roles stay.
    tree.submit(delegate(ARC, &[ADMIN])).unwrap();
    tree.submit(grant(OTHER, ARC)).unwrap();
    let events = tree.submit(transfer("Two")).unwrap();
    assert_eq!(words(&events), ["registrant-recorded", "transferred"]);
    assert!(tree.at(ARC).delegation.is_some());

    let mut tree = tree_with_reserved();
    let nobodys = allocate(
        "2.16.834",
        NumberChoice::Explicit(arc(3)),
        NewEntry::default(),
    );
    assert_eq!(
        words(&tree.decide(nobodys).unwrap()),
        ["reserved-arc-allocated"]
    );
    let given = NewEntry {
        registrant: Some(new_registrant("Three")),
        ..NewEntry::default()
    };
    let given = allocate("2.16.834", NumberChoice::Explicit(arc(3)), given);
    let events = tree.submit(given).unwrap();
    assert_eq!(
        words(&events),
        [
            "registrant-recorded",
            "reserved-arc-allocated",
            "role-revoked"
        ]
    );
}

fn tree_with_reserved() -> Tree {
    let mut tree = tree();
    tree.arc("2.16.834.3").state("2.16.834.3", State::Reserved);
    tree.submit(grant(OTHER, "2.16.834.3")).unwrap();
    tree
}

#[test]
fn reference_entries_bear_roles_and_never_lose_them() {
    let mut tree = tree();
    tree.apply(&[Event::ReferenceLoaded(reference("1.3", &[], &[]))]);
    tree.submit(grant(OTHER, "1.3")).unwrap();
    tree.submit(grant(OTHER, "2.16")).unwrap();
    tree.submit(delegate(ARC, &[ADMIN])).unwrap();
    assert_eq!(grants(&tree, OTHER), ["registrar 1.3", "registrar 2.16"]);
}
