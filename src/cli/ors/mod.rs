//! `ors`: asks the object identifier resolution system (X.672 7) as any application would, through a DNS resolver.
//!
//! The result codes are this program's own words for the outcomes that X.672 tells apart. It needs no `oidrad` server, and
//! must never call an answer secure that its resolver did not.

mod ask;
mod name;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::base::iana::Rcode;
use serde::Serialize;

use crate::cli::{
    args::OrsArgs,
    desk::Desk,
    failure::{Failure, Outcome},
    output::note,
    table::clean,
};

use self::{
    ask::{Answer, Fact},
    name::NoName,
};

/// The label that facts hang at.
const DUMMY: &str = "ors-dummy";
/// The port of the domain name system.
const PORT: u16 = 53;
/// Where this machine's resolvers are named.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// The longest one question waits for its answer.
const PATIENCE_MAX: Duration = Duration::from_secs(10);

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Result {
    /// There are values.
    Ok,
    /// What was typed is no OID-IRI.
    BadIri,
    /// The name is longer than the domain name system allows.
    NameTooLong,
    /// The node has no name in the system.
    NotOrsSupported,
    /// It has, and not this service.
    ServiceAbsent,
    /// The answer is not secured, and a secured one was asked for.
    Insecure,
    /// The resolver found the answer forged.
    Bogus,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Value {
    #[serde(rename = "value")]
    text: String,
    order: u16,
    preference: u16,
}

/// The answer, for programs.
#[derive(Debug, Serialize)]
struct Told<'a> {
    result: Result,
    dnssec: &'static str,
    iri: &'a str,
    service: &'a str,
    name: String,
    /// The name that the facts were found at, after every alias.
    found_at: String,
    resolver: SocketAddr,
    /// How many arcs above the node that was asked for the answer is about.
    arcs_above: usize,
    values: Vec<Value>,
}

/// Asks.
pub fn run(desk: &Desk, args: &OrsArgs) -> std::result::Result<Outcome, Failure> {
    let resolver = resolver(args)?;
    let service = args.service.to_uppercase();
    let mut told = Told {
        result: Result::Ok,
        dnssec: "unknown",
        iri: &args.iri,
        service: &service,
        name: String::new(),
        found_at: String::new(),
        resolver,
        arcs_above: 0,
        values: Vec::new(),
    };
    let labels = match name::labels(&args.iri) {
        Ok(labels) => labels,
        Err(why) => return finish(desk, no_name(&mut told, &why)),
    };
    let patience = desk.settings.timeout.min(PATIENCE_MAX);
    for above in 0..=labels.len() {
        let node = labels.get(above..).unwrap_or_default();
        told.arcs_above = above;
        told.result = look(&mut told, node, args, patience)?;
        let go_on = args.nearest && told.result == Result::NotOrsSupported;
        if !go_on {
            break;
        }
    }
    finish(desk, &told)
}

fn no_name<'a, 'b>(told: &'b mut Told<'a>, why: &NoName) -> &'b Told<'a> {
    told.result = match why {
        NoName::Iri(why) => {
            note(&clean(why));
            Result::BadIri
        }
        NoName::TooLong => Result::NameTooLong,
    };
    told
}

/// Asks below `ors-dummy` first, then at the node's own name, where some authorities put their facts.
fn look(
    told: &mut Told<'_>,
    node: &[String],
    args: &OrsArgs,
    patience: Duration,
) -> std::result::Result<Result, Failure> {
    let mut worst = Result::NotOrsSupported;
    for prefix in [Some(DUMMY), None] {
        let name = match name::join(prefix, node, &args.domain) {
            Ok(name) => name,
            Err(why) => {
                no_name(told, &why);
                return Ok(told.result);
            }
        };
        let answer = ask::naptr(told.resolver, &name, false, patience);
        let answer = answer.map_err(|why| unreachable(told.resolver, &why))?;
        told.dnssec = if answer.authentic {
            "secure"
        } else {
            "insecure"
        };
        told.found_at.clone_from(&answer.about);
        told.name = name;
        match answer.rcode {
            Rcode::NOERROR => {}
            Rcode::NXDOMAIN => {
                if args.secure && !answer.authentic {
                    return Ok(Result::Insecure);
                }
                continue;
            }
            rcode => return broken(told, rcode, patience),
        }
        told.values = values(&answer, told.service);
        if args.secure && !answer.authentic {
            told.values.clear();
            return Ok(Result::Insecure);
        }
        if !told.values.is_empty() {
            return Ok(Result::Ok);
        }
        worst = Result::ServiceAbsent;
    }
    Ok(worst)
}

/// Where a resolver that checks fails and one that does not check finds something, it is forged.
fn broken(
    told: &mut Told<'_>,
    rcode: Rcode,
    patience: Duration,
) -> std::result::Result<Result, Failure> {
    let unchecked = ask::naptr(told.resolver, &told.name, true, patience);
    let forged =
        unchecked.is_ok_and(|answer| matches!(answer.rcode, Rcode::NOERROR | Rcode::NXDOMAIN));
    if rcode == Rcode::SERVFAIL && forged {
        told.dnssec = "bogus";
        return Ok(Result::Bogus);
    }
    let why = std::io::Error::other(format!("it says {rcode}"));
    Err(unreachable(told.resolver, &why))
}

