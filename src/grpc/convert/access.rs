//! From the requests of `AccessService` to commands, one function a request.
//!
//! A secret never comes in here but as its digest, and what is wrong with one is told without it.

use crate::{
    access::{self, InvitationCode},
    model::{
        Code, Command, PrincipalId, Refusal, Timestamp,
        actor::{CredentialKind, Role, Scope, Standing},
        command::{AddPrincipal, ErasePerson, IssueCredential, RoleOn},
        event::Person,
        form,
        limits::INVITATION_SECONDS_MAX,
    },
    oid::{NodePath, notation::Names},
    pb::v1::{self as pb, bind_credential_request::To},
};

use super::{Faults, fields, moment, text};

/// How long an invitation is good where its maker does not say, in seconds (a week).
pub const INVITATION_SECONDS_STANDARD: u64 = 7 * 86_400;
/// What an invitation is called.
const INVITATION_NAME: &str = "invitation";

/// A request with what the server adds to it.
#[derive(Clone, Debug)]
pub struct Minted<Q> {
    /// What the caller sent.
    pub request: Q,
    /// The digest of the secret that was made for it.
    pub sha256: [u8; 32],
    /// Who calls, where that is a principal.
    pub caller: Option<PrincipalId>,
    /// When it came.
    pub now: Timestamp,
}

/// Add a principal.
pub fn add_principal(
    request: &pb::AddPrincipalRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let kind = fields::party_kind(request.kind, "kind", faults);
    let contacts = [&*request.email, &*request.telephone, &*request.address];
    let details = fields::details(&request.name, contacts, "", faults);
    let home = place(&request.home, names, "home", faults);
    Some(Command::AddPrincipal(AddPrincipal {
        kind: kind?,
        details,
        home: home?,
    }))
}

/// A person by its id: what the server makes tells by its beginning what it names.
pub fn person(id: &str, faults: &mut Faults) -> Option<Person> {
    if id.starts_with(PrincipalId::PREFIX) {
        let id = faults.parse(Code::FieldInvalid, "person", id);
        return id.map(Person::Principal);
    }
    let id = faults.parse(Code::FieldInvalid, "person", id);
    id.map(Person::Registrant)
}

/// Erase a person.
pub fn erase_person(
    request: &pb::ErasePersonRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let person = person(&request.person, faults);
    Some(Command::ErasePerson(ErasePerson {
        person: person?,
        basis: request.basis.clone(),
        keep_public_name: request.keep_public_name,
    }))
}

/// Describe a principal anew.
pub fn describe_principal(
    request: &pb::DescribePrincipalRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let id = principal(&request.principal, faults);
    let contacts = [&*request.email, &*request.telephone, &*request.address];
    let details = fields::details(&request.name, contacts, "", faults);
    Some(Command::DescribePrincipal { id: id?, details })
}

/// Suspend a principal, let it act again, or remove it.
pub fn change_standing(
    request: &pb::ChangeStandingRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let id = principal(&request.principal, faults);
    let to = standing(request.standing, faults);
    Some(Command::ChangeStanding { id: id?, to: to? })
}

/// Grant a role.
pub fn grant_role(
    request: &pb::GrantRoleRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let on = role_on(
        &request.principal,
        request.role,
        &request.oid,
        names,
        faults,
    );
    on.map(Command::GrantRole)
}

/// Revoke a role.
pub fn revoke_role(
    request: &pb::RevokeRoleRequest,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let on = role_on(
        &request.principal,
        request.role,
        &request.oid,
        names,
        faults,
    );
    on.map(Command::RevokeRole)
}

