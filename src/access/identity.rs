//! Who asks: nobody known, a principal, or the server itself.
//!
//! A bad, unknown, ended or revoked token is refused alike: which of them it was is nobody's business.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::model::actor::{CredentialKind, Grant, Principal, Scope};
use crate::model::{Code, PrincipalId, Refusal, Rejection, Timestamp, TreeView};

use super::openid::Proven;
use super::sight::{Sight, sight};
use super::token::{Token, TokenDigest, same_digest};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody known: the call carried no token.
    Anonymous,
    /// A principal, known by the credential of this digest.
    Principal(Principal, TokenDigest),
    /// A principal, known by its issuer's word, with the roles that the issuer claims for it.
    Claimed(Principal, TokenDigest, Arc<[Grant]>),
    /// Whoever may open the administration socket of this machine.
    Local,
    /// The server itself.
    System,
}

impl Identity {
    /// The principal who asks, with every role that counts, and the credential it is known by.
    pub fn acting(&self) -> Option<(Principal, TokenDigest)> {
        match self {
            Self::Principal(principal, shown) => Some((principal.clone(), *shown)),
            Self::Claimed(principal, shown, claimed) => {
                let mut acting = principal.clone();
                acting.grants.extend(claimed.iter().cloned());
                Some((acting, *shown))
            }
            Self::Anonymous | Self::Local | Self::System => None,
        }
    }

    /// The credential that the principal who asks is known by.
    pub const fn shown(&self) -> Option<&TokenDigest> {
        match self {
            Self::Principal(_, shown) | Self::Claimed(_, shown, _) => Some(shown),
            Self::Anonymous | Self::Local | Self::System => None,
        }
    }

    /// The id of the principal who asks.
    pub const fn id(&self) -> Option<&PrincipalId> {
        match self {
            Self::Principal(principal, _) | Self::Claimed(principal, ..) => Some(&principal.id),
            Self::Anonymous | Self::Local | Self::System => None,
        }
    }
}

/// Who asks, and what they see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who asks.
    pub identity: Identity,
    /// What they see.
    pub sight: Sight,
}

impl Caller {
    /// Nobody known.
    pub const ANONYMOUS: Self = Self {
        identity: Identity::Anonymous,
        sight: Sight::Public,
    };
    /// Whoever may open the administration socket of this machine.
    pub const LOCAL: Self = Self {
        identity: Identity::Local,
        sight: Sight::All,
    };
}

/// Who sends this token. `TOKEN_UNKNOWN` (RFC 6750) where it is not known or over, or its principal may not act.
pub fn authenticate(token: &str, view: &dyn TreeView, now: Timestamp) -> Result<Caller, Rejection> {
    let token: Token = token.parse().map_err(|error: super::TokenError| {
        Refusal::new(Code::TokenUnknown, "", error.to_string())
    })?;
    by_digest(
        TokenDigest(token.sha256()),
        CredentialKind::Token,
        view,
        now,
    )
}

/// Who has a credential of this digest and kind.
fn by_digest(
    digest: TokenDigest,
    kind: CredentialKind,
    view: &dyn TreeView,
    now: Timestamp,
) -> Result<Caller, Rejection> {
    let (principal, scope) = holder(digest, kind, view, now)?;
    let identity = Identity::Principal(principal, digest);
    let sight = sight(&identity, &scope);
    Ok(Caller { identity, sight })
}

/// Whose a credential of this digest and kind is, and what it is good for.
fn holder(
    digest: TokenDigest,
    kind: CredentialKind,
    view: &dyn TreeView,
    now: Timestamp,
) -> Result<(Principal, Scope), Rejection> {
    let unknown = || {
        let detail = "the token is not known, has ended or was revoked";
        Refusal::new(Code::TokenUnknown, "", detail)
    };
    let credential = view.credential(&digest.0)?.ok_or_else(unknown)?;
    let same = same_digest(&credential.token_sha256, &digest.0);
    if !same || credential.kind != kind || credential.is_over(now) {
        return Err(unknown().into());
    }
    let principal = view.principal(&credential.principal)?;
    let principal = principal.filter(Principal::is_active).ok_or_else(unknown)?;
    Ok((principal, credential.scope))
}

/// Who shows a client certificate with these names, the first of them that is bound to a principal; nobody where none is.
pub fn of_certificate<'a>(
    names: impl IntoIterator<Item = &'a str>,
    view: &dyn TreeView,
    now: Timestamp,
) -> Result<Option<Caller>, Rejection> {
    for name in names {
        let digest = TokenDigest(bound_digest(CredentialKind::Certificate, name));
        match by_digest(digest, CredentialKind::Certificate, view, now) {
            Ok(caller) => return Ok(Some(caller)),
            Err(Rejection::Refused(_)) => {}
            Err(fault @ Rejection::Fault(_)) => return Err(fault),
        }
    }
    Ok(None)
}

