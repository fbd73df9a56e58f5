//! Who asks, and what they may do: from a token to an identity, from an identity to a permit (DESIGN §2, X.660 6.2).
//!
//! Only this room can make a [`Permit`], and the register takes no command without one. It must never decide whether a
//! command is right, only whether this caller may give it; and never let a secret reach a log.

mod casework;
mod comparing;
mod consent;
mod identify;
mod identity;
mod insight;
pub mod openid;
mod peer;
mod permit;
mod personal;
#[cfg(test)]
mod principal_tests;
mod rights;
mod sandbox;
mod sight;
#[cfg(test)]
mod testing;
pub mod token;

pub use casework::{Casework, Knowledge, unknown as unknown_application};
pub use comparing::may_compare;
pub use identify::{identify, names as certificate_names};
pub use identity::{
    Caller, Identity, authenticate, bound_digest, of_certificate, of_openid, openid_name,
};
pub use insight::{
    Insight, Knows, may_see_allocation_tokens, may_see_audit, may_see_holds, token_missing,
};
pub use peer::{ClientCertificate, Peer, Source};
pub use permit::{Permit, permit};
pub use personal::may_export;
pub use sight::{Seeing, Sight, sight};
pub use token::{AllocationSecret, InvitationCode, Token, TokenDigest, TokenError};
