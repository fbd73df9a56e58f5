//! Admit: takes in the application of a stranger who proved to be reached at the address it was made with. The stranger
//! becomes known as a principal, good for nothing but applying there, and gets a token. The server's own command, since what
//! proves the address is no business of the rules.
//!
//! Refusals, in order: faults of form, those of `submit` among them; `APPLICATIONS_CLOSED` where the policy does not take
//! applications from everybody; `OVERLOADED` where there are so many principals that the rest is for those who are added by
//! name; those of `add_principal`; those of `issue_credential`; those of `submit`.

use crate::model::actor::{Credential, CredentialKind, Scope};
use crate::model::command::{AdmitApplicant, RegistrantRef};
use crate::model::limits::PRINCIPALS_STRANGERS_MAX;
use crate::model::policy::Applicants;
use crate::model::{Code, Ctx, Refusal, Rejection};

use super::submit;
use crate::rules::decision::Decision;
use crate::rules::form::Faults;
use crate::rules::{access, add_principal, issue_credential, policy};

/// What the token of a stranger is called.
const TOKEN_NAME: &str = "application";

/// Faults of form.
pub fn form(ask: &AdmitApplicant, ctx: &Ctx, faults: &mut Faults) {
    submit::form(&ask.ask, ctx, faults);
    // Of nobody known it cannot be told whether they speak for a registrant that is.
    if let Some(RegistrantRef::Known(_)) = ask.ask.ask.entry.registrant {
        let detail = "tell who you are; that you speak for somebody known is shown with a token";
        faults.add(Code::FieldInvalid, "entry.registrant.id", detail);
    }
}

/// Takes the application in.
pub fn decide(ask: &AdmitApplicant, decision: &mut Decision<'_>) -> Result<(), Rejection> {
    let superior = &ask.ask.superior;
    if policy::in_force(&decision.tree, superior)?.applicants != Applicants::Public {
        return Err(closed(superior).into());
    }
    if access::standing(&decision.tree)? >= PRINCIPALS_STRANGERS_MAX {
        let detail = format!(
            "{PRINCIPALS_STRANGERS_MAX} principals are known; more strangers are not taken in now"
        );
        return Err(Refusal::new(Code::Overloaded, "", detail).into());
    }
    let Some(RegistrantRef::New { kind, details }) = &ask.ask.ask.entry.registrant else {
        let detail = "the applicant is needed";
        return Err(Refusal::new(Code::FieldRequired, "entry.registrant", detail).into());
    };
    let by = add_principal::add(*kind, details, superior, decision)?;
    let credential = Credential {
        scope: Scope {
            read_only: false,
            at: Some(superior.clone()),
        },
        kind: CredentialKind::Token,
        ..Credential::token(
            decision.lots.credential(),
            by.clone(),
            ask.token_sha256,
            TOKEN_NAME,
            decision.ctx.now,
        )
    };
    issue_credential::tell(credential, decision)?;
    submit::of(&ask.ask, by, decision)
}

/// The refusal where the policy does not take applications from everybody.
fn closed(superior: &crate::oid::NodePath) -> Refusal {
    let detail =
        format!("the policy below {superior} takes no applications from whoever is not known");
    Refusal::new(Code::ApplicationsClosed, "superior", detail).value(superior)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{Ask, SubmitApplication, Whole};
    use crate::model::{Command, Event, Policy, Visibility};
    use crate::rules::testing::{Tree, named, new_registrant, path, refused};

    const OURS: &str = "2.16.834";

    fn tree(applicants: Applicants) -> Tree {
        let mut tree = Tree::founded();
        tree.policy(
            OURS,
            Policy {
                applicants,
                ..Policy::standard()
            },
        );
        // A stranger's application is judged by what everybody may know.
        tree.whole = Whole::Within(std::sync::Arc::default());
        tree
    }

    fn admit(identifier: &str) -> Command {
        let mut ask = Ask {
            entry: named(&[identifier], &[]),
            ..Ask::default()
        };
        ask.entry.registrant = Some(new_registrant("Zahra"));
        ask.about.purpose = "Codes".to_owned();
        ask.about.declared = true;
        Command::AdmitApplicant(Box::new(AdmitApplicant {
            token_sha256: [7; 32],
            ask: SubmitApplication {
                superior: path(OURS),
                ask,
                language: "sw".parse().unwrap(),
            },
        }))
    }

    #[test]
    fn a_stranger_gets_a_token_for_there_and_an_application() {
        let mut tree = tree(Applicants::Public);
        let events = tree.submit(admit("afya")).unwrap();
        let [
            Event::PrincipalAdded(stranger),
            Event::CredentialIssued(token),
            Event::RegistrantRecorded(_),
            Event::ApplicationSubmitted(application),
        ] = events.as_slice()
        else {
            panic!("{events:?}")
        };
        assert_eq!(stranger.home, path(OURS));
        assert!(!stranger.administrator && stranger.grants.is_empty());
        assert_eq!(token.principal, stranger.id);
        assert_eq!(
            (token.scope.at.clone(), token.token_sha256),
            (Some(path(OURS)), [7; 32])
        );
        assert_eq!(application.submitted_by, stranger.id);
        // Whoever is admitted twice is told so, and nothing is handed in twice.
        refused(tree.decide(admit("afya")), Code::CredentialTaken, "to");
    }

    #[test]
    fn only_a_policy_for_everybody_takes_strangers() {
        for applicants in [Applicants::Nobody, Applicants::Principals] {
            let decided = tree(applicants).decide(admit("afya"));
            refused(decided, Code::ApplicationsClosed, "superior");
        }
        let Command::AdmitApplicant(mut ask) = admit("afya") else {
            unreachable!()
        };
        let known = tree(Applicants::Public).submit(admit("afya")).unwrap();
        let Some(Event::ApplicationSubmitted(application)) = known.last() else {
            panic!("{known:?}")
        };
        ask.ask.ask.entry.registrant = Some(RegistrantRef::Known(application.applicant.clone()));
        let decided = tree(Applicants::Public).decide(Command::AdmitApplicant(ask));
        refused(decided, Code::FieldInvalid, "entry.registrant.id");
    }

    #[test]
    fn strangers_leave_room_for_those_who_are_added_by_name() {
        let mut tree = tree(Applicants::Public);
        let sample = tree.principals.values().next().unwrap().clone();
        let mut n = 0;
        while tree.principals.len() < PRINCIPALS_STRANGERS_MAX - 1 {
            let id: crate::model::PrincipalId = format!("p-many-{n}").parse().unwrap();
            let one = crate::model::Principal {
                id: id.clone(),
                ..sample.clone()
            };
            tree.principals.insert(id, one);
            n += 1;
        }
        tree.submit(admit("afya")).unwrap();
        refused(tree.decide(admit("wazi")), Code::Overloaded, "");
    }

    #[test]
    fn a_clash_with_what_is_hidden_is_not_told() {
        let mut tree = tree(Applicants::Public);
        for (at, identifier, visibility) in [
            ("2.16.834.7", "siri", Visibility::Hidden),
            ("2.16.834.8", "wazi", Visibility::Public),
        ] {
            tree.arc_with(at, |new| {
                new.identifiers = vec![identifier.parse().unwrap()];
                new.visibility = visibility;
            });
        }
        assert!(tree.decide(admit("siri")).is_ok());
        let taken = tree.decide(admit("wazi"));
        refused(taken, Code::IdentifierTaken, "entry.identifiers[0]");
    }
}