/// Who is an OpenID Connect subject. `TOKEN_UNKNOWN` where it is bound to nobody.
pub fn of_openid(proven: Proven, view: &dyn TreeView, now: Timestamp) -> Result<Caller, Rejection> {
    let bound_to = openid_name(&proven.issuer, &proven.subject);
    let digest = TokenDigest(bound_digest(CredentialKind::OpenId, &bound_to));
    let (principal, scope) = holder(digest, CredentialKind::OpenId, view, now)?;
    let identity = if proven.claimed.is_empty() {
        Identity::Principal(principal, digest)
    } else {
        Identity::Claimed(principal, digest, proven.claimed.into())
    };
    let sight = sight(&identity, &scope);
    Ok(Caller { identity, sight })
}

/// How an OpenID Connect subject is written where a credential is bound to it. No issuer holds a space.
pub fn openid_name(issuer: &str, subject: &str) -> String {
    format!("{issuer} {subject}")
}

/// The digest under which a credential is kept that is bound to a name instead of a secret.
pub fn bound_digest(kind: CredentialKind, bound_to: &str) -> [u8; 32] {
    let domain: &[u8] = match kind {
        CredentialKind::Certificate => b"oidra certificate 1\0",
        CredentialKind::OpenId => b"oidra openid 1\0",
        CredentialKind::Token | CredentialKind::Invitation => b"oidra bound 1\0",
    };
    Sha256::new()
        .chain_update(domain)
        .chain_update(bound_to)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, NOW, Tree, refused};
    use crate::model::actor::{Credential, Standing};

    fn with_credential(set: impl FnOnce(&mut Credential)) -> (Tree, String) {
        let token = Token::from_entropy([3; 32]);
        let mut tree = Tree::new();
        let mut credential = Credential {
            expires: None,
            revoked: false,
            ..Credential::token(
                "c-2".parse().unwrap(),
                DELEGATE.parse().unwrap(),
                token.sha256(),
                "laptop",
                crate::model::Timestamp::default(),
            )
        };
        set(&mut credential);
        tree.credentials.insert(token.sha256(), credential);
        (tree, token.reveal().to_owned())
    }

    #[test]
    fn a_token_names_its_principal() {
        let (tree, token) = with_credential(|_| {});
        let caller = authenticate(&token, &tree, NOW).unwrap();
        let Identity::Principal(principal, _) = &caller.identity else {
            panic!("{caller:?}")
        };
        assert_eq!(principal.id.as_str(), DELEGATE);
        assert_eq!(caller.sight, Sight::Public);
        let all = Scope::default();
        assert_eq!(sight(&Identity::Anonymous, &all), Sight::Public);
        assert_eq!(sight(&Identity::System, &all), Sight::All);
        assert_eq!(sight(&tree.identity(ADMIN), &all), Sight::All);
    }

    #[test]
    fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
        let check = |tree: &Tree, token: &str| {
            refused(authenticate(token, tree, NOW), Code::TokenUnknown);
        };
        let (tree, token) = with_credential(|_| {});
        check(&tree, "");
        check(&tree, &token.replace("oidra_", "oidra-"));
        check(&tree, Token::from_entropy([4; 32]).reveal());
        let (tree, token) = with_credential(|credential| credential.revoked = true);
        check(&tree, &token);
        let (tree, token) = with_credential(|credential| credential.expires = Some(NOW));
        check(&tree, &token);
        let (tree, token) =
            with_credential(|credential| credential.principal = "p-gone".parse().unwrap());
        check(&tree, &token);
        let (tree, token) =
            with_credential(|credential| credential.kind = CredentialKind::Invitation);
        check(&tree, &token);
        for standing in [Standing::Suspended, Standing::Removed] {
            let (mut tree, token) = with_credential(|_| {});
            let principal = tree.principals.get_mut(&DELEGATE.parse().unwrap());
            principal.unwrap().standing = standing;
            check(&tree, &token);
        }
    }

    #[test]
    fn a_credential_holds_to_the_last_moment() {
        let soon = NOW.plus_seconds(1);
        let (tree, token) = with_credential(|credential| credential.expires = Some(soon));
        assert!(authenticate(&token, &tree, NOW).is_ok());
    }
}
