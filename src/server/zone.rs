//! `oidrad zone`: the zones of the DNS face without a running server, as master files and as DS records.
//!
//! It must never write anything else to standard output than what it was asked for.

use std::io::{self, BufWriter, Write as _};

use crate::{
    config::Settings,
    dns::{Zones, export, record, serial::Turns, whole},
    register::Register,
};

use super::{args::Zone, dns, exit::Failure, offline::print};

/// Carries a command about zones out, on a register that is open.
pub fn run(command: &Zone, settings: &Settings, register: &Register) -> Result<(), Failure> {
    let options = dns::options(settings, register)?;
    if matches!(command, Zone::Renumber) {
        let now = register.newest().seq();
        return Turns::skip(&settings.data_dir, now).map_err(|why| dns::unreadable(&why));
    }
    let zones = Zones::open(register.clone(), options).map_err(|why| dns::unreadable(&why))?;
    match command {
        Zone::Export { name } => export(&zones, name.as_deref()),
        Zone::Ds => ds(&zones),
        Zone::List | Zone::Renumber => list(&zones),
    }
}

fn list(zones: &Zones) -> Result<(), Failure> {
    for zone in zones.zones() {
        let node = if zone.node.is_root() {
            ".".to_owned()
        } else {
            zone.node.to_string()
        };
        print(&format!("{}. {node}\n", zone.apex))?;
    }
    Ok(())
}

fn ds(zones: &Zones) -> Result<(), Failure> {
    let Some(signer) = zones.signer() else {
        return Err(dns::unreadable(&"they are not signed (dns.dnssec)"));
    };
    for zone in zones.zones() {
        let set = record::Rrset::one(
            &zone.apex,
            domain::base::iana::Rtype::DS,
            zone.style.ttl,
            signer.ds(&zone.apex),
        );
        let mut text = Vec::new();
        export::write(&set, &mut text).map_err(|why| dns::unreadable(&why))?;
        print(&String::from_utf8_lossy(&text))?;
    }
    Ok(())
}

/// Writes one zone as a master file; which one need not be said where there is only one.
fn export(zones: &Zones, name: Option<&str>) -> Result<(), Failure> {
    let wanted = name.and_then(record::parse_name);
    let each = zones.zones().iter();
    let mut fitting = each.enumerate().filter(|(_, zone)| match name {
        Some(_) => wanted.as_ref() == Some(&zone.apex),
        None => true,
    });
    let (place, _) = match (fitting.next(), fitting.next()) {
        (Some(found), None) => found,
        (None, _) => return Err(dns::unreadable(&"there is no such zone: oidrad zone list")),
        _ => return Err(dns::unreadable(&"there are several: oidrad zone list")),
    };
    let (reading, stamp) = {
        let live = zones.current().map_err(|why| dns::unreadable(&why))?;
        (live.reading.clone(), live.stamp)
    };
    let Some(maker) = zones.maker(place, stamp) else {
        return Ok(());
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = None;
    let left_out = whole::each(&maker, &reading, &mut |set| {
        failed = export::write(set, &mut out).err();
        failed.is_none()
    });
    let left_out = left_out.map_err(|why| dns::unreadable(&why))?;
    let ended = failed.map_or(Ok(()), Err).and_then(|()| out.flush());
    match ended {
        // A reader that has gone is no failure.
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            return Err(Failure::file("write to", "standard output")(why));
        }
        _ => {}
    }
    let told = format!(
        "left out, because the domain name system cannot carry them: {} nodes, {} labels, {} values\n",
        left_out.nodes, left_out.labels, left_out.values
    );
    // Where standard error is gone, the zone is whole all the same.
    io::stderr().write_all(told.as_bytes()).ok();
    Ok(())
}
