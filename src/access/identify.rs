//! Who calls, from what a call shows: a token before the socket it came by, that before a client certificate.
//!
//! A token that is shown must be good: whoever shows a wrong one is refused, not taken for somebody else.

use crate::model::{Rejection, Timestamp, TreeView};

use super::identity::{Caller, authenticate, of_certificate};
use super::peer::{ClientCertificate, Peer};

/// Who calls. `TOKEN_UNKNOWN` where a token is shown that is not good; nobody known where nothing proves anybody.
pub fn identify(
    token: Option<&str>,
    peer: Option<&Peer>,
    view: &dyn TreeView,
    now: Timestamp,
) -> Result<Caller, Rejection> {
    if let Some(token) = token {
        return authenticate(token, view, now);
    }
    let Some(peer) = peer else {
        return Ok(Caller::ANONYMOUS);
    };
    if peer.local_uid.is_some() {
        return Ok(Caller::LOCAL);
    }
    // A connection may outlive its certificate.
    let certificate = peer.certificate.as_ref().filter(|one| now < one.not_after);
    let caller = match certificate {
        Some(certificate) => {
            let names = names(certificate);
            of_certificate(names.iter().map(String::as_str), view, now)?
        }
        None => None,
    };
    Ok(caller.unwrap_or(Caller::ANONYMOUS))
}

/// The names of a certificate as credentials are bound to them: alternative names with their kind, then the subject.
pub fn names(certificate: &ClientCertificate) -> Vec<String> {
    let kinds = [
        ("URI", &certificate.uris),
        ("DNS", &certificate.dns_names),
        ("email", &certificate.emails),
    ];
    let alternative = kinds
        .into_iter()
        .flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}:{name}")));
    let subject = Some(&certificate.subject).filter(|subject| !subject.is_empty());
    alternative.chain(subject.cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::testing::{DELEGATE, NOW, Tree, refused};
    use crate::access::{Identity, Source, bound_digest};
    use crate::model::Code;
    use crate::model::actor::{Credential, CredentialKind};

    fn certificate() -> ClientCertificate {
        ClientCertificate {
            subject: "CN=registrar,O=Example".to_owned(),
            dns_names: vec!["client.example.org".to_owned()],
            uris: Vec::new(),
            emails: Vec::new(),
            not_after: NOW.plus_seconds(60),
            sha256: [0; 32],
        }
    }

    fn bound(to: &str) -> Tree {
        let mut tree = Tree::new();
        let digest = bound_digest(CredentialKind::Certificate, to);
        let credential = Credential {
            kind: CredentialKind::Certificate,
            bound_to: Some(to.to_owned()),
            ..Credential::token(
                "c-cert".parse().unwrap(),
                DELEGATE.parse().unwrap(),
                digest,
                "certificate",
                NOW,
            )
        };
        tree.credentials.insert(digest, credential);
        tree
    }

    fn peer(certificate: Option<ClientCertificate>, local_uid: Option<u32>) -> Peer {
        Peer {
            certificate,
            local_uid,
            ..Peer::of(Source::Local)
        }
    }

    #[test]
    fn a_certificate_is_known_by_any_of_its_names() {
        for to in ["CN=registrar,O=Example", "DNS:client.example.org"] {
            let peer = peer(Some(certificate()), None);
            let caller = identify(None, Some(&peer), &bound(to), NOW).unwrap();
            assert!(
                matches!(&caller.identity, Identity::Principal(one, _) if one.id.as_str() == DELEGATE),
                "{to}: {caller:?}"
            );
        }
        for to in ["client.example.org", "CN=registrar", "DNS:example.org"] {
            let peer = peer(Some(certificate()), None);
            let caller = identify(None, Some(&peer), &bound(to), NOW).unwrap();
            assert_eq!(caller, Caller::ANONYMOUS, "{to}");
        }
    }

    #[test]
    fn a_certificate_ends_while_its_connection_stands() {
        let over = ClientCertificate {
            not_after: NOW,
            ..certificate()
        };
        let tree = bound("DNS:client.example.org");
        let peer = peer(Some(over), None);
        let caller = identify(None, Some(&peer), &tree, NOW).unwrap();
        assert_eq!(caller, Caller::ANONYMOUS);
    }

    #[test]
    fn the_socket_is_the_administrators_and_a_token_goes_before_it() {
        let tree = Tree::new();
        let root = peer(None, Some(0));
        let caller = identify(None, Some(&root), &tree, NOW).unwrap();
        assert_eq!(caller, Caller::LOCAL);
        let other = peer(None, None);
        let caller = identify(None, Some(&other), &tree, NOW).unwrap();
        assert_eq!(caller, Caller::ANONYMOUS);
        let wrong = identify(Some("oidra_x"), Some(&root), &tree, NOW);
        refused(wrong, Code::TokenUnknown);
    }
}
