//! Who may look after whom: nobody gets, by a credential, a standing or a role, more than they had.
//!
//! The register of these tests: 2.16.834 with the arcs 1 and 2, each with an administrator and with staff who are at home
//! there; arc 1.3 is delegated, arc 1.4 is a registrant's.

use crate::model::actor::{Credential, CredentialKind, Role, Scope, Standing};
use crate::model::command::{AddPrincipal, IssueCredential, RoleOn};
use crate::model::entry::RegistrantDetails;
use crate::model::{Actor, Code, Command, PrincipalKind, Rejection, Submission, Timestamp};

use super::testing::{ADMIN, DELEGATE, NOW, STRANGER, Tree, hosted, path, refused};
use super::{Identity, Permit, permit};

/// Administers arc 1, at home there.
const ONE: &str = "p-one";
/// Registrar at arc 1, at home there.
const CLERK: &str = "p-clerk";
/// Administers arc 2, at home there.
const TWO: &str = "p-two";

fn tree() -> Tree {
    let mut tree = Tree::new();
    tree.arc("2.16.834.1", |_| {}).arc("2.16.834.2", |_| {});
    tree.arc("2.16.834.1.1", |_| {}).assigned("2.16.834.1.4");
    tree.delegated("2.16.834.1.3", hosted(DELEGATE));
    tree.person(ONE, "2.16.834.1").person(CLERK, "2.16.834.1");
    tree.person(TWO, "2.16.834.2");
    tree.role(ONE, Role::Administrator, "2.16.834.1");
    tree.role(CLERK, Role::Registrar, "2.16.834.1");
    tree.role(TWO, Role::Administrator, "2.16.834.2");
    tree
}

fn submission(command: Command) -> Submission {
    Submission {
        request_id: "q-1".parse().unwrap(),
        digest: [0; 32],
        validate_only: false,
        reason: None,
        override_reason: None,
        asked_by: None,
        command,
    }
}

fn ask(tree: &Tree, who: &str, command: Command) -> Result<Permit, Rejection> {
    permit(&tree.identity(who), &submission(command), tree)
}

#[track_caller]
fn check(tree: &Tree, who: &str, command: Command, expect: Result<(), Code>) {
    match expect {
        Err(code) => refused(ask(tree, who, command), code),
        Ok(()) => assert_eq!(ask(tree, who, command).unwrap().actor().as_str(), who),
    }
}

const DENIED: Result<(), Code> = Err(Code::NotPermitted);
const NARROW: Result<(), Code> = Err(Code::ScopeTooNarrow);

fn details() -> RegistrantDetails {
    RegistrantDetails {
        name: "Asha".to_owned(),
        ..RegistrantDetails::default()
    }
}

fn add(home: &str) -> Command {
    Command::AddPrincipal(AddPrincipal {
        kind: PrincipalKind::Person,
        details: details(),
        home: path(home),
    })
}

fn grant(role: Role, at: &str) -> Command {
    Command::GrantRole(RoleOn {
        id: STRANGER.parse().unwrap(),
        role,
        at: path(at),
    })
}

fn describe(id: &str) -> Command {
    Command::DescribePrincipal {
        id: id.parse().unwrap(),
        details: details(),
    }
}

fn stand(id: &str, to: Standing) -> Command {
    Command::ChangeStanding {
        id: id.parse().unwrap(),
        to,
    }
}