fn unreachable(resolver: SocketAddr, why: &std::io::Error) -> Failure {
    Failure::Unreachable {
        server: format!("the resolver {resolver}"),
        cause: format!("DNS_FAILURE: {why}"),
        sent: false,
    }
}

/// The values of a service, the first choice first.
fn values(answer: &Answer, service: &str) -> Vec<Value> {
    let wanted = format!("ORS+{service}");
    let facts = answer.facts.iter();
    let facts = facts.filter(|fact| fact.service.eq_ignore_ascii_case(&wanted));
    let mut values: Vec<_> = facts.filter_map(value).collect();
    values.sort_by_key(|one| (one.order, one.preference));
    values
}

/// The value that a final rule gives (RFC 3403 4.1): of expressions only those are taken that match everything.
fn value(fact: &Fact) -> Option<Value> {
    let mark = fact.regexp.chars().next()?;
    let mut parts = fact.regexp.split(mark).skip(1);
    let (pattern, value) = (parts.next()?, parts.next()?);
    let all = matches!(pattern, "^.*$" | ".*" | "^.*" | ".*$");
    let last = fact.flags.eq_ignore_ascii_case("u");
    (all && last).then(|| Value {
        text: value.to_owned(),
        order: fact.order,
        preference: fact.preference,
    })
}

fn finish(desk: &Desk, told: &Told<'_>) -> std::result::Result<Outcome, Failure> {
    if desk.output.is_for_people() {
        for value in &told.values {
            desk.output.text(&format!("{}\n", clean(&value.text)))?;
        }
        desk.output.flush()?;
        note(&summary(told));
    } else {
        desk.output.one(told)?;
    }
    Ok(match told.result {
        Result::Ok if told.arcs_above == 0 => Outcome::Done,
        _ => Outcome::No,
    })
}

fn summary(told: &Told<'_>) -> String {
    let at = clean(&told.found_at);
    let said = match told.result {
        Result::Ok => format!("OK: {} at {at}", told.service),
        Result::BadIri => "BAD_IRI: this is no OID-IRI that has a domain name".to_owned(),
        Result::NameTooLong => "NAME_TOO_LONG: its domain name would be too long".to_owned(),
        Result::NotOrsSupported => format!("NOT_ORS_SUPPORTED: {at} does not exist"),
        Result::ServiceAbsent => format!("SERVICE_ABSENT: {at} has no {}", told.service),
        Result::Insecure => format!("INSECURE: the resolver vouches for nothing about {at}"),
        Result::Bogus => format!("BOGUS: the resolver finds what it hears about {at} forged"),
    };
    let above = match told.arcs_above {
        0 => String::new(),
        above => format!(", {above} arcs above"),
    };
    format!("{said}{above} (DNSSEC: {})", told.dnssec)
}

/// The resolver that was named, or this machine's first.
fn resolver(args: &OrsArgs) -> std::result::Result<SocketAddr, Failure> {
    if let Some(text) = &args.resolver {
        let address = text.parse::<SocketAddr>().ok();
        let address = address.or_else(|| Some((text.parse::<IpAddr>().ok()?, PORT).into()));
        let wrong = || Failure::Usage(format!("{}: no address of a resolver", clean(text)));
        return address.ok_or_else(wrong);
    }
    let text = std::fs::read_to_string(RESOLV_CONF).unwrap_or_default();
    let named = text.lines().find_map(|line| {
        let address = line.trim().strip_prefix("nameserver")?.trim();
        Some(SocketAddr::from((address.parse::<IpAddr>().ok()?, PORT)))
    });
    named.ok_or_else(|| {
        Failure::Config(format!(
            "{RESOLV_CONF} names no resolver; name one with --resolver"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(service: &str, preference: u16, regexp: &str) -> Fact {
        Fact {
            order: 100,
            preference,
            service: service.to_owned(),
            flags: "u".to_owned(),
            regexp: regexp.to_owned(),
        }
    }

    #[test]
    fn values_are_those_of_the_service_in_their_order() {
        let answer = Answer {
            rcode: Rcode::NOERROR,
            authentic: false,
            about: String::new(),
            facts: vec![
                fact("ORS+UINF", 20, "!^.*$!https://b!"),
                fact("ors+uinf", 10, "|^.*$|https://a!|"),
                fact("ORS+RINF", 10, "!^.*$!https://c!"),
                fact("ORS+UINF", 5, "!^(.)$!\\1!"),
                fact("ORS+UINF", 5, ""),
            ],
        };
        let found: Vec<_> = values(&answer, "UINF")
            .into_iter()
            .map(|one| one.text)
            .collect();
        assert_eq!(found, ["https://a!", "https://b"]);
        assert!(values(&answer, "CINF").is_empty());
    }
}
