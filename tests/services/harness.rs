//! A register in a temporary directory behind a real server, and callers for it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use oidra::{
    access::Token,
    desk::{Desk, Options, statement::Notary},
    http as web,
    model::{
        Policy, Timestamp,
        actor::{Credential, Principal, PrincipalKind},
        clock::{Clock, SystemClock},
        entry::{Certainty, Flags, Text},
        event::ReferenceLoaded,
        ids::Seq,
    },
    pb::v1::{
        self as pb, access_service_client::AccessServiceClient,
        administration_service_client::AdministrationServiceClient,
        application_service_client::ApplicationServiceClient,
        audit_service_client::AuditServiceClient, notation_service_client::NotationServiceClient,
        registration_service_client::RegistrationServiceClient,
        resolution_service_client::ResolutionServiceClient,
    },
    register::{self, Entropy, Register, Silent},
    rules::{AuthorityNode, Founding},
    server::{
        faces::Faces,
        transport::{self, Bounds},
    },
};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Status, transport::Channel};
use tonic_types::StatusExt as _;

/// The node that the tests' register is the authority of: the arc for examples (X.660 A.4).
pub const NODE: &str = "2.999";

/// Bits that differ each time and are the same in each run.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn bytes32(&self) -> [u8; 32] {
        Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes()).into()
    }
}

/// A register, its server and callers.
pub struct House {
    pub register: Register,
    pub address: SocketAddr,
    pub token: String,
    channel: Channel,
    stopping: CancellationToken,
    _dir: tempfile::TempDir,
}

fn reference(path: &str, identifier: &str) -> ReferenceLoaded {
    ReferenceLoaded {
        path: path.parse().unwrap(),
        previous: Seq::ZERO,
        identifiers: vec![identifier.parse().unwrap()],
        labels: Vec::new(),
        long_arcs: Vec::new(),
        descriptions: Vec::new(),
        flags: Flags::default(),
        source: "X.660".into(),
        certainty: Certainty::Verified,
        data_version: "1".into(),
    }
}

fn founding(token: &Token) -> Founding {
    let principal: oidra::model::PrincipalId = "p-admin".parse().unwrap();
    Founding {
        register: "g-test".parse().unwrap(),
        authorities: vec![AuthorityNode {
            path: NODE.parse().unwrap(),
            titles: vec![Text {
                language: "en".parse().unwrap(),
                text: "Examples".into(),
            }],
            descriptions: Vec::new(),
            policy: Policy::standard(),
        }],
        references: vec![
            reference("2", "joint-iso-itu-t"),
            reference(NODE, "example"),
        ],
        data_version: "1".into(),
        administrator: Principal {
            administrator: true,
            ..Principal::new(
                principal.clone(),
                PrincipalKind::Person,
                oidra::oid::NodePath::root(),
                Timestamp::default(),
            )
        },
        credential: Credential {
            expires: None,
            revoked: false,
            ..Credential::token(
                "c-admin".parse().unwrap(),
                principal,
                token.sha256(),
                "first",
                oidra::model::Timestamp::default(),
            )
        },
    }
}

impl House {
    /// A new register behind a server with the standard options.
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// A new register behind a server with options of its own.
    pub async fn open_with(set: impl FnOnce(&mut Options)) -> Self {
        Self::open_with_both(set, |_| {}).await
    }

    /// The same, with options of the HTTP face, too.
    pub async fn open_with_both(
        set: impl FnOnce(&mut Options),
        set_web: impl FnOnce(&mut web::Options),
    ) -> Self {
        Self::open_all(Arc::new(SystemClock), set, set_web).await
    }

    /// The same by a clock of one's own.
    pub async fn open_at(clock: Arc<dyn Clock>, set: impl FnOnce(&mut Options)) -> Self {
        Self::open_all(clock, set, |_| {}).await
    }

    async fn open_all(
        clock: Arc<dyn Clock>,
        set: impl FnOnce(&mut Options),
        set_web: impl FnOnce(&mut web::Options),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let token = Token::from_entropy([7; 32]);
        let options = register::Options::new(dir.path());
        let made = founding(&token);
        let opened_clock = Arc::clone(&clock);
        let opened = tokio::task::spawn_blocking(move || {
            let entropy = Arc::new(Counted(AtomicU64::new(0)));
            Register::open(&options, || made, opened_clock, entropy, &Silent)
        });
        let (register, _) = opened.await.unwrap().unwrap();
        let mut options = Options::new(clock);
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        options.notary = Some(Arc::new(Notary::new(key, "a test".into())));
        set(&mut options);
        let stopping = options.stopping.clone();
        let desk = Arc::new(Desk::new(register.clone(), options));
        let mut of_web = web::Options::default();
        set_web(&mut of_web);
        let face = Faces::new(desk, of_web).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds {
            connections: 64,
            connections_per_source: 64,
            streams: 256,
            opening: Duration::from_secs(10),
            idle: Duration::from_secs(600),
            stalled: Duration::from_secs(60),
        };
        tokio::spawn(transport::serve(listener, bounds, face, stopping.clone()));
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = channel.connect().await.unwrap();
        let token = token.reveal().to_owned();
        Self {
            register,
            address,
            token,
            channel,
            stopping,
            _dir: dir,
        }
    }