fn issue_with(id: &str, set: impl FnOnce(&mut IssueCredential)) -> Command {
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

fn issue(id: &str, kind: CredentialKind) -> Command {
    issue_with(id, |ask| ask.kind = kind)
}

fn revoke(id: &str) -> Command {
    Command::RevokeCredential {
        id: format!("c-{id}").parse().unwrap(),
    }
}

const KINDS: [CredentialKind; 4] = [
    CredentialKind::Token,
    CredentialKind::Certificate,
    CredentialKind::OpenId,
    CredentialKind::Invitation,
];

#[test]
fn a_part_is_governed_by_its_own_administrators_and_those_above() {
    let tree = tree();
    for (who, at, expect) in [
        (ONE, "2.16.834.1", Ok(())),
        (ONE, "2.16.834.1.1", Ok(())),
        (ONE, "2.16.834.1.3", Err(Code::DelegatedAway)),
        (ONE, "2.16.834.1.4", Err(Code::AnothersArc)),
        (ONE, "2.16.834", DENIED),
        (ONE, "2.16.834.2", DENIED),
        (ONE, ".", DENIED),
        (DELEGATE, "2.16.834.1.3", Ok(())),
        (DELEGATE, "2.16.834.1", DENIED),
        (CLERK, "2.16.834.1", DENIED),
        (STRANGER, "2.16.834.1", DENIED),
        (ADMIN, "2.16.834.1", Ok(())),
        (ADMIN, ".", Ok(())),
    ] {
        check(&tree, who, add(at), expect);
        for role in Role::ALL {
            check(&tree, who, grant(role, at), expect);
            let Command::GrantRole(ask) = grant(role, at) else {
                panic!()
            };
            check(&tree, who, Command::RevokeRole(ask), expect);
        }
    }
}

#[test]
fn only_administering_and_registering_give_rights_to_write() {
    for role in [Role::Reviewer, Role::Auditor, Role::ConfidentialReader] {
        let mut tree = tree();
        tree.role(STRANGER, role, ".");
        for command in [
            add("2.16.834.1"),
            describe(CLERK),
            stand(CLERK, Standing::Removed),
        ] {
            check(&tree, STRANGER, command, DENIED);
        }
    }
}

#[test]
fn nobody_gets_a_proof_of_one_who_may_do_more() {
    for kind in KINDS {
        let tree = tree();
        check(&tree, ONE, issue(CLERK, kind), Ok(()));
        check(&tree, ADMIN, issue(CLERK, kind), Ok(()));
        check(&tree, CLERK, issue(ONE, kind), DENIED);
        check(&tree, ONE, issue(TWO, kind), DENIED);
        check(&tree, ONE, issue(ADMIN, kind), DENIED);
        check(&tree, ONE, issue("p-nobody", kind), DENIED);
        // Each role elsewhere is enough, and so is a delegation elsewhere.
        for role in Role::ALL {
            for at in [".", "2.16", "2.16.834", "2.16.834.2"] {
                let mut tree = tree.clone();
                tree.role(CLERK, role, at);
                check(&tree, ONE, issue(CLERK, kind), DENIED);
            }
        }
        let mut elsewhere = tree.clone();
        elsewhere.delegated("2.16.834.2.1", hosted(CLERK));
        check(&elsewhere, ONE, issue(CLERK, kind), DENIED);
        let mut whole = tree.clone();
        whole.principal_mut(CLERK).administrator = true;
        check(&whole, ONE, issue(CLERK, kind), DENIED);
        // What is closed to the administrator is closed by this way too, and is overridden loudly.
        let mut closed = tree.clone();
        closed.role(CLERK, Role::Registrar, "2.16.834.1.4");
        check(&closed, ONE, issue(CLERK, kind), Err(Code::AnothersArc));
        let mut loud = submission(issue(CLERK, kind));
        loud.override_reason = Some("the registrant asked for it".to_owned());
        let permit = permit(&closed.identity(ONE), &loud, &closed).unwrap();
        assert!(permit.overrides());
    }
}

#[test]
fn whoever_may_delegate_an_arc_may_invite_the_one_it_is_delegated_to() {
    let mut tree = tree();
    tree.person("p-new", "2.16.834.1");
    tree.delegated("2.16.834.1.1", hosted("p-new"));
    check(
        &tree,
        ONE,
        issue("p-new", CredentialKind::Invitation),
        Ok(()),
    );
    check(
        &tree,
        TWO,
        issue("p-new", CredentialKind::Invitation),
        DENIED,
    );
    // Not one to whom the delegate delegated further.
    tree.delegated("2.16.834.1.3.1", hosted("p-new"));
    check(
        &tree,
        ONE,
        issue("p-new", CredentialKind::Invitation),
        Err(Code::DelegatedAway),
    );
}

#[test]
fn everybody_issues_and_revokes_their_own_tokens_and_describes_themselves() {
    let tree = tree();
    for who in [STRANGER, CLERK, DELEGATE, ONE, ADMIN] {
        check(&tree, who, issue(who, CredentialKind::Token), Ok(()));
        check(&tree, who, describe(who), Ok(()));
        check(&tree, who, revoke(who), Ok(()));
    }
    // What another could be bound to, those who look after them decide.
    for kind in [
        CredentialKind::Certificate,
        CredentialKind::OpenId,
        CredentialKind::Invitation,
    ] {
        check(&tree, CLERK, issue(CLERK, kind), DENIED);
        check(&tree, ONE, issue(ONE, kind), Ok(()));
    }
}

#[test]
fn a_read_only_credential_writes_nothing() {
    let mut tree = tree();
    tree.credential_mut(ADMIN).scope.read_only = true;
    for command in [
        add("2.16.834.1"),
        grant(Role::Auditor, "2.16.834.1"),
        describe(ADMIN),
        stand(CLERK, Standing::Suspended),
        issue(ADMIN, CredentialKind::Token),
        issue_with(ADMIN, |ask| ask.scope.read_only = true),
        revoke(ADMIN),
        revoke(CLERK),
    ] {
        check(&tree, ADMIN, command, NARROW);
    }
}

#[test]
fn a_scoped_credential_reaches_no_further_and_mints_none() {
    let mut tree = tree();
    tree.credential_mut(ADMIN).scope.at = Some(path("2.16.834.1"));
    for (command, expect) in [
        (add("2.16.834.1"), Ok(())),
        (add("2.16.834.1.1"), Ok(())),
        (add("2.16.834"), NARROW),
        (add("2.16.834.2"), NARROW),
        (add("."), NARROW),
        (grant(Role::Administrator, "2.16.834.1"), Ok(())),
        (grant(Role::Auditor, "2.16.834"), NARROW),
        (describe(CLERK), Ok(())),
        (describe(TWO), NARROW),
        (describe(ADMIN), NARROW),
        (stand(CLERK, Standing::Suspended), Ok(())),
        (stand(TWO, Standing::Suspended), NARROW),
        (issue(CLERK, CredentialKind::Token), NARROW),
        (issue(ADMIN, CredentialKind::Token), NARROW),
        (revoke(CLERK), Ok(())),
        (revoke(TWO), NARROW),
        // It may end itself, and no other of its principal's.
        (revoke(ADMIN), Ok(())),
        (revoke("other"), NARROW),
    ] {
        let other = Credential {
            id: "c-other".parse().unwrap(),
            ..tree.credential_mut(ADMIN).clone()
        };
        tree.credentials.insert([1; 32], other);
        check(&tree, ADMIN, command, expect);
    }
    let same = issue_with(ADMIN, |ask| ask.scope.at = Some(path("2.16.834.1")));
    check(&tree, ADMIN, same, NARROW);
}

#[test]
fn a_credential_that_ends_mints_none_of_its_principal_that_ends_later() {
    let mut tree = tree();
    let end = NOW.plus_seconds(60);
    tree.credential_mut(ONE).expires = Some(end);
    let ending = |end: Option<Timestamp>, kind| {
        issue_with(ONE, |ask| {
            ask.expires = end;
            ask.kind = kind;
        })
    };
    for kind in KINDS {
        check(&tree, ONE, ending(None, kind), NARROW);
        check(&tree, ONE, ending(Some(end.plus_seconds(1)), kind), NARROW);
    }
    check(&tree, ONE, ending(Some(end), CredentialKind::Token), Ok(()));
    check(
        &tree,
        ONE,
        ending(Some(end), CredentialKind::Certificate),
        Ok(()),
    );
    // The token that an invitation is traded for does not end.
    let invitation = ending(Some(end), CredentialKind::Invitation);
    check(&tree, ONE, invitation, NARROW);
    check(&tree, ONE, issue(CLERK, CredentialKind::Token), Ok(()));
}

#[test]
fn nobody_below_suspends_describes_or_locks_out_who_stands_above() {
    let mut tree = tree();
    let acts = |id: &str| {
        [
            stand(id, Standing::Suspended),
            stand(id, Standing::Removed),
            describe(id),
            revoke(id),
        ]
    };
    let each = |tree: &Tree, who: &str, id: &str, expect| {
        for command in acts(id) {
            check(tree, who, command, expect);
        }
    };
    each(&tree, ONE, CLERK, Ok(()));
    each(&tree, ADMIN, CLERK, Ok(()));
    each(&tree, TWO, CLERK, DENIED);
    each(&tree, ONE, STRANGER, DENIED);
    each(&tree, ONE, "p-nobody", DENIED);
    // A role beside the home changes nothing: those at home look after them.
    let mut beside = tree.clone();
    beside.role(CLERK, Role::Administrator, "2.16.834.2");
    each(&beside, ONE, CLERK, Ok(()));
    check(&beside, ONE, stand(CLERK, Standing::Active), DENIED);
    check(&beside, TWO, stand(CLERK, Standing::Active), DENIED);
    check(&beside, ADMIN, stand(CLERK, Standing::Active), Ok(()));
    for at in [".", "2.16.834"] {
        let mut above = tree.clone();
        above.role(CLERK, Role::Auditor, at);
        each(&above, ONE, CLERK, DENIED);
        check(&above, ONE, stand(CLERK, Standing::Active), DENIED);
        each(&above, ADMIN, CLERK, Ok(()));
    }
    // Whoever acts by delegation stands above those whom they gave roles there.
    tree.person("p-head", "2.16.834.2");
    tree.delegated("2.16.834.2", hosted("p-head"));
    each(&tree, TWO, "p-head", DENIED);
    each(&tree, ADMIN, "p-head", Err(Code::DelegatedAway));
}

#[test]
fn a_suspension_is_lifted_by_those_who_could_give_the_rights() {
    let mut tree = tree();
    let lift = || stand(CLERK, Standing::Active);
    check(&tree, ONE, lift(), Ok(()));
    // What lies within the home is no question, whoever's it is.
    tree.role(CLERK, Role::Registrar, "2.16.834.1.4");
    check(&tree, ONE, lift(), Ok(()));
    tree.delegated("2.16.834.2.1", hosted(CLERK));
    check(&tree, ONE, lift(), DENIED);
    check(&tree, ADMIN, lift(), Ok(()));
}

#[test]
fn who_is_suspended_or_removed_does_nothing() {
    for standing in [Standing::Suspended, Standing::Removed] {
        let mut tree = tree();
        tree.principal_mut(ONE).standing = standing;
        for command in [
            add("2.16.834.1"),
            describe(ONE),
            issue(ONE, CredentialKind::Token),
            stand(ONE, Standing::Active),
            revoke(ONE),
        ] {
            check(&tree, ONE, command, DENIED);
        }
        // Nor is an invitation good for one who may not act.
        let invited = |tree: &mut Tree, kind| {
            let invitation = Credential {
                kind,
                token_sha256: [5; 32],
                ..tree.credential_mut(ONE).clone()
            };
            tree.credentials.insert([5; 32], invitation);
            let accept = submission(Command::AcceptInvitation {
                code_sha256: [5; 32],
                token_sha256: [6; 32],
                name: "new".to_owned(),
            });
            permit(&Identity::Anonymous, &accept, tree)
        };
        let unknown = Code::InvitationUnknown;
        refused(invited(&mut tree, CredentialKind::Invitation), unknown);
        tree.principal_mut(ONE).standing = Standing::Active;
        let permit = invited(&mut tree, CredentialKind::Invitation).unwrap();
        assert_eq!(permit.actor().as_str(), ONE);
        refused(invited(&mut tree, CredentialKind::Token), unknown);
        tree.credential_mut(ONE).revoked = true;
        refused(invited(&mut tree, CredentialKind::Invitation), unknown);
    }
}

#[test]
fn this_machine_does_what_an_administrator_of_the_whole_register_does() {
    let tree = tree();
    let local = |command: Command, why: Option<&str>| {
        let mut asked = submission(command);
        asked.override_reason = why.map(str::to_owned);
        permit(&Identity::Local, &asked, &tree)
    };
    for command in [add("."), issue(ADMIN, CredentialKind::Invitation)] {
        assert_eq!(*local(command, None).unwrap().actor(), Actor::Local);
    }
    refused(local(add("2.16.834.1.3"), None), Code::DelegatedAway);
    assert!(local(add("2.16.834.1.3"), Some("why")).unwrap().overrides());
    refused(local(Command::ExpireHolds, None), Code::NotPermitted);
    // It is nobody in particular: it has nothing of its own.
    let nobody = "p-00000000000000000000000000000000";
    assert!(local(issue(nobody, CredentialKind::Token), None).is_ok());
}
