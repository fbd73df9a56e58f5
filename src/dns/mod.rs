//! The DNS face: authoritative answers of the ORS zones (X.672 | ISO/IEC 29168-1), straight from the register's readings.
//!
//! It translates and never decides: a name becomes a node, what the public may see of it becomes records. Transfers, their
//! differences and signatures come from the same readings, so that secondaries say the same. It must never recurse, hold a
//! copy of the register, or let anything about a hidden node be found: by answer, transfer, chain or count.

pub mod answer;
pub mod chain;
pub mod difference;
pub mod dnssec;
pub mod export;
pub mod index;
pub mod keys;
pub mod live;
pub mod maker;
pub mod message;
pub mod name;
pub mod notify;
pub mod record;
pub mod serial;
pub mod serve;
pub mod whole;
pub mod xfr;
pub mod zone;

pub use live::Zones;
pub use serve::Service;
pub use zone::{Style, Zone};
