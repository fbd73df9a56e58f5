//! OID-IP, the OID Information Protocol: from a request to one answer, and from that answer to text, JSON or XML.
//!
//! ViaThinkSoft/Webfan Standard 2, revision 2024-09-02. One model of an answer is made from one reading, and the three
//! writers put the same ordered fields down, so that they can't disagree. It must never speak to a socket, or read anything
//! but what the caller's `Sight` lets be seen; the faces (`http/`, `whois/`) carry it.
//!
//! ```text
//! Request::parse(line) / Request::of_parts(..)   grammar and arguments, read once
//! ask(&desk, &publication, asking) → Reply       who asks, how often, what the audit log is told; and in it
//! answer(&reading, &sight, &request, &publication) → Answer
//! Answer::write(format, signer)                  text, JSON, XML
//! ```

mod answer;
mod ask;
mod clean;
mod fields;
mod json;
mod lang;
pub mod limits;
mod make;
mod moment;
mod object;
mod parties;
mod request;
mod sign;
mod text;
mod xml;

pub use answer::{Answer, Cause, Outcome};
pub use ask::{Asking, Reply, Tokens, ask};
pub use fields::{Field, Kind, Owner, Section, Value};
pub use lang::wanted_of_header;
pub use make::{House, Publication, answer};
pub use request::{AuthToken, BadRequest, Fault, Format, Request};
pub use sign::{Alphabet, Signer};

/// The JSON schema's name (`$schema` of every JSON answer).
pub const JSON_SCHEMA: &str = "urn:x-viathinksoft:std:0002:2024-09-02:json-schema";
/// The namespace of every XML answer.
pub const XML_NAMESPACE: &str = "urn:x-viathinksoft:std:0002:2024-09-02:xml-schema";
/// Where the XML schema can be had.
pub const XML_SCHEMA_LOCATION: &str =
    "https://www.viathinksoft.de/std/viathinksoft-std-0002-oidip.xsd";
/// The namespace of the fields that this register adds.
pub const EXTENSION_NAMESPACE: &str = "urn:x-oidra:oidip:1";
