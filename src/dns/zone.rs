//! What a zone says of a node (X.672 6): NAPTR records with its facts, a DNAME for each further label, a delegation where
//! somebody else serves what is below.
//!
//! Everything here is made from an entry that its reader was allowed to see, and from settings. It must never make a wildcard
//! (X.672 6.2), nor tell more of a stub than its number.

use std::fmt::Write as _;

use domain::base::iana::Rtype;

use crate::model::Entry;
use crate::model::entry::Delegation;
use crate::model::ors::DelegationSigner;
use crate::oid::NodePath;

use super::name;
use super::record::{self, Fqdn, Rrset, below};

/// Order and preference of a fact that stands alone; clients look at the service first.
const ORDER: u16 = 100;
/// The preference of a fact that stands alone, and of a service of priority 0.
const PREFERENCE: u16 = 10;
/// The service types of X.672 that a resolution service may have by its own kind; any other is published as `UINF`.
const OWN_KINDS: [&str; 4] = ["minf", "tinf", "linf", "uinf"];

/// How zones are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether facts stand at a node's own name too, and not below `ors-dummy` alone.
    pub plain_names: bool,
    /// What the addresses of CINF and RINF files begin with; empty means that none are told.
    pub information_url: String,
    /// How long facts may be kept, in seconds.
    pub ttl: u32,
    /// How long absence may be kept, in seconds.
    pub negative_ttl: u32,
    /// How often secondaries ask, in seconds.
    pub refresh: u32,
    /// How soon they ask again, in seconds.
    pub retry: u32,
    /// How long they answer without having been answered, in seconds.
    pub expire: u32,
    /// The zones' servers; the first is the primary one.
    pub name_servers: Vec<Fqdn>,
    /// The mailbox of whoever looks after the zones; `None` means `hostmaster` at the apex.
    pub hostmaster: Option<Fqdn>,
}

/// A zone: the part of the tree at and below a node, under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The node at its apex; the root for the whole tree.
    pub node: NodePath,
    /// Its apex.
    pub apex: Fqdn,
    /// How it is made.
    pub style: Style,
}

/// Which types stand at a name, for the proof of what does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// Nothing but names below.
    pub const NONE: Self = Self(0);
    /// NAPTR.
    pub const NAPTR: Self = Self(1);
    /// DNAME.
    pub const DNAME: Self = Self(2);
    /// NS of a delegation.
    pub const CUT: Self = Self(4);
    /// DS of a delegation.
    pub const DS: Self = Self(8);
    /// SOA, NS, DNSKEY and NSEC3PARAM.
    pub const APEX: Self = Self(16);

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of those are among these.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The types in numeric order, signatures included.
    pub fn list(self) -> Vec<Rtype> {
        let mut list = Vec::new();
        let signed = self.0 & !Self::CUT.0 != 0;
        for (of, types) in [
            (Self::APEX, &[Rtype::NS, Rtype::SOA][..]),
            (Self::CUT, &[Rtype::NS]),
            (Self::NAPTR, &[Rtype::NAPTR]),
            (Self::DNAME, &[Rtype::DNAME]),
            (Self::DS, &[Rtype::DS]),
            (Self::APEX, &[Rtype::DNSKEY, Rtype::NSEC3PARAM]),
        ] {
            if self.has(of) {
                list.extend(types);
            }
        }
        if signed {
            list.push(Rtype::RRSIG);
        }
        list.sort_unstable();
        list
    }
}

/// A name and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The name.
    pub name: Fqdn,
    /// Its types.
    pub types: Types,
    /// Its sets; none where only names below it are.
    pub sets: Vec<Rrset>,
    /// Addresses of the servers of a delegation that lie below it.
    pub glue: Vec<Rrset>,
}

impl Placed {
    fn new(name: Fqdn, types: Types, set: Option<Rrset>) -> Self {
        let types = if set.is_some() { types } else { Types::NONE };
        Self {
            name,
            types,
            sets: set.into_iter().collect(),
            glue: Vec::new(),
        }
    }

    /// The set of a type.
    pub fn of(&self, rtype: Rtype) -> Option<&Rrset> {
        self.sets.iter().find(|set| set.rtype == rtype)
    }
}

/// What was left out because the domain name system cannot carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Nodes whose names are too long, those below them included.
    pub nodes: u64,
    /// Unicode labels without an A-label that fits.
    pub labels: u64,
    /// Addresses that do not fit into a record.
    pub values: u64,
}

