//! One reading as one caller sees it, in the shapes of this face.
//!
//! A stub shows its number and nothing else, and of people what [`crate::model::entry::Registrant::shown`] lets. Whatever is
//! shown that is not for everybody, the witness learns of. It must never look past the caller's sight.

use crate::{
    access::Sight,
    desk::trail::Witness,
    model::{
        Code, Entry, Refusal, RegistrantId, Rejection, Viewed,
        actor::PrincipalKind,
        entry::{Delegation, Flags, Holding, Label, Origin, Reader, Relation, Service, Text},
        label_claim::LabelClaim,
        policy::NumberRange,
        template::{Numbers, Template},
    },
    oid::{
        NodePath,
        notation::{self, Forms},
    },
    register::{Reading, ReadingNames, Resolution, Seen},
};

use super::{ask::Ask, base::Base, face::Site, shape};

/// A reading as one caller sees it.
pub struct View<'a> {
    /// The reading.
    pub reading: &'a Reading,
    /// What the caller may see.
    pub sight: Sight,
    /// Below which address answers point.
    pub base: &'a Base,
    names: ReadingNames<'a>,
    witness: Witness,
}

impl<'a> View<'a> {
    /// The view of a reading, of which `witness` learns what it shows that is not for everybody.
    pub fn new(reading: &'a Reading, sight: Sight, witness: &Witness, base: &'a Base) -> Self {
        Self {
            names: reading.names(&sight),
            reading,
            sight,
            base,
            witness: witness.clone(),
        }
    }

    /// The view that a request has of a reading.
    pub fn of(site: &'a Site, ask: &Ask, reading: &'a Reading) -> Self {
        Self::new(reading, ask.call.sight(), &ask.call.witness, &site.base)
    }