    /// Lets events give rise to notices, as a server that sends mail does.
    pub async fn open_outbox(&self) {
        let submission = oidra::model::Submission {
            request_id: self.register.fresh_request_id(),
            digest: [0; 32],
            validate_only: false,
            reason: None,
            override_reason: None,
            asked_by: None,
            command: oidra::model::Command::OpenOutbox,
        };
        let permit = oidra::access::Permit::system();
        self.register.submit(permit, submission).await.unwrap();
    }

    /// Ends the server, and lets the register verify itself.
    pub async fn close(self) {
        self.stopping.cancel();
        drop(self.channel);
        let register = self.register.clone();
        let verified = tokio::task::spawn_blocking(move || register.verify(&Silent)).await;
        let verified = verified.unwrap().unwrap();
        assert!(verified.is_sound(), "{verified:?}");
        self.register.close().await;
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn reads(&self) -> ResolutionServiceClient<Channel> {
        ResolutionServiceClient::new(self.channel())
    }

    pub fn writes(&self) -> RegistrationServiceClient<Channel> {
        RegistrationServiceClient::new(self.channel())
    }

    pub fn notations(&self) -> NotationServiceClient<Channel> {
        NotationServiceClient::new(self.channel())
    }

    pub fn administration(&self) -> AdministrationServiceClient<Channel> {
        AdministrationServiceClient::new(self.channel())
    }

    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.channel())
    }

    pub fn applications(&self) -> ApplicationServiceClient<Channel> {
        ApplicationServiceClient::new(self.channel())
    }

    /// Sets the policy of a node on behalf of whose token it is.
    pub async fn policy(&self, token: &str, oid: &str, policy: pb::Policy) {
        let request = pb::SetPolicyRequest {
            oid: oid.into(),
            policy: Some(policy),
            ..Default::default()
        };
        let answer = self.writes().set_policy(signed_with(token, request)).await;
        answer.unwrap();
    }

    /// Hands an application in; gives its id.
    pub async fn apply(&self, token: &str, request: pb::SubmitApplicationRequest) -> String {
        let request = signed_with(token, request);
        let answer = self.applications().submit_application(request).await;
        answer.unwrap().into_inner().application.unwrap().id
    }

    pub fn access(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel())
    }

    /// A request with the administrator's token.
    pub fn signed<T>(&self, message: T) -> Request<T> {
        signed_with(&self.token, message)
    }

    /// Adds a principal whose home is `home`, on behalf of whose token it is; gives its id.
    pub async fn add(&self, token: &str, name: &str, home: &str) -> String {
        let request = pb::AddPrincipalRequest {
            kind: pb::PartyKind::Organisation as i32,
            name: name.into(),
            email: format!("{}@example.org", name.to_lowercase()),
            home: home.into(),
            ..Default::default()
        };
        let answer = self
            .access()
            .add_principal(signed_with(token, request))
            .await;
        answer.unwrap().into_inner().principal.unwrap().id
    }

    /// Grants a role.
    pub async fn grant(&self, token: &str, principal: &str, role: pb::Role, oid: &str) {
        let request = pb::GrantRoleRequest {
            principal: principal.into(),
            role: role as i32,
            oid: oid.into(),
            options: None,
        };
        let answer = self.access().grant_role(signed_with(token, request)).await;
        answer.unwrap();
    }

    /// Invites a principal, and accepts in its name; gives its token.
    pub async fn welcome(&self, token: &str, principal: &str) -> String {
        let request = pb::InviteRequest {
            principal: principal.into(),
            ..Default::default()
        };
        let answer = self.access().invite(signed_with(token, request)).await;
        let request = pb::AcceptInvitationRequest {
            code: answer.unwrap().into_inner().code,
            name: "laptop".into(),
            options: None,
        };
        let answer = self.access().accept_invitation(request).await;
        answer.unwrap().into_inner().token
    }

    /// Allocates a number of one's own choice below any node.
    pub async fn allocate_as(
        &self,
        token: &str,
        superior: &str,
        number: u64,
    ) -> Result<pb::WriteResponse, Status> {
        let request = pb::AllocateRequest {
            superior: superior.into(),
            ..allocation(Some(number), titled("x"))
        };
        let answer = self.writes().allocate(signed_with(token, request)).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Delegates an arc to principals.
    pub async fn delegate_as(&self, token: &str, oid: &str, to: &str) -> Result<(), Status> {
        let hosted = pb::delegation::Hosted {
            principals: vec![to.into()],
        };
        let request = pb::DelegateRequest {
            oid: oid.into(),
            delegation: Some(pb::Delegation {
                kind: Some(pb::delegation::Kind::Hosted(hosted)),
            }),
            ..Default::default()
        };
        let answer = self.writes().delegate(signed_with(token, request)).await;
        answer.map(drop)
    }

    /// Lets a principal act, or not.
    pub async fn stand(&self, token: &str, principal: &str, to: pb::Standing) {
        let request = pb::ChangeStandingRequest {
            principal: principal.into(),
            standing: to as i32,
            options: because("a test"),
        };
        let answer = self
            .access()
            .change_standing(signed_with(token, request))
            .await;
        answer.unwrap();
    }

    /// Allocates the next free number below the node, or `number`.
    pub async fn allocate(&self, number: Option<u64>, entry: pb::NewEntry) -> pb::WriteResponse {
        let request = allocation(number, entry);
        self.writes()
            .allocate(self.signed(request))
            .await
            .unwrap()
            .into_inner()
    }

    /// Allocates a block of `count` numbers below the node.
    pub async fn block(&self, count: usize) -> pb::WriteResponse {
        let block = pb::batch_allocate_request::Block {
            superior: NODE.into(),
            count: count as u64,
            entry: Some(titled("x")),
            ..Default::default()
        };
        let request = pb::BatchAllocateRequest {
            block: Some(block),
            ..Default::default()
        };
        let request = self.signed(request);
        self.writes()
            .batch_allocate(request)
            .await
            .unwrap()
            .into_inner()
    }

    /// What an OID is, as the public sees it.
    pub async fn resolve(&self, oid: &str) -> pb::ResolveResponse {
        let request = pb::ResolveRequest {
            oid: oid.into(),
            ..Default::default()
        };
        self.reads().resolve(request).await.unwrap().into_inner()
    }
}

