//! The vocabulary of the register: what is kept, what may be asked, what happened and why not.
//!
//! Everything here is plain data. Nothing reads a clock, a file or a socket; nothing here is a wire or a stored shape:
//! the API's messages stop at `grpc`, the journal's at `journal::codec`.

pub mod actor;
pub mod allocation_token;
pub mod application;
pub mod clock;
pub mod command;
pub mod consent;
pub mod entry;
pub mod event;
pub mod form;
pub mod ids;
pub mod label_claim;
pub mod likeness;
pub mod limits;
pub mod money;
pub mod notice;
pub mod oid_text;
pub mod ors;
pub mod plan;
pub mod policy;
pub mod refusal;
pub mod sandbox;
pub mod suspicion;
pub mod template;
pub mod tree;

pub use actor::{Actor, Principal, PrincipalKind};
pub use application::{Application, Stage};
pub use clock::{Clock, Timestamp};
pub use command::{Command, Ctx, Submission};
pub use entry::{Entry, State, Visibility};
pub use event::Event;
pub use ids::{
    AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegisterId, RegistrantId,
    RequestId, Seq,
};
pub use notice::{Notice, NoticeId};
pub use policy::Policy;
pub use refusal::{Class, Code, Refusal, Refusals, Rejection};
pub use tree::{TreeView, ViewFault, Viewed};