fn role_on(
    id: &str,
    role: i32,
    oid: &str,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<RoleOn> {
    let id = principal(id, faults);
    let role = self::role(role, faults);
    let at = place(oid, names, "oid", faults);
    Some(RoleOn {
        id: id?,
        role: role?,
        at: at?,
    })
}

/// Make a token.
pub fn issue_token(
    ask: &Minted<pb::IssueTokenRequest>,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let request = &ask.request;
    let principal = match &ask.caller {
        Some(caller) if request.principal.is_empty() => Some(caller.clone()),
        _ => self::principal(&request.principal, faults),
    };
    faults.sound("name", form::credential_name(&request.name));
    let expires = end(request.expires.as_ref(), ask.now, faults);
    let scope = scope(request.scope.as_ref(), names, faults);
    Some(Command::IssueCredential(IssueCredential {
        principal: principal?,
        kind: CredentialKind::Token,
        sha256: ask.sha256,
        name: request.name.clone(),
        expires,
        scope: scope?,
        bound_to: None,
    }))
}

/// Bind a certificate or an OpenID Connect subject.
pub fn bind_credential(
    ask: &Minted<pb::BindCredentialRequest>,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let request = &ask.request;
    let principal = principal(&request.principal, faults);
    faults.sound("name", form::credential_name(&request.name));
    let expires = end(request.expires.as_ref(), ask.now, faults);
    let scope = scope(request.scope.as_ref(), names, faults);
    let (kind, bound_to) = match &request.to {
        Some(To::Certificate(certificate)) => {
            faults.sound("certificate.name", form::bound_to(&certificate.name));
            (CredentialKind::Certificate, certificate.name.clone())
        }
        Some(To::Openid(openid)) => {
            faults.sound("openid.issuer", form::uri(&openid.issuer));
            faults.sound("openid.subject", form::bound_to(&openid.subject));
            let bound_to = access::openid_name(&openid.issuer, &openid.subject);
            (CredentialKind::OpenId, bound_to)
        }
        None => {
            let detail = "a certificate or an OpenID Connect subject is needed";
            faults.at(Code::FieldRequired, "to", detail);
            return None;
        }
    };
    Some(Command::IssueCredential(IssueCredential {
        principal: principal?,
        kind,
        sha256: access::bound_digest(kind, &bound_to),
        name: request.name.clone(),
        expires,
        scope: scope?,
        bound_to: Some(bound_to),
    }))
}

/// Make an invitation code.
pub fn invite(
    ask: &Minted<pb::InviteRequest>,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let principal = principal(&ask.request.principal, faults);
    let seconds = match ask.request.seconds {
        0 => INVITATION_SECONDS_STANDARD,
        seconds => seconds,
    };
    if seconds > INVITATION_SECONDS_MAX {
        let detail = format!("an invitation is good for {INVITATION_SECONDS_MAX} s at most");
        faults.add(Refusal::new(Code::FieldInvalid, "seconds", detail).value(seconds));
    }
    Some(Command::IssueCredential(IssueCredential {
        principal: principal?,
        kind: CredentialKind::Invitation,
        sha256: ask.sha256,
        name: INVITATION_NAME.to_owned(),
        expires: Some(ask.now.plus_seconds(seconds)),
        scope: Scope::default(),
        bound_to: None,
    }))
}

/// Trade an invitation code for a token.
pub fn accept_invitation(
    ask: &Minted<pb::AcceptInvitationRequest>,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    let request = &ask.request;
    let code = request.code.parse().map_err(|error: access::TokenError| {
        Refusal::new(Code::InvitationUnknown, "code", error.to_string())
    });
    let code: Option<InvitationCode> = faults.check(code);
    faults.sound("name", form::credential_name(&request.name));
    Some(Command::AcceptInvitation {
        code_sha256: code?.sha256(),
        token_sha256: ask.sha256,
        name: request.name.clone(),
    })
}

/// End a credential.
pub fn revoke_credential(
    request: &pb::RevokeCredentialRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    if request.credential.is_empty() {
        let detail = "the id of a credential is needed";
        faults.at(Code::FieldRequired, "credential", detail);
        return None;
    }
    let id = faults.parse(Code::FieldInvalid, "credential", &request.credential);
    id.map(|id| Command::RevokeCredential { id })
}

/// The id of a principal, which must be said.
pub fn principal(text: &str, faults: &mut Faults) -> Option<PrincipalId> {
    if text.is_empty() {
        let detail = "the id of a principal is needed";
        faults.at(Code::FieldRequired, "principal", detail);
        return None;
    }
    faults.parse(Code::FieldInvalid, "principal", text)
}

/// A place of the tree; an empty text and `.` are the whole register.
pub fn place(text: &str, names: &dyn Names, field: &str, faults: &mut Faults) -> Option<NodePath> {
    if text == "." {
        return Some(NodePath::root());
    }
    faults.check(text::node_or_root(text, names, field))
}

fn role(value: i32, faults: &mut Faults) -> Option<Role> {
    match pb::Role::try_from(value) {
        Ok(pb::Role::Administrator) => Some(Role::Administrator),
        Ok(pb::Role::Registrar) => Some(Role::Registrar),
        Ok(pb::Role::Reviewer) => Some(Role::Reviewer),
        Ok(pb::Role::Auditor) => Some(Role::Auditor),
        Ok(pb::Role::ConfidentialReader) => Some(Role::ConfidentialReader),
        Ok(pb::Role::Unspecified) => {
            faults.at(Code::FieldRequired, "role", "a role is needed");
            None
        }
        Err(_) => {
            fields::unknown("role", value, faults);
            None
        }
    }
}

fn standing(value: i32, faults: &mut Faults) -> Option<Standing> {
    match pb::Standing::try_from(value) {
        Ok(pb::Standing::Active) => Some(Standing::Active),
        Ok(pb::Standing::Suspended) => Some(Standing::Suspended),
        Ok(pb::Standing::Removed) => Some(Standing::Removed),
        Ok(pb::Standing::Unspecified) => {
            let detail = "active, suspended or removed is needed";
            faults.at(Code::FieldRequired, "standing", detail);
            None
        }
        Err(_) => {
            fields::unknown("standing", value, faults);
            None
        }
    }
}

/// When a credential ends, if ever.
fn end(
    at: Option<&prost_types::Timestamp>,
    now: Timestamp,
    faults: &mut Faults,
) -> Option<Timestamp> {
    let end = moment(at?, "expires", faults)?;
    if end <= now {
        faults.at(Code::FieldInvalid, "expires", "must lie in the future");
    }
    Some(end)
}

fn scope(value: Option<&pb::Scope>, names: &dyn Names, faults: &mut Faults) -> Option<Scope> {
    let Some(value) = value else {
        return Some(Scope::default());
    };
    let at = place(&value.oid, names, "scope.oid", faults)?;
    Some(Scope {
        read_only: value.read_only,
        at: (!at.is_root()).then_some(at),
    })
}

#[cfg(test)]
mod tests {
    use crate::{access::Token, oid::notation::NoNames};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_750_000_000_000_000);

    fn minted<Q>(request: Q) -> Minted<Q> {
        Minted {
            request,
            sha256: [1; 32],
            caller: Some("p-own".parse().unwrap()),
            now: NOW,
        }
    }

    fn made(read: impl FnOnce(&mut Faults) -> Option<Command>) -> Result<Command, Vec<String>> {
        let mut faults = Faults::new();
        let command = read(&mut faults);
        faults.into_result(command).map_err(|refusals| {
            let told = refusals.iter();
            told.map(|one| format!("{} {}", one.field, one.code))
                .collect()
        })
    }

    #[track_caller]
    fn check(read: impl FnOnce(&mut Faults) -> Option<Command>, expect: &[&str]) {
        assert_eq!(
            made(read).map(|command| command.word()).unwrap_err(),
            expect
        );
    }

    fn issue(read: impl FnOnce(&mut Faults) -> Option<Command>) -> IssueCredential {
        match made(read) {
            Ok(Command::IssueCredential(ask)) => ask,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_faulty_field_is_told_at_once() {
        let names = &NoNames;
        let add = pb::AddPrincipalRequest {
            email: "nobody".into(),
            home: "1.40".into(),
            ..Default::default()
        };
        check(
            |faults| add_principal(&add, names, faults),
            &[
                "kind FIELD_REQUIRED",
                "name FIELD_REQUIRED",
                "email FIELD_INVALID",
                "home ARC_OUT_OF_RANGE",
            ],
        );
        let grant = pb::GrantRoleRequest {
            principal: "p 1".into(),
            role: 99,
            oid: "x".into(),
            ..Default::default()
        };
        check(
            |faults| grant_role(&grant, names, faults),
            &[
                "principal FIELD_INVALID",
                "role FIELD_INVALID",
                "oid NAME_UNKNOWN",
            ],
        );
        let bare = pb::ChangeStandingRequest::default();
        check(
            |faults| change_standing(&bare, names, faults),
            &["principal FIELD_REQUIRED", "standing FIELD_REQUIRED"],
        );
        let token = minted(pb::IssueTokenRequest {
            expires: Some(super::super::timestamp(NOW)),
            scope: Some(pb::Scope {
                oid: "2.".into(),
                read_only: false,
            }),
            ..Default::default()
        });
        check(
            |faults| issue_token(&token, names, faults),
            &[
                "name FIELD_REQUIRED",
                "expires FIELD_INVALID",
                "scope.oid OID_SYNTAX",
            ],
        );
        let bind = minted(pb::BindCredentialRequest::default());
        check(
            |faults| bind_credential(&bind, names, faults),
            &[
                "principal FIELD_REQUIRED",
                "name FIELD_REQUIRED",
                "to FIELD_REQUIRED",
            ],
        );
        let none = pb::RevokeCredentialRequest::default();
        check(
            |faults| revoke_credential(&none, names, faults),
            &["credential FIELD_REQUIRED"],
        );
    }

    #[test]
    fn a_token_is_the_callers_own_unless_it_says_whose() {
        let of = |principal: &str| {
            let ask = minted(pb::IssueTokenRequest {
                principal: principal.into(),
                name: "laptop".into(),
                scope: Some(pb::Scope {
                    oid: ".".into(),
                    read_only: true,
                }),
                ..Default::default()
            });
            issue(|faults| issue_token(&ask, &NoNames, faults))
        };
        assert_eq!(of("").principal.as_str(), "p-own");
        assert_eq!(of("p-1").principal.as_str(), "p-1");
        let everywhere = Scope {
            read_only: true,
            at: None,
        };
        assert_eq!(of("").scope, everywhere);
    }

    #[test]
    fn an_invitation_one_second_past_the_longest_is_refused() {
        let ask = |seconds| {
            minted(pb::InviteRequest {
                principal: "p-1".into(),
                seconds,
                options: None,
            })
        };
        let good = |seconds| issue(|faults| invite(&ask(seconds), &NoNames, faults)).expires;
        assert_eq!(good(0), Some(NOW.plus_seconds(INVITATION_SECONDS_STANDARD)));
        assert_eq!(
            good(INVITATION_SECONDS_MAX),
            Some(NOW.plus_seconds(INVITATION_SECONDS_MAX))
        );
        let past = ask(INVITATION_SECONDS_MAX + 1);
        check(
            |faults| invite(&past, &NoNames, faults),
            &["seconds FIELD_INVALID"],
        );
    }

    #[test]
    fn a_code_that_is_wrong_is_not_repeated() {
        let secret = InvitationCode::from_entropy([9; 32]);
        let wrong = format!("{}0", secret.reveal());
        for code in ["", &wrong, Token::from_entropy([9; 32]).reveal()] {
            let ask = minted(pb::AcceptInvitationRequest {
                code: code.to_owned(),
                name: "laptop".into(),
                options: None,
            });
            let mut faults = Faults::new();
            let none = accept_invitation(&ask, &NoNames, &mut faults);
            let refusals = faults.into_result(none).unwrap_err();
            assert_eq!(refusals.main().code, Code::InvitationUnknown);
            assert!(!format!("{refusals:?}").contains("0909"));
        }
    }
}