/// A request with a token.
pub fn signed_with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

/// The moment in so many milliseconds from now.
pub fn in_millis(millis: i64) -> prost_types::Timestamp {
    let micros = SystemClock.now().micros() + millis * 1_000;
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000)).unwrap() * 1_000,
    }
}

/// Options with a reason.
pub fn because(reason: &str) -> Option<pb::WriteOptions> {
    Some(pb::WriteOptions {
        reason: reason.into(),
        ..Default::default()
    })
}

/// A request for a number below the node.
pub fn allocation(number: Option<u64>, entry: pb::NewEntry) -> pb::AllocateRequest {
    let number = number.map(|number| pb::NumberChoice {
        kind: Some(pb::number_choice::Kind::Number(number.to_string())),
    });
    pb::AllocateRequest {
        superior: NODE.into(),
        number,
        entry: Some(entry),
        ..Default::default()
    }
}

/// An application of an organisation for an arc with its name as the title.
pub fn application(superior: &str, name: &str) -> pb::SubmitApplicationRequest {
    let registrant = pb::Registrant {
        kind: pb::PartyKind::Organisation as i32,
        name: name.into(),
        email: "office@example.org".into(),
        ..Default::default()
    };
    pb::SubmitApplicationRequest {
        superior: superior.into(),
        entry: Some(pb::NewEntry {
            registrant: Some(pb::RegistrantRef {
                kind: Some(pb::registrant_ref::Kind::Registrant(registrant)),
            }),
            ..titled(name)
        }),
        about: Some(pb::ApplicationAbout {
            purpose: "Codes".into(),
            declaration_accepted: true,
            ..Default::default()
        }),
        language: "sw".into(),
        ..Default::default()
    }
}

/// A policy under which principals may apply and so many approvals are wanted.
pub fn open_to_all(approvals: u32) -> pb::Policy {
    pb::Policy {
        applicants: pb::Applicants::Principals as i32,
        approvals,
        ..Default::default()
    }
}

/// An entry with an English title.
pub fn titled(title: &str) -> pb::NewEntry {
    pb::NewEntry {
        titles: vec![pb::Text {
            language: "en".into(),
            text: title.into(),
        }],
        ..Default::default()
    }
}

/// Asserts the code of a refusal, of gRPC and of ours.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, reason: &str) -> Status {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), code, "{status:?}");
    assert_eq!(
        status.get_details_error_info().unwrap().reason,
        reason,
        "{status:?}"
    );
    status
}

/// What comes within ten seconds.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what)
        .await
        .expect("nothing came for ten seconds")
}