    /// The names that the caller may see.
    pub fn names(&self) -> &ReadingNames<'a> {
        &self.names
    }

    /// The answer made with this view, unless a name could not be looked up meanwhile.
    pub fn settled<T>(&self, answer: T) -> Viewed<T> {
        match self.names.fault() {
            Some(fault) => Err(fault),
            None => Ok(answer),
        }
    }

    /// The entry of a node. `NOT_REGISTERED`, with the nearest superior, where there is none that may be seen.
    pub fn found(&self, path: &NodePath) -> Result<Seen, Rejection> {
        let nearest = match self.names.resolve(path)? {
            Resolution::Found(seen) => {
                self.shows(&seen);
                return Ok(seen);
            }
            Resolution::SuperiorFound(seen, _) => Some(seen),
            Resolution::Unknown => None,
        };
        let detail = match &nearest {
            Some(superior) => format!(
                "{path} is not registered; the nearest superior that is registered is {}",
                superior.entry.path
            ),
            None => format!("{path} is not registered, and nothing above it is"),
        };
        let refusal = Refusal::new(Code::NotRegistered, "oid", detail).value(path);
        Err(match nearest {
            Some(superior) => refusal.nearest(superior.entry.path.clone()),
            None => refusal,
        }
        .into())
    }

    /// Tells the witness of an entry that is shown.
    pub fn shows(&self, seen: &Seen) {
        self.witness.sees(seen, &self.sight);
    }

    /// The registered superiors of a node, the nearest first.
    pub fn superiors(&self, path: &NodePath) -> Viewed<Vec<Seen>> {
        let line = self.names.superiors(path)?;
        for seen in &line {
            self.shows(seen);
        }
        Ok(line)
    }

    /// The direct subordinates of a node after `after`, at most `most`.
    pub fn children(
        &self,
        path: &NodePath,
        after: Option<&crate::oid::ArcValue>,
        most: usize,
    ) -> Viewed<Vec<Seen>> {
        let children = self.reading.children(path, after, most, &self.sight)?;
        for seen in &children {
            self.shows(seen);
        }
        Ok(children)
    }

    /// A node in every notation.
    pub fn forms(&self, path: &NodePath) -> Forms {
        notation::forms(path, &self.names)
    }

    /// An entry in a list.
    pub fn line(&self, seen: &Seen) -> shape::Line {
        let entry = &seen.entry;
        let oid = entry.path.to_string();
        shape::Line {
            url: self.base.permalink_of(&oid),
            oid,
            identifier: entry.superior.identifiers.first().map(ToString::to_string),
            title: entry.holder.titles.first().map(|one| one.text.clone()),
            state: (!seen.stub).then(|| entry.superior.state.word()),
        }
    }

    /// An entry with its superiors.
    pub fn whole(&self, seen: &Seen) -> Viewed<shape::Entry> {
        self.below(seen, &self.superiors(&seen.entry.path)?)
    }

    /// An entry below superiors that were read before.
    pub fn below(&self, seen: &Seen, superiors: &[Seen]) -> Viewed<shape::Entry> {
        Ok(shape::Entry {
            superiors: superiors.iter().map(|one| self.line(one)).collect(),
            ..self.entry(seen)?
        })
    }

    /// A label, and whether it is final.
    fn label(&self, one: &Label, entry: &Entry) -> shape::Label {
        let provisional = self
            .provisional(entry)
            .find(|claim| claim.is_of(&one.label));
        shape::Label {
            label: one.label.to_string(),
            language: one.language.as_ref().map(|tag| tag.as_str().to_owned()),
            provisional: provisional.map(|claim| shape::Provisional {
                since: claim.since.to_string(),
                until: claim.until.to_string(),
                challenged: claim.challenge.is_some(),
            }),
        }
    }

    /// The claims to labels of an entry that are not final.
    pub fn provisional<'e>(&self, entry: &'e Entry) -> impl Iterator<Item = &'e LabelClaim> {
        let now = self.reading.moment();
        let claims = entry.label_claims.iter();
        claims.filter(move |one| one.is_provisional(now))
    }

    /// An entry.
    pub fn entry(&self, seen: &Seen) -> Viewed<shape::Entry> {
        let entry = &*seen.entry;
        let path = &entry.path;
        let oid = path.to_string();
        let bare = shape::Entry {
            url: self.base.permalink_of(&oid),
            oid,
            number: path.last().map(ToString::to_string).unwrap_or_default(),
            stub: seen.stub,
            visibility: seen.visibility.word(),
            notations: notations(&self.forms(path)),
            ..shape::Entry::default()
        };
        if seen.stub {
            return Ok(bare);
        }
        let superior = &entry.superior;
        let holder = &entry.holder;
        let held =
            |one: &Option<Holding>| one.as_ref().map(|one| self.holding(one, path)).transpose();
        Ok(shape::Entry {
            state: Some(superior.state.word()),
            authority: Some(entry.authority),
            origin: Some(origin(&entry.origin)),
            identifiers: strings(&superior.identifiers),
            labels: superior
                .labels
                .iter()
                .map(|one| self.label(one, entry))
                .collect(),
            long_arcs: strings(&superior.long_arcs),
            flags: flags(superior.flags),
            relation: superior.relation.as_ref().map(|one| self.relation(one)),
            titles: holder.titles.iter().map(text).collect(),
            descriptions: holder.descriptions.iter().map(text).collect(),
            services: holder.services.iter().map(service).collect(),
            references: holder
                .references
                .iter()
                .map(|one| shape::Reference {
                    title: one.title.clone(),
                    uri: one.uri.clone(),
                    asn1_module: one.asn1_module.clone(),
                })
                .collect(),
            contacts: self.contacts(entry)?,
            first_registrant: held(&entry.first_registrant)?,
            registrant: held(&entry.registrant)?,
            sponsor: entry
                .sponsor
                .as_ref()
                .map(|id| self.party(id, path))
                .transpose()?,
            delegation: entry.delegation.as_ref().map(delegation),
            suspect: suspect(entry),
            sandbox: entry.sandbox.is_some(),
            template: entry.template.as_deref().map(template),
            applied: entry.applied.map(|one| one.to_string()),
            registered: registered(entry),
            withdrawn: superior.withdrawn.map(|one| one.to_string()),
            changed: Some(entry.changed.to_string()),
            revision: Some(entry.revision.get()),
            ..bare
        })
    }

    fn contacts(&self, entry: &Entry) -> Viewed<Vec<shape::Contact>> {
        let contacts = entry.holder.contacts.iter();
        contacts
            .map(|one| {
                Ok(shape::Contact {
                    role: one.role.word(),
                    party: self.party(&one.party, &entry.path)?,
                })
            })
            .collect()
    }

    fn holding(&self, holding: &Holding, path: &NodePath) -> Viewed<shape::Holding> {
        Ok(shape::Holding {
            registrant: self.party(&holding.registrant, path)?,
            since: holding.since.to_string(),
        })
    }

    /// Somebody at a node; of an id that the register does not know, the id alone.
    pub fn party(&self, id: &RegistrantId, path: &NodePath) -> Viewed<shape::Party> {
        let known = crate::model::TreeView::registrant(self.reading, id)?;
        let shown = known
            .as_ref()
            .and_then(|known| known.shown(Reader::of(self.sight.is_whole(path))))
            .unwrap_or_default();
        Ok(shape::Party {
            id: id.to_string(),
            kind: known.map(|known| kind(known.kind)),
            name: (!shown.name.is_empty()).then_some(shown.name),
            email: shown.email,
            telephone: shown.telephone,
            address: shown.address,
        })
    }

    fn relation(&self, relation: &Relation) -> shape::Relation {
        let target = relation.target();
        shape::Relation {
            kind: match relation {
                Relation::Successor(_) => "successor",
                Relation::DuplicateOf(_) => "duplicate-of",
            },
            oid: target.to_string(),
            url: self.base.permalink(target),
        }
    }
}