impl LeftOut {
    /// Adds what another node left out.
    pub fn add(&mut self, other: Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.labels = self.labels.saturating_add(other.labels);
        self.values = self.values.saturating_add(other.values);
    }

    /// Takes it away again.
    pub fn take(&mut self, other: Self) {
        self.nodes = self.nodes.saturating_sub(other.nodes);
        self.labels = self.labels.saturating_sub(other.labels);
        self.values = self.values.saturating_sub(other.values);
    }
}

/// Everything that one node brings into a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The names.
    pub names: Vec<Placed>,
    /// What was left out.
    pub left_out: LeftOut,
    /// Whether somebody else serves what is below.
    pub cut: bool,
}

impl Zone {
    /// Whether a node lies at or below the zone's.
    pub fn holds(&self, path: &NodePath) -> bool {
        path.starts_with(&self.node)
    }

    /// The name of a node; `None` where it has none here.
    pub fn name_of(&self, path: &NodePath) -> Option<Fqdn> {
        name::of_node(path, &self.node, &self.apex)
    }

    /// The SOA set.
    pub fn soa(&self, serial: u32) -> Rrset {
        let style = &self.style;
        let mailbox = style.hostmaster.clone();
        let mailbox = mailbox
            .or_else(|| below(b"hostmaster", &self.apex))
            .unwrap_or_else(|| self.apex.clone());
        let primary = style.name_servers.first().unwrap_or(&self.apex);
        let numbers = [
            serial,
            style.refresh,
            style.retry,
            style.expire,
            style.negative_ttl,
        ];
        let data = record::soa(primary, &mailbox, numbers);
        Rrset::one(&self.apex, Rtype::SOA, style.ttl, data)
    }

    /// The NS set of the apex.
    pub fn servers(&self) -> Option<Rrset> {
        let servers = self.style.name_servers.iter();
        let data = servers.map(|name| name.as_slice().to_vec()).collect();
        Rrset::of(&self.apex, Rtype::NS, self.style.ttl, data)
    }

    /// Everything that a node brings. The zone's own node brings no labels: they stand in the zone above.
    pub fn place(&self, entry: &Entry, stub: bool) -> Placement {
        let mut placement = Placement::default();
        let Some(plain) = self.name_of(&entry.path) else {
            placement.left_out.nodes = 1;
            return placement;
        };
        let apex = entry.path == self.node;
        if !apex
            && !stub
            && let Some(cut) = self.cut(entry, &plain)
        {
            placement.names.push(cut);
            placement.cut = true;
        } else {
            let (placed, values) = self.facts(entry, stub, &plain);
            placement.left_out.values = values;
            placement.names.extend(placed);
        }
        if !apex && !stub {
            let (placed, left_out) = self.labels(entry, &plain);
            placement.left_out.labels = left_out;
            placement.names.extend(placed);
        }
        placement
    }

    /// A node's own name and the one below it, and how many values had to be left out.
    pub fn facts(&self, entry: &Entry, stub: bool, plain: &Fqdn) -> (Vec<Placed>, u64) {
        let (data, left_out) = self.naptrs(entry, stub);
        let set = |name: &Fqdn| Rrset::of(name, Rtype::NAPTR, self.style.ttl, data.clone());
        let own = self.style.plain_names.then(|| set(plain)).flatten();
        let mut placed = vec![Placed::new(plain.clone(), Types::NAPTR, own)];
        if let Some(dummy) = name::dummy_of(plain) {
            let facts = set(&dummy);
            placed.push(Placed::new(dummy, Types::NAPTR, facts));
        }
        (placed, left_out)
    }

    /// A DNAME for each Unicode label beside the number, and how many labels have none.
    fn labels(&self, entry: &Entry, plain: &Fqdn) -> (Vec<Placed>, u64) {
        let mut left_out = 0;
        let mut placed: Vec<Placed> = Vec::new();
        let beside = entry.path.parent().and_then(|path| self.name_of(&path));
        let at_root = self.node.is_root();
        let long_arcs = entry.superior.long_arcs.iter().filter(|_| at_root);
        let long_arcs = long_arcs.map(|label| (label, Some(self.apex.clone())));
        let labels = entry.superior.labels.iter();
        let labels = labels.map(|label| (&label.label, beside.clone()));
        for (label, superior) in labels.chain(long_arcs) {
            let owner = name::a_label(label)
                .zip(superior)
                .and_then(|(label, superior)| below(label.as_bytes(), &superior));
            match owner {
                None => left_out += 1,
                Some(owner) if placed.iter().any(|one| one.name == owner) => {}
                Some(owner) => placed.push(self.redirect(owner, plain)),
            }
        }
        (placed, left_out)
    }

