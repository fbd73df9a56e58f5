//! `AccessService`: who may do what.
//!
//! Writes are carried out by `write`; what is told of principals and credentials is what `access` lets the
//! caller know. A secret is made here, shown once in the answer to the request that was carried out, and kept nowhere.

mod alike;
mod export;
mod list;

use std::{sync::Arc, time::Instant};

use tonic::{Request, Response, Status};

use crate::{
    access::{self, Identity, Insight, InvitationCode, Token},
    desk::{Call, Desk, trail},
    model::{
        Code, Command, Event, Principal, PrincipalId, Refusal, Rejection, Seq, TreeView as _,
        actor::Credential,
    },
    oid::notation::Names,
    pb::v1::{self as pb, access_service_server::AccessService},
    register::Outcome,
};

use super::{
    convert::{
        Faults,
        access::{self as requests, Minted},
        principal as shown, timestamp,
    },
    layer, status,
    view::revision,
    write::{self, Write},
};

/// The service.
pub struct Keeper {
    desk: Arc<Desk>,
}

write::writes! {
    requests;
    AddPrincipalRequest "AddPrincipal" add_principal;
    DescribePrincipalRequest "DescribePrincipal" describe_principal;
    ErasePersonRequest "ErasePerson" erase_person;
    ChangeStandingRequest "ChangeStanding" change_standing;
    GrantRoleRequest "GrantRole" grant_role;
    RevokeRoleRequest "RevokeRole" revoke_role;
    RevokeCredentialRequest "RevokeCredential" revoke_credential;
}

macro_rules! minted {
    ($($request:ident $method:literal $function:ident;)*) => {$(
        impl Write for Minted<pb::$request> {
            type Message = pb::$request;
            const METHOD: &'static str = $method;

            fn message(&self) -> &pb::$request {
                &self.request
            }

            fn options(&mut self) -> &mut Option<pb::WriteOptions> {
                &mut self.request.options
            }

            fn command(&self, names: &dyn Names, faults: &mut Faults) -> Option<Command> {
                requests::$function(self, names, faults)
            }
        }
    )*};
}

minted! {
    IssueTokenRequest "IssueToken" issue_token;
    BindCredentialRequest "BindCredential" bind_credential;
    InviteRequest "Invite" invite;
    AcceptInvitationRequest "AcceptInvitation" accept_invitation;
}

