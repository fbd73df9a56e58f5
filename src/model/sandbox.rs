//! What marks the arcs of a sandbox: a place of the real tree where integrators try the API out.
//!
//! What stands there is told as such and published nowhere else. **This shape is stored** (by `journal::codec`): fields are only ever
//! added.

use super::clock::Timestamp;
use super::ids::PrincipalId;
use crate::oid::ArcValue;

/// Where in a sandbox an arc stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// At its top: the generations stand directly below.
    Top(Top),
    /// It is a generation, or stands below one.
    Part(Part),
}

/// The top of a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Top {
    /// Most arcs below one generation.
    pub arcs_max: u64,
    /// The number of the present generation.
    pub generation: ArcValue,
    /// Since when it is the present one.
    pub since: Timestamp,
}

/// An arc in a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Who registered it; `None` of a generation, and of what the server or the machine's administrator registered.
    pub by: Option<PrincipalId>,
}

impl Sandbox {
    /// The top, where it is one.
    pub const fn top(&self) -> Option<&Top> {
        match self {
            Self::Top(top) => Some(top),
            Self::Part(_) => None,
        }
    }

    /// The part, where it is one.
    pub const fn part(&self) -> Option<&Part> {
        match self {
            Self::Part(part) => Some(part),
            Self::Top(_) => None,
        }
    }
}