    /// What stands at the name of a label.
    pub fn redirect(&self, owner: Fqdn, target: &Fqdn) -> Placed {
        let data = target.as_slice().to_vec();
        let set = Rrset::one(&owner, Rtype::DNAME, self.style.ttl, data);
        Placed::new(owner, Types::DNAME, Some(set))
    }

    /// The delegation of a node that somebody else serves; `None` where nobody does, or not where the domain name system can
    /// find it.
    pub fn cut(&self, entry: &Entry, plain: &Fqdn) -> Option<Placed> {
        let Some(Delegation::External {
            name_servers,
            signers: keys,
            ..
        }) = &entry.delegation
        else {
            return None;
        };
        let ttl = self.style.ttl;
        let mut glue = Vec::new();
        let mut data = Vec::new();
        for server in name_servers {
            let addresses = server.addresses();
            let Some(server) = &record::parse_name(server.name()) else {
                continue;
            };
            let inside = server.ends_with(&self.apex);
            // A server whose name lies in this zone is found by the addresses told here, or not at all.
            if inside && (!server.ends_with(plain) || addresses.is_empty()) {
                continue;
            }
            data.push(server.as_slice().to_vec());
            if inside {
                for rtype in [Rtype::A, Rtype::AAAA] {
                    let of_type = addresses.iter().map(record::address);
                    let of_type = of_type.filter(|(found, _)| *found == rtype);
                    let data = of_type.map(|(_, data)| data).collect();
                    glue.extend(Rrset::of(server, rtype, ttl, data));
                }
            }
        }
        let set = Rrset::of(plain, Rtype::NS, ttl, data)?;
        let mut placed = Placed::new(plain.clone(), Types::CUT, Some(set));
        placed.glue = glue;
        if let Some(set) = Rrset::of(plain, Rtype::DS, ttl, signers(keys)) {
            placed.types = placed.types.and(Types::DS);
            placed.sets.push(set);
        }
        Some(placed)
    }

    /// The facts of an entry as NAPTR data, and how many had to be left out.
    fn naptrs(&self, entry: &Entry, stub: bool) -> (Vec<Vec<u8>>, u64) {
        let mut facts = vec![(PREFERENCE, "COID".to_owned(), canonical(&entry.path))];
        let fact = |kind: &str, value: String| (PREFERENCE, kind.to_owned(), value);
        let url = &self.style.information_url;
        // Of a stub nothing is told but its number.
        if !stub {
            if !url.is_empty() {
                let at = |file: &str| format!("{url}/{file}/{}", entry.path);
                facts.push(fact("CINF", at("cinf")));
                facts.push(fact("RINF", at("rinf")));
            }
            let modules = entry.holder.references.iter();
            let modules = modules.filter(|reference| reference.asn1_module.is_some());
            facts.extend(modules.filter_map(|one| Some(fact("MINF", one.uri.clone()?))));
            for service in &entry.holder.services {
                let own = OWN_KINDS
                    .iter()
                    .find(|kind| service.kind.eq_ignore_ascii_case(kind));
                let kind = own.map_or_else(|| "UINF".to_owned(), |kind| kind.to_uppercase());
                let preference = u16::try_from(service.priority).unwrap_or(u16::MAX);
                let preference = PREFERENCE.saturating_add(preference);
                facts.push((preference, kind, service.uri.clone()));
            }
        }
        let told = facts.len();
        let data: Vec<_> = facts
            .iter()
            .filter_map(|(preference, kind, value)| {
                record::naptr(ORDER, *preference, &format!("ORS+{kind}"), value)
            })
            .collect();
        let left_out = u64::try_from(told - data.len()).unwrap_or(u64::MAX);
        (data, left_out)
    }
}

/// The canonical form of a node's OID-IRI, numbers alone (X.672 Annex B).
fn canonical(path: &NodePath) -> String {
    path.arcs().iter().fold(String::new(), |mut text, arc| {
        // Writing to a string cannot fail.
        write!(text, "/{arc}").ok();
        text
    })
}

/// The data of the DS records of a delegation (RFC 4034 5.1).
fn signers(signers: &[DelegationSigner]) -> Vec<Vec<u8>> {
    let data = |signer: &DelegationSigner| {
        let mut data = signer.key_tag.to_be_bytes().to_vec();
        data.extend([signer.algorithm, signer.digest_type]);
        data.extend_from_slice(signer.digest());
        data
    };
    signers.iter().map(data).collect()
}