impl Keeper {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    fn told<T>(&self, call: &Call, answer: Result<T, Rejection>) -> Result<Response<T>, Status> {
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, call, &rejection))
    }

    /// Carries out what is about a principal.
    async fn principal<W: Write + Send + 'static>(
        &self,
        request: Request<W>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = async {
            someone(&call)?;
            let request = request.into_inner();
            let outcome = write::submit_apart(&self.desk, &call, request).await?;
            self.about_principal(&call, outcome)
        };
        let answer = answer.await;
        self.told(&call, answer)
    }

    fn about_erasure(&self, outcome: &Outcome) -> pb::ErasePersonResponse {
        let erased = outcome.events.iter().find_map(|event| match event {
            Event::PersonErased { person, basis } => Some((person.as_str(), basis.as_str())),
            _ => None,
        });
        let (person, basis) = erased.unwrap_or_default();
        pb::ErasePersonResponse {
            person: person.to_owned(),
            erased: Some(timestamp(outcome.time)),
            basis: basis.to_owned(),
            revision: write::revision(&self.desk, outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
        }
    }

    fn about_principal(
        &self,
        call: &Call,
        mut outcome: Outcome,
    ) -> Result<pb::PrincipalResponse, Rejection> {
        let principal = outcome.principals.pop();
        let mut principal = principal.map(|one| self.as_known(call, one)).transpose()?;
        let added = matches!(outcome.events.as_slice(), [Event::PrincipalAdded(_)]);
        if let Some(tried) = principal
            .as_mut()
            .filter(|_| added && outcome.seq == Seq::ZERO)
        {
            tried.id.clear();
        }
        Ok(pb::PrincipalResponse {
            principal,
            revision: write::revision(&self.desk, &outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
        })
    }

    /// A principal as the caller may know it now; where a command ended that, its id alone.
    fn as_known(&self, call: &Call, one: Principal) -> Result<pb::Principal, Rejection> {
        let newest = self.desk.register.newest();
        let id = one.id.to_string();
        let known = Insight::new(&call.caller.identity, &newest)?.shown(one)?;
        Ok(known.map_or_else(
            || pb::Principal {
                id,
                ..pb::Principal::default()
            },
            shown::principal,
        ))
    }

    fn minted<Q>(&self, call: &Call, request: Q, sha256: [u8; 32]) -> Minted<Q> {
        Minted {
            request,
            sha256,
            caller: own_id(call).cloned(),
            now: self.desk.options.clock.now(),
        }
    }

    /// The answer about a credential.
    fn about_credential(&self, outcome: Outcome) -> pb::CredentialResponse {
        pb::CredentialResponse {
            revision: write::revision(&self.desk, &outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
            credential: issued(outcome),
        }
    }

    /// The answer that shows a token, where this call recorded it.
    fn about_token(&self, outcome: Outcome, token: &Token) -> pb::IssueTokenResponse {
        let token = if is_news(&outcome) {
            token.reveal()
        } else {
            ""
        }
        .to_owned();
        pb::IssueTokenResponse {
            token,
            revision: write::revision(&self.desk, &outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
            credential: issued(outcome),
        }
    }

    async fn token(
        &self,
        call: &Arc<Call>,
        request: pb::IssueTokenRequest,
    ) -> Result<pb::IssueTokenResponse, Rejection> {
        someone(call)?;
        let token = Token::from_entropy(self.desk.register.fresh_secret());
        let request = self.minted(call, request, token.sha256());
        let outcome = write::submit_apart(&self.desk, call, request).await?;
        Ok(self.about_token(outcome, &token))
    }

    async fn invitation(
        &self,
        call: &Arc<Call>,
        request: pb::InviteRequest,
    ) -> Result<pb::InviteResponse, Rejection> {
        someone(call)?;
        let code = InvitationCode::from_entropy(self.desk.register.fresh_secret());
        let request = self.minted(call, request, code.sha256());
        let outcome = write::submit_apart(&self.desk, call, request).await?;
        let code = if is_news(&outcome) { code.reveal() } else { "" }.to_owned();
        Ok(pb::InviteResponse {
            code,
            revision: write::revision(&self.desk, &outcome),
            request_id: outcome.request_id.to_string(),
            replayed: outcome.replayed,
            credential: issued(outcome),
        })
    }

    /// A credential with its last use.
    fn known(&self, one: Credential) -> pb::Credential {
        let last_used = self.desk.options.uses.last(&one.token_sha256);
        shown::credential(one, last_used)
    }

    fn who(&self, call: &Call) -> Result<pb::WhoAmIResponse, Rejection> {
        let Some((own, digest)) = call.caller.identity.acting() else {
            return Ok(pb::WhoAmIResponse {
                local: call.caller.identity == Identity::Local,
                ..pb::WhoAmIResponse::default()
            });
        };
        let credential = self.desk.register.newest().credential(&digest.0)?;
        Ok(pb::WhoAmIResponse {
            principal: Some(shown::principal(own)),
            credential: credential.map(|one| self.known(one)),
            local: false,
        })
    }

    async fn one(
        &self,
        call: &Call,
        request: pb::GetPrincipalRequest,
    ) -> Result<pb::PrincipalResponse, Rejection> {
        someone(call)?;
        let mut faults = Faults::new();
        let id = requests::principal(&request.principal, &mut faults);
        let id = faults.into_result(id)?;
        let reading = super::resolution::reading(&self.desk, request.read.as_ref()).await?;
        let newest = self.desk.register.newest();
        let mut insight = Insight::new(&call.caller.identity, &newest)?;
        let known = reading.principal(&id)?.map(|one| insight.shown(one));
        let known = known.transpose()?.flatten().ok_or_else(|| unknown(&id))?;
        call.witness.note(&known.home);
        let revision = revision(&self.desk.register, reading.seq(), Some(reading.time()));
        Ok(pb::PrincipalResponse {
            principal: Some(shown::principal(known)),
            revision: Some(revision),
            ..pb::PrincipalResponse::default()
        })
    }
}

/// Refuses a caller who is nobody known.
fn someone(call: &Call) -> Result<(), Rejection> {
    match call.caller.identity {
        Identity::Anonymous => Err(access::token_missing("this is not open to everybody")),
        _ => Ok(()),
    }
}

/// The caller's own id, where it is a principal.
fn own_id(call: &Call) -> Option<&PrincipalId> {
    call.caller.identity.id()
}

/// The refusal for a principal that is not there, or that the caller may not know: they are not told apart.
fn unknown(id: &PrincipalId) -> Rejection {
    let detail = "no principal that you may know has this id";
    Refusal::new(Code::PrincipalUnknown, "principal", detail)
        .value(id)
        .into()
}

/// Whether this call recorded it: neither tried only nor told again.
fn is_news(outcome: &Outcome) -> bool {
    !outcome.replayed && outcome.seq != Seq::ZERO
}

/// The credential that an outcome is about: where an invitation was traded in, the token. One that was only tried has no id.
fn issued(mut outcome: Outcome) -> Option<pb::Credential> {
    let tried = outcome.seq == Seq::ZERO;
    let credential: Credential = outcome.credentials.pop()?;
    let is_new = !credential.revoked;
    let mut credential = shown::credential(credential, None);
    if tried && is_new {
        credential.id.clear();
    }
    Some(credential)
}

#[tonic::async_trait]
impl AccessService for Keeper {
    async fn who_am_i(
        &self,
        request: Request<pb::WhoAmIRequest>,
    ) -> Result<Response<pb::WhoAmIResponse>, Status> {
        let call = layer::call(&request)?;
        self.told(&call, self.who(&call))
    }

    async fn add_principal(
        &self,
        request: Request<pb::AddPrincipalRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        self.principal(request).await
    }

    async fn describe_principal(
        &self,
        request: Request<pb::DescribePrincipalRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        self.principal(request).await
    }

    async fn export_person(
        &self,
        request: Request<pb::ExportPersonRequest>,
    ) -> Result<Response<pb::ExportPersonResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        let id = request.person.clone();
        let answer = export::person(&self.desk, &call, request).await;
        let about = if answer.is_ok() { id.as_str() } else { "" };
        trail::looked(&self.desk, &call, "ExportPerson", about, &answer);
        self.told(&call, answer)
    }

    async fn find_look_alikes(
        &self,
        request: Request<pb::FindLookAlikesRequest>,
    ) -> Result<Response<pb::FindLookAlikesResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = alike::look_alikes(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "FindLookAlikes", "", &answer);
        self.told(&call, answer)
    }

    async fn erase_person(
        &self,
        request: Request<pb::ErasePersonRequest>,
    ) -> Result<Response<pb::ErasePersonResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = async {
            someone(&call)?;
            let request = request.into_inner();
            let outcome = write::submit_apart(&self.desk, &call, request).await?;
            Ok(self.about_erasure(&outcome))
        };
        let answer = answer.await;
        self.told(&call, answer)
    }

    async fn change_standing(
        &self,
        request: Request<pb::ChangeStandingRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        self.principal(request).await
    }

    async fn get_principal(
        &self,
        request: Request<pb::GetPrincipalRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = self.one(&call, request.into_inner()).await;
        let known = answer.as_ref().ok().and_then(|one| one.principal.as_ref());
        let id = known.map_or("", |one| &one.id);
        trail::looked(&self.desk, &call, "GetPrincipal", id, &answer);
        self.told(&call, answer)
    }

    async fn list_principals(
        &self,
        request: Request<pb::ListPrincipalsRequest>,
    ) -> Result<Response<pb::ListPrincipalsResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = list::principals(&self.desk, &call, request.into_inner()).await;
        trail::looked(&self.desk, &call, "ListPrincipals", "", &answer);
        self.told(&call, answer)
    }

    async fn grant_role(
        &self,
        request: Request<pb::GrantRoleRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        self.principal(request).await
    }

    async fn revoke_role(
        &self,
        request: Request<pb::RevokeRoleRequest>,
    ) -> Result<Response<pb::PrincipalResponse>, Status> {
        self.principal(request).await
    }

    async fn issue_token(
        &self,
        request: Request<pb::IssueTokenRequest>,
    ) -> Result<Response<pb::IssueTokenResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = self.token(&call, request.into_inner()).await;
        self.told(&call, answer)
    }

    async fn bind_credential(
        &self,
        request: Request<pb::BindCredentialRequest>,
    ) -> Result<Response<pb::CredentialResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = async {
            someone(&call)?;
            let request = self.minted(&call, request.into_inner(), [0; 32]);
            let outcome = write::submit_apart(&self.desk, &call, request).await?;
            Ok(self.about_credential(outcome))
        };
        let answer = answer.await;
        self.told(&call, answer)
    }

    async fn invite(
        &self,
        request: Request<pb::InviteRequest>,
    ) -> Result<Response<pb::InviteResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = self.invitation(&call, request.into_inner()).await;
        self.told(&call, answer)
    }

    async fn accept_invitation(
        &self,
        request: Request<pb::AcceptInvitationRequest>,
    ) -> Result<Response<pb::IssueTokenResponse>, Status> {
        let call = layer::call(&request)?;
        let (source, begun) = (call.proofs.source(), Instant::now());
        // A code is a secret as a token is: guessing costs as much.
        let pages = &self.desk.options.pages;
        let may = self.desk.may_prove(source, begun);
        may.map_err(|denied| status::of_denied(&denied, call.id.as_str(), pages))?;
        let token = Token::from_entropy(self.desk.register.fresh_secret());
        let request = self.minted(&call, request.into_inner(), token.sha256());
        let outcome = write::submit_apart(&self.desk, &call, request).await;
        if let Err(rejection) = &outcome {
            self.desk.disproved(source, begun, rejection);
        }
        let answer = outcome.map(|outcome| self.about_token(outcome, &token));
        self.told(&call, answer)
    }

    async fn revoke_credential(
        &self,
        request: Request<pb::RevokeCredentialRequest>,
    ) -> Result<Response<pb::CredentialResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = async {
            someone(&call)?;
            let request = request.into_inner();
            let outcome = write::submit_apart(&self.desk, &call, request).await?;
            Ok(self.about_credential(outcome))
        };
        let answer = answer.await;
        self.told(&call, answer)
    }

    async fn list_credentials(
        &self,
        request: Request<pb::ListCredentialsRequest>,
    ) -> Result<Response<pb::ListCredentialsResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        let of = request.principal.parse::<PrincipalId>().ok();
        let answer = list::credentials(&self.desk, &call, request).await;
        let of = of
            .as_ref()
            .or(own_id(&call))
            .map_or("", PrincipalId::as_str);
        trail::looked(&self.desk, &call, "ListCredentials", of, &answer);
        self.told(&call, answer)
    }
}