/// A node in every notation.
pub fn notations(forms: &Forms) -> shape::Notations {
    let octets = |octets: Option<Vec<u8>>| octets.map(|octets| hexadecimal(&octets));
    shape::Notations {
        asn1_numbers: forms.asn1_numbers(),
        iri_numbers: forms.iri_numbers(),
        oid_iri: forms.oid_iri(),
        urn: forms.urn(),
        der: octets(forms.der()),
        contents: forms.contents().map(hexadecimal),
        der_iri: octets(forms.der_iri()),
        per: octets(forms.per()),
        oer: octets(forms.oer()),
        cbor: octets(forms.cbor()),
        xer: forms.xer(),
        jer: forms.jer(),
        uuid: forms.uuid(),
        dot: forms.dot.clone(),
        asn1: forms.asn1.clone(),
        iri: forms.iri.clone(),
    }
}

/// Octets in hexadecimal digits, written into their place at once: every answer has five of them.
fn hexadecimal(octets: &[u8]) -> String {
    let mut digits = vec![0; octets.len() * 2];
    let written = hex::encode_to_slice(octets, &mut digits).ok();
    let text = written.and_then(|()| String::from_utf8(digits).ok());
    text.unwrap_or_default()
}

/// Who acts below an arc.
pub fn delegation(delegation: &Delegation) -> shape::Delegation {
    match delegation {
        Delegation::Hosted { principals } => shape::Delegation {
            kind: "hosted",
            principals: strings(principals),
            oidip: None,
            ors: None,
            name_servers: Vec::new(),
            delegation_signers: Vec::new(),
        },
        Delegation::External {
            oidip,
            ors,
            name_servers,
            signers,
        } => shape::Delegation {
            kind: "external",
            principals: Vec::new(),
            oidip: oidip.clone(),
            ors: ors.clone(),
            name_servers: strings(name_servers),
            delegation_signers: strings(signers),
        },
    }
}

/// Where to ask on, where an entry is delegated to a register elsewhere.
pub fn referral(seen: &Seen) -> Option<shape::Delegation> {
    let delegation = seen.entry.delegation.as_ref()?;
    let elsewhere = !seen.stub && matches!(delegation, Delegation::External { .. });
    elsewhere.then(|| self::delegation(delegation))
}

/// That it may be wrong, as everybody may know who sees it: never what is said, nor by whom.
pub fn suspect(entry: &Entry) -> Option<shape::Suspect> {
    let mark = entry.suspicion.as_deref().filter(|mark| mark.is_open())?;
    Some(shape::Suspect {
        since: mark.since.to_string(),
        until: mark.until.to_string(),
    })
}

/// When it was registered; nobody says when others registered what is reference data here.
pub fn registered(entry: &Entry) -> Option<String> {
    (!entry.origin.is_reference()).then(|| entry.registered.to_string())
}

fn strings<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn text(text: &Text) -> shape::Text {
    shape::Text {
        language: text.language.as_str().to_owned(),
        text: text.text.clone(),
    }
}

fn service(one: &Service) -> shape::Service {
    shape::Service {
        kind: one.kind.clone(),
        uri: one.uri.clone(),
        priority: one.priority,
    }
}

const fn kind(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Person => "person",
        PrincipalKind::Organisation => "organisation",
        PrincipalKind::Machine => "machine",
    }
}

fn origin(origin: &Origin) -> shape::Origin {
    let bare = shape::Origin {
        kind: origin.word(),
        proof: None,
        proof_uri: None,
        source: None,
        certainty: None,
        superior: None,
    };
    match origin {
        Origin::Assigned => bare,
        Origin::Recorded { proof, uri } => shape::Origin {
            proof: Some(proof.clone()),
            proof_uri: uri.clone(),
            ..bare
        },
        Origin::Reference {
            source, certainty, ..
        } => shape::Origin {
            source: Some(source.clone()),
            certainty: Some(certainty.word()),
            ..bare
        },
        Origin::Template { superior } => shape::Origin {
            superior: Some(superior.to_string()),
            ..bare
        },
    }
}

fn template(template: &Template) -> shape::Template {
    let run = |run: &NumberRange| match &run.to {
        Some(to) if *to == run.from => to.to_string(),
        Some(to) => format!("{}-{to}", run.from),
        None => format!("{}-", run.from),
    };
    shape::Template {
        numbers: match &template.rule.numbers {
            Numbers::Runs(runs) => runs.iter().map(run).collect(),
            Numbers::Uuid => vec!["uuid".to_owned()],
        },
        since: template.since.to_string(),
        closed: template.closed.map(|one| one.to_string()),
    }
}

/// The words of the flags that are set.
pub fn flags(flags: Flags) -> Vec<&'static str> {
    [
        (flags.leaf, "leaf"),
        (flags.frozen, "frozen"),
        (flags.no_identifiers, "no-identifiers"),
        (flags.no_unicode_labels, "no-unicode-labels"),
        (flags.draft, "draft"),
    ]
    .into_iter()
    .filter_map(|(set, word)| set.then_some(word))
    .collect()
}
