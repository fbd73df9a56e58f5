//! Access tokens of an OpenID Connect issuer, against a small issuer that this test runs: its keys are fetched over HTTP, its
//! tokens are shown to a real `oidrad`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer as _, SigningKey};
use oidra::model::clock::{Clock as _, SystemClock};
use oidra::pb::v1::{
    AddPrincipalRequest, AllocateRequest, BindCredentialRequest, ChangeStandingRequest, PartyKind,
    Standing, WhoAmIRequest, WriteOptions,
    access_service_client::AccessServiceClient,
    bind_credential_request::{OpenId, To},
};
use serde_json::json;
use support::{Server, verify, with_token};
use tonic::Code;

const AUDIENCE: &str = "oidra";

/// Serves one answer for ever.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    format!("http://{address}")
}

/// An issuer with one key.
struct Issuer {
    address: String,
    key: SigningKey,
}

impl Issuer {
    fn start() -> Self {
        let key = SigningKey::from_bytes(&[9; 32]);
        let x = BASE64.encode(key.verifying_key().as_bytes());
        let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": x}]});
        let address = serve(keys.to_string());
        Self { address, key }
    }

    fn token(&self, subject: &str, audience: &str, groups: &[&str], seconds: i64) -> String {
        let claims = json!({
            "iss": self.address, "aud": audience, "sub": subject, "groups": groups,
            "exp": SystemClock.now().micros() / 1_000_000 + seconds,
        });
        let header = json!({"alg": "EdDSA", "kid": "one"});
        let part = |value: &serde_json::Value| BASE64.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", BASE64.encode(signature.to_bytes()))
    }

    fn settings(&self, folder: &Path) -> String {
        let file = folder.join("oidra.toml");
        let text = format!(
            "[openid]\nissuer = \"{0}\"\naudience = \"{AUDIENCE}\"\nkeys = \"{0}/keys\"\n\
             roles = [{{ claim = \"groups\", value = \"registrars\", role = \"registrar\", oid = \"2.16.834\" }}]\n",
            self.address
        );
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

fn allocate() -> AllocateRequest {
    AllocateRequest {
        superior: "2.16.834".into(),
        ..AllocateRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_acts_as_the_principal_it_is_bound_to_with_the_roles_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let issuer = Issuer::start();
    let settings = issuer.settings(folder.path());
    let server = Server::start_with(&data, &["--config", &settings]);
    let administrator = server.token();
    let mut access = AccessServiceClient::new(server.channel().await);
    let mut registration = server.registration().await;
    let good = issuer.token("asha", AUDIENCE, &["registrars"], 300);

    // Nobody is bound to the subject yet.
    let who = access.who_am_i(with_token(&good, WhoAmIRequest {})).await;
    assert_eq!(who.unwrap_err().code(), Code::Unauthenticated);

    let add = AddPrincipalRequest {
        kind: PartyKind::Person.into(),
        name: "Asha Example".into(),
        ..AddPrincipalRequest::default()
    };
    let added = access.add_principal(with_token(&administrator, add)).await;
    let principal = added.unwrap().into_inner().principal.unwrap().id;
    let bind = BindCredentialRequest {
        principal: principal.clone(),
        name: "single sign-on".into(),
        to: Some(To::Openid(OpenId {
            issuer: issuer.address.clone(),
            subject: "asha".into(),
        })),
        ..BindCredentialRequest::default()
    };
    let bound = access
        .bind_credential(with_token(&administrator, bind))
        .await;
    bound.unwrap();

    let who = access.who_am_i(with_token(&good, WhoAmIRequest {})).await;
    assert_eq!(who.unwrap().into_inner().principal.unwrap().id, principal);
    registration
        .allocate(with_token(&good, allocate()))
        .await
        .unwrap();

    // Without the claim there is no role, and what is wrong with a token is not told.
    let plain = issuer.token("asha", AUDIENCE, &["staff"], 300);
    let refused = registration.allocate(with_token(&plain, allocate())).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    for bad in [
        issuer.token("asha", "another", &["registrars"], 300),
        issuer.token("asha", AUDIENCE, &["registrars"], -300),
        issuer.token("other", AUDIENCE, &["registrars"], 300),
        good.replace("ey", "ez"),
        "a.b.c".to_owned(),
    ] {
        let refused = registration.allocate(with_token(&bad, allocate())).await;
        assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    }

    // A suspension counts at once, whatever the issuer says.
    let suspend = ChangeStandingRequest {
        principal,
        standing: Standing::Suspended.into(),
        options: Some(WriteOptions {
            reason: "on leave".into(),
            ..WriteOptions::default()
        }),
    };
    let suspended = access
        .change_standing(with_token(&administrator, suspend))
        .await;
    suspended.unwrap();
    let refused = registration.allocate(with_token(&good, allocate())).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);

    assert!(server.stop().success());
    verify(&data);
}

#[test]
fn keys_of_a_file_must_be_there_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oidra.toml");
    let text = "[openid]\nissuer = \"https://id.example.org\"\naudience = \"oidra\"\nkeys = \"nowhere.json\"\n";
    fs::write(&file, text).unwrap();
    let data = folder.path().join("data");
    let refused = Server::try_start(&data, &["--config", file.to_str().unwrap()]);
    let said = refused.err().unwrap();
    assert!(said.contains("nowhere.json"), "{said}");
}
