//! Who asks: nobody known, a principal, or the server itself.
//!
//! A bad, unknown, ended or revoked token is refused alike: which of them it was is nobody's business.

use crate::model::actor::Principal;
use crate::model::{Code, Refusal, Rejection, Timestamp, TreeView};

use super::token::{Token, TokenDigest, same_digest};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody known: the call carried no token.
    Anonymous,
    /// A principal, known by the credential of this digest.
    Principal(Principal, TokenDigest),
    /// The server itself.
    System,
}

/// Who sends this token; no token is [`Identity::Anonymous`]. `TOKEN_UNKNOWN` (RFC 6750) where it is not known or over.
pub fn authenticate(
    token: Option<&str>,
    view: &dyn TreeView,
    now: Timestamp,
) -> Result<Identity, Rejection> {
    let Some(text) = token else {
        return Ok(Identity::Anonymous);
    };
    let unknown = || {
        Refusal::new(
            Code::TokenUnknown,
            "",
            "the token is not known, has ended or was revoked",
        )
    };
    let token: Token = text.parse().map_err(|error: super::TokenError| {
        Refusal::new(Code::TokenUnknown, "", error.to_string())
    })?;
    let digest = token.sha256();
    let Some(credential) = view.credential(&digest)? else {
        return Err(unknown().into());
    };
    let over = credential.expires.is_some_and(|end| end <= now);
    if over || credential.revoked || !same_digest(&credential.token_sha256, &digest) {
        return Err(unknown().into());
    }
    let principal = view.principal(&credential.principal)?.ok_or_else(unknown)?;
    Ok(Identity::Principal(principal, TokenDigest(digest)))
}

/// How much of the register somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What is public.
    Public,
    /// Everything.
    All,
}

/// What `identity` sees: administrators and the server everything, everybody else what is public.
pub const fn sight(identity: &Identity) -> Sight {
    match identity {
        Identity::Principal(principal, _) if principal.administrator => Sight::All,
        Identity::System => Sight::All,
        Identity::Principal(..) | Identity::Anonymous => Sight::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{ADMIN, DELEGATE, NOW, Tree, refused};
    use crate::model::actor::Credential;

    fn with_credential(set: impl FnOnce(&mut Credential)) -> (Tree, String) {
        let token = Token::from_entropy([3; 32]);
        let mut tree = Tree::new();
        let mut credential = Credential {
            id: "c-2".parse().unwrap(),
            principal: DELEGATE.parse().unwrap(),
            token_sha256: token.sha256(),
            name: "laptop".to_owned(),
            expires: None,
            revoked: false,
        };
        set(&mut credential);
        tree.credentials.insert(token.sha256(), credential);
        (tree, token.reveal().to_owned())
    }

    #[test]
    fn a_token_names_its_principal() {
        let (tree, token) = with_credential(|_| {});
        let identity = authenticate(Some(&token), &tree, NOW).unwrap();
        let Identity::Principal(principal, _) = &identity else {
            panic!("{identity:?}")
        };
        assert_eq!(principal.id.as_str(), DELEGATE);
        assert_eq!(sight(&identity), Sight::Public);
        assert_eq!(authenticate(None, &tree, NOW).unwrap(), Identity::Anonymous);
        assert_eq!(sight(&Identity::Anonymous), Sight::Public);
        assert_eq!(sight(&Identity::System), Sight::All);
        assert_eq!(sight(&tree.identity(ADMIN)), Sight::All);
    }

    #[test]
    fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
        let check = |tree: &Tree, token: &str| {
            refused(authenticate(Some(token), tree, NOW), Code::TokenUnknown);
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
    }

    #[test]
    fn a_credential_holds_to_the_last_moment() {
        let soon = NOW.plus_seconds(1);
        let (tree, token) = with_credential(|credential| credential.expires = Some(soon));
        assert!(authenticate(Some(&token), &tree, NOW).is_ok());
    }
}
