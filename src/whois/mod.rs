//! The WHOIS face (RFC 3912): one line in, one answer of OID-IP out, and the connection ends.
//!
//! It translates and decides nothing: the line is `oidip`'s to read, the answer its to make, who calls and how often the
//! desk's to say. Whoever is slow, silent, greedy or sends rubbish ends alone. It must never tell what runs here.

mod connection;
mod crowd;
mod help;
pub mod limits;
mod serve;

pub use connection::Options;
pub use serve::serve;
