//! Random sequences of calls against a model of rights that is written from the operator's guide ("Rights, rule by rule"), not
//! from the code: who may do a thing, by overriding or not, what everybody sees, and which roles are left must be the same.
//!
//! The model looks at every right there is, where the code walks a path. `OIDRA_RIGHTS_STEPS` tells how many calls there are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::access::{Identity, Seeing, TokenDigest, permit, sight};
use crate::model::actor::{Credential, CredentialKind, Role, Scope, Standing};
use crate::model::command::{
    AddPrincipal, Allocate, Amend, ChangeState, IssueCredential, NewEntry, NumberChoice, RoleOn,
};
use crate::model::entry::{Delegation, RegistrantDetails, Visibility};
use crate::model::event::Changes;
use crate::model::{Command, Event, Principal, PrincipalKind, State, Submission, Timestamp};
use crate::oid::NodePath;
use crate::rules::testing::{ADMIN, Tree, new_registrant, path, submission};

/// Calls of all sequences together, unless `OIDRA_RIGHTS_STEPS` tells.
const STEPS: u32 = 100_000;
/// Calls of the longest sequence.
const SEQUENCE_MAX: usize = 100;

/// One call as plain octets, which shrink well.
type Step = [u8; 8];

const NODES: [&str; 10] = [
    "2.16.834",
    "2.16.834.1",
    "2.16.834.2",
    "2.16.834.1.1",
    "2.16.834.1.2",
    "2.16.834.1.1.1",
    "2.16.834.2.1",
    "2.16.834.1.1.1.1",
    "2.16",
    ".",
];
/// The only node that is our own: what lies below it can be given away.
const OWN: &str = "2.16.834";
const PEOPLE: [(&str, &str); 6] = [
    (ADMIN, "."),
    ("p-1", "."),
    ("p-2", "2.16.834"),
    ("p-3", "2.16.834.1"),
    ("p-4", "2.16.834.1.1"),
    ("p-5", "2.16.834.2"),
];

/// What one call is about, from its octets.
#[derive(Clone, Debug)]
struct Call {
    /// Which of the credentials there are is shown.
    shown: usize,
    overrides: bool,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Allocate(NodePath),
    AmendNames(NodePath),
    AmendTitles(NodePath),
    Withdraw(NodePath),
    Transfer(NodePath),
    Delegate(NodePath, Option<BTreeSet<usize>>),
    Recall(NodePath),
    Policy(NodePath),
    Add(NodePath),
    Describe(usize),
    Stand(usize, Standing),
    Grant(usize, Role, NodePath),
    Revoke(usize, Role, NodePath),
    Issue {
        to: usize,
        kind: CredentialKind,
        ends: Option<u8>,
        scope: Scope,
    },
    End(usize),
    Accept(usize),
}

fn node(octet: u8) -> NodePath {
    path(NODES[usize::from(octet) % NODES.len()])
}

fn person(octet: u8) -> usize {
    usize::from(octet) % PEOPLE.len()
}

fn role(octet: u8) -> Role {
    // Those that give rights to write come more often.
    let roles = [
        Role::Administrator,
        Role::Registrar,
        Role::Administrator,
        Role::Registrar,
        Role::Reviewer,
        Role::Auditor,
        Role::ConfidentialReader,
    ];
    roles[usize::from(octet) % roles.len()]
}

fn scope(octet: u8) -> Scope {
    Scope {
        read_only: octet.is_multiple_of(16),
        at: octet.is_multiple_of(3).then(|| node(octet / 3)),
    }
}

fn kind(octet: u8) -> CredentialKind {
    use CredentialKind::{Certificate, Invitation, OpenId, Token};
    [Token, Invitation, Token, Invitation, Certificate, OpenId][usize::from(octet) % 6]
}

#[expect(
    clippy::many_single_char_names,
    reason = "the numbers of a step, of which each call takes what it needs"
)]
fn call([who, which, kind_of, a, b, c, d, e]: Step, proofs: &[Proof]) -> Call {
    let credentials = proofs.len();
    let shown = match who % 5 {
        // The first credential is the administrator's: without its calls nothing begins.
        0 | 1 => 0,
        2 => credentials - 1,
        _ => usize::from(who) % credentials,
    };
    let credential = usize::from(a) % credentials;
    let what = match which % 24 {
        0 => What::Allocate(node(a)),
        1 => What::AmendNames(node(a)),
        2 => What::AmendTitles(node(a)),
        3 => What::Withdraw(node(a)),
        4 | 5 => What::Transfer(node(a)),
        6..=8 => {
            let named = |bit: &usize| b >> bit & 1 == 1 || *bit == usize::from(b) % PEOPLE.len();
            let all = (0..PEOPLE.len()).filter(named).collect();
            What::Delegate(node(a), (!b.is_multiple_of(8)).then_some(all))
        }
        9 => What::Recall(node(a)),
        10 => What::Policy(node(a)),
        11 => What::Add(node(a)),
        12 => What::Describe(person(a)),
        13 | 14 => {
            use Standing::{Active, Removed, Suspended};
            let to = [
                Active, Active, Suspended, Active, Removed, Suspended, Active,
            ];
            What::Stand(person(a), to[usize::from(b) % to.len()])
        }
        15..=18 => What::Grant(person(a), role(b), node(c)),
        19 => What::Revoke(person(a), role(b), node(c)),
        20 | 21 => What::Issue {
            to: if e.is_multiple_of(2) {
                proofs[shown].owner
            } else {
                person(a)
            },
            kind: kind(b),
            ends: (!c.is_multiple_of(3)).then_some(c % 3),
            scope: scope(d),
        },
        22 => What::End(credential),
        _ => What::Accept(credential),
    };
    Call {
        shown,
        overrides: (kind_of ^ e).is_multiple_of(3),
        what,
    }
}

// The model.

/// A principal as the guide speaks of it.
#[derive(Clone, Debug)]
struct Somebody {
    home: NodePath,
    standing: Standing,
    /// Roles by arc; the founder has the administrator's on the whole register besides, which nobody takes away.
    roles: BTreeSet<(Role, NodePath)>,
    founder: bool,
}

#[derive(Clone, Debug)]
struct Proof {
    owner: usize,
    kind: CredentialKind,
    ends: Option<u8>,
    scope: Scope,
    over: bool,
}

/// The register as far as rights go.
#[derive(Clone, Debug, Default)]
struct Model {
    people: Vec<Somebody>,
    proofs: Vec<Proof>,
    /// Delegated arcs, and to whom; to nobody here where it is elsewhere.
    delegated: BTreeMap<NodePath, BTreeSet<usize>>,
    assigned: BTreeSet<NodePath>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum May {
    Plainly,
    ByOverriding,
    No,
}

/// Whether a right to register is enough, or it takes one to govern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    Registering,
    Governing,
}
use Right::{Governing, Registering};

fn strictly_above(one: &NodePath, other: &NodePath) -> bool {
    other.starts_with(one) && one != other
}

impl Model {
    /// The arcs at which somebody has a right of this kind, and whether as an administrator.
    fn rights(&self, who: usize, right: Right) -> Vec<(NodePath, bool)> {
        let somebody = &self.people[who];
        let mut all = Vec::new();
        if somebody.founder {
            all.push((path("."), true));
        }
        for (role, at) in &somebody.roles {
            match role {
                Role::Administrator => all.push((at.clone(), true)),
                Role::Registrar if right == Registering => all.push((at.clone(), false)),
                _ => {}
            }
        }
        for (at, to) in &self.delegated {
            if to.contains(&who) {
                all.push((at.clone(), false));
            }
        }
        all
    }

    /// "A delegated arc, or one assigned to a registrant, is closed to everybody above, with what is below it."
    fn is_closed(&self, right_at: &NodePath, node: &NodePath) -> bool {
        let closed = self.delegated.keys().chain(&self.assigned);
        closed
            .filter(|arc| node.starts_with(arc))
            .any(|arc| strictly_above(right_at, arc))
    }

    fn may(&self, who: usize, node: &NodePath, right: Right, overrides: bool) -> May {
        let mut best = May::No;
        for (at, administers) in self.rights(who, right) {
            if !node.starts_with(&at) {
                continue;
            }
            if !self.is_closed(&at, node) {
                best = best.min(May::Plainly);
            } else if administers && overrides {
                best = best.min(May::ByOverriding);
            }
        }
        best
    }

    /// The arcs from which somebody's rights come, for those who would give or take them.
    fn sources(&self, who: usize) -> Vec<NodePath> {
        let mut all: Vec<_> = self.people[who]
            .roles
            .iter()
            .map(|(_, at)| at.clone())
            .collect();
        if self.people[who].founder {
            all.push(path("."));
        }
        let mine = self.delegated.iter().filter(|(_, to)| to.contains(&who));
        all.extend(mine.map(|(at, _)| at.parent().unwrap()));
        all
    }

    /// Which rights a call needs; none where everybody may do it.
    fn needs(&self, caller: usize, what: &What) -> Vec<(NodePath, Right)> {
        let above = |at: &NodePath| at.parent().unwrap_or_default();
        let looked_after = |who: usize, counts: &dyn Fn(&NodePath, &NodePath) -> bool| {
            let home = self.people[who].home.clone();
            let mut all: Vec<_> = self.sources(who);
            all.retain(|at| counts(at, &home));
            all.push(home);
            all.into_iter().map(|at| (at, Governing)).collect()
        };
        match what {
            What::Allocate(at) | What::AmendTitles(at) => vec![(at.clone(), Registering)],
            What::AmendNames(at) | What::Withdraw(at) | What::Transfer(at) => {
                vec![(above(at), Registering)]
            }
            What::Delegate(at, _) | What::Recall(at) => vec![(above(at), Governing)],
            What::Policy(at) | What::Add(at) | What::Grant(_, _, at) | What::Revoke(_, _, at) => {
                vec![(at.clone(), Governing)]
            }
            What::Describe(who) if *who == caller => Vec::new(),
            What::End(proof) if self.proofs[*proof].owner == caller => Vec::new(),
            What::Stand(who, Standing::Active) => {
                looked_after(*who, &|at, home| !at.starts_with(home))
            }
            What::Describe(who) | What::Stand(who, _) => looked_after(*who, &strictly_above),
            What::End(proof) => looked_after(self.proofs[*proof].owner, &strictly_above),
            What::Issue { to, kind, .. } if *to == caller && *kind == CredentialKind::Token => {
                Vec::new()
            }
            What::Issue { to, .. } => looked_after(*to, &|_, _| true),
            What::Accept(_) => Vec::new(),
        }
    }

    fn expected(&self, call: &Call) -> May {
        if let What::Accept(code) = call.what {
            let code = &self.proofs[code];
            let good = code.kind == CredentialKind::Invitation && !code.over;
            let active = self.people[code.owner].standing == Standing::Active;
            return if good && active {
                May::Plainly
            } else {
                May::No
            };
        }
        let shown = &self.proofs[call.shown];
        if shown.over || self.people[shown.owner].standing != Standing::Active {
            return May::No;
        }
        let needs = self.needs(shown.owner, &call.what);
        if !self.lets(shown, call, &needs) {
            return May::No;
        }
        let may =
            |(at, right): &(NodePath, Right)| self.may(shown.owner, at, *right, call.overrides);
        needs.iter().map(may).max().unwrap_or(May::Plainly)
    }

    /// "A credential may be narrowed."
    fn lets(&self, shown: &Proof, call: &Call, needs: &[(NodePath, Right)]) -> bool {
        let issues = matches!(call.what, What::Issue { .. });
        let itself = matches!(call.what, What::End(proof) if proof == call.shown);
        let within = |at: &NodePath| {
            let own =
                matches!(call.what, What::End(proof) if self.proofs[proof].owner == shown.owner);
            let self_centred = needs.is_empty() && !own;
            needs.iter().all(|(node, _)| node.starts_with(at))
                && !issues
                && !self_centred
                && (!own || itself)
        };
        let outlives = |end: u8| match &call.what {
            What::Issue { to, kind, ends, .. } if *to == shown.owner => {
                *kind == CredentialKind::Invitation || ends.is_none_or(|other| other > end)
            }
            _ => false,
        };
        !shown.scope.read_only
            && shown.scope.at.as_ref().is_none_or(within)
            && !shown.ends.is_some_and(outlives)
    }

    /// What a call leaves that was carried out.
    fn carry_out(&mut self, call: &Call) {
        match &call.what {
            What::Transfer(at) => {
                let acts = self.delegated.contains_key(at);
                if !acts {
                    self.end_roles(at);
                }
                self.assigned.insert(at.clone());
            }
            What::Delegate(at, to) => {
                self.end_roles(at);
                self.delegated
                    .insert(at.clone(), to.clone().unwrap_or_default());
            }
            What::Recall(at) => {
                self.end_roles(at);
                self.delegated.remove(at);
            }
            What::Stand(who, to) => self.people[*who].standing = *to,
            What::Grant(who, role, at) => {
                self.people[*who].roles.insert((*role, at.clone()));
            }
            What::Revoke(who, role, at) => {
                self.people[*who].roles.remove(&(*role, at.clone()));
            }
            What::Issue {
                to,
                kind,
                ends,
                scope,
            } => self.proofs.push(Proof {
                owner: *to,
                kind: *kind,
                ends: *ends,
                scope: scope.clone(),
                over: false,
            }),
            What::End(proof) => self.proofs[*proof].over = true,
            What::Accept(code) => {
                self.proofs[*code].over = true;
                self.proofs.push(Proof {
                    kind: CredentialKind::Token,
                    ends: None,
                    over: false,
                    ..self.proofs[*code].clone()
                });
            }
            _ => {}
        }
    }

    /// "When another decides about an arc, the roles on it and below it end."
    fn end_roles(&mut self, arc: &NodePath) {
        let anothers: Vec<_> = self.delegated.keys().chain(&self.assigned).collect();
        let further = |at: &NodePath| {
            let mut anothers = anothers.iter();
            anothers.any(|other| strictly_above(arc, other) && at.starts_with(other))
        };
        for somebody in &mut self.people {
            somebody
                .roles
                .retain(|(_, at)| !at.starts_with(arc) || further(at));
        }
    }

    /// "A role or a delegation lets its holder see everything on its arc and below; of arcs above, their numbers at least."
    fn sees(&self, who: usize, scope: &Scope, node: &NodePath) -> Seeing {
        let somebody = &self.people[who];
        if somebody.standing != Standing::Active {
            return Seeing::Public;
        }
        let mut arcs: Vec<NodePath> = somebody.roles.iter().map(|(_, at)| at.clone()).collect();
        if somebody.founder {
            arcs.push(path("."));
        }
        let mine = self.delegated.iter().filter(|(_, to)| to.contains(&who));
        arcs.extend(mine.map(|(at, _)| at.clone()));
        let only = scope.at.clone().unwrap_or_default();
        // What lies both at or below the arc and at or below the credential's.
        let both = arcs.into_iter().filter_map(|arc| {
            if arc.starts_with(&only) {
                Some(arc)
            } else {
                only.starts_with(&arc).then(|| only.clone())
            }
        });
        let both: Vec<_> = both.collect();
        if both.iter().any(|arc| node.starts_with(arc)) {
            Seeing::Whole
        } else if both.iter().any(|arc| arc.starts_with(node)) {
            Seeing::Above
        } else {
            Seeing::Public
        }
    }
}

// The code under test, beside the model.

struct World {
    tree: Tree,
    model: Model,
}

fn digest(proof: usize) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&u64::try_from(proof).unwrap().to_be_bytes());
    digest[31] = 1;
    digest
}

fn moment(tree: &Tree, ends: u8) -> Timestamp {
    tree.now.plus_seconds(u64::from(ends))
}

impl World {
    fn new() -> Self {
        let mut tree = Tree::founded();
        tree.reason = Some("a reason".to_owned());
        for arc in NODES
            .iter()
            .filter(|node| strictly_above(&path(OWN), &path(node)))
        {
            tree.arc(arc);
        }
        let mut model = Model::default();
        for (number, (id, home)) in PEOPLE.iter().enumerate() {
            let id: crate::model::PrincipalId = id.parse().unwrap();
            if number > 0 {
                let kind = PrincipalKind::Person;
                let added = Principal::new(id.clone(), kind, path(home), tree.now);
                tree.apply(&[Event::PrincipalAdded(added)]);
            }
            let name = format!("c-{number}").parse().unwrap();
            let token = Credential::token(name, id, digest(number), "one", tree.now);
            tree.apply(&[Event::CredentialIssued(token)]);
            model.people.push(Somebody {
                home: path(home),
                standing: Standing::Active,
                roles: BTreeSet::new(),
                founder: number == 0,
            });
            model.proofs.push(Proof {
                owner: number,
                kind: CredentialKind::Token,
                ends: None,
                scope: Scope::default(),
                over: false,
            });
        }
        Self { tree, model }
    }

    fn identity(&self, proof: usize) -> Identity {
        let id = PEOPLE[self.model.proofs[proof].owner].0;
        let principal = self.tree.principals[&id.parse().unwrap()].clone();
        Identity::Principal(principal, TokenDigest(digest(proof)))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    fn command(&self, what: &What) -> Command {
        let id = |who: &usize| PEOPLE[*who].0.parse().unwrap();
        let details = |name: String| RegistrantDetails {
            name,
            ..RegistrantDetails::default()
        };
        let amend = |at: &NodePath, changes| {
            Command::Amend(Amend {
                path: at.clone(),
                if_revision: None,
                changes,
            })
        };
        match what.clone() {
            What::Allocate(superior) => Command::Allocate(Allocate {
                superior,
                number: NumberChoice::NextFree,
                entry: NewEntry::default(),
                allocation_token: None,
            }),
            What::AmendNames(at) => amend(
                &at,
                Changes {
                    visibility: Some(Visibility::Stub),
                    ..Changes::default()
                },
            ),
            What::AmendTitles(at) => amend(
                &at,
                Changes {
                    titles: Some(Vec::new()),
                    ..Changes::default()
                },
            ),
            What::Withdraw(path) => Command::ChangeState(ChangeState {
                path,
                if_revision: None,
                to: State::Withdrawn,
                relation: None,
                despite_subordinates: false,
            }),
            What::Transfer(path) => Command::Transfer {
                path,
                if_revision: None,
                to: new_registrant("Wizara"),
            },
            What::Delegate(path, to) => Command::Delegate {
                path,
                if_revision: None,
                delegation: match to {
                    Some(to) => Delegation::Hosted {
                        principals: to.iter().map(id).collect(),
                    },
                    None => Delegation::External {
                        oidip: Some("whois.example".to_owned()),
                        ors: None,
                        name_servers: Vec::new(),
                        signers: Vec::new(),
                    },
                },
            },
            What::Recall(path) => Command::Recall {
                path,
                if_revision: None,
            },
            What::Policy(path) => Command::SetPolicy {
                path,
                if_revision: None,
                policy: None,
            },
            What::Add(home) => Command::AddPrincipal(AddPrincipal {
                kind: PrincipalKind::Person,
                details: details("Asha".to_owned()),
                home,
            }),
            What::Describe(who) => Command::DescribePrincipal {
                id: id(&who),
                details: details("Neema".to_owned()),
            },
            What::Stand(who, to) => Command::ChangeStanding { id: id(&who), to },
            What::Grant(who, role, at) => Command::GrantRole(RoleOn {
                id: id(&who),
                role,
                at,
            }),
            What::Revoke(who, role, at) => Command::RevokeRole(RoleOn {
                id: id(&who),
                role,
                at,
            }),
            What::Issue {
                to,
                kind,
                ends,
                scope,
            } => Command::IssueCredential(IssueCredential {
                principal: id(&to),
                kind,
                sha256: digest(self.model.proofs.len()),
                name: "one".to_owned(),
                expires: ends.map(|ends| moment(&self.tree, ends)),
                scope,
                bound_to: None,
            }),
            What::End(proof) => Command::RevokeCredential {
                id: self.tree.credentials[&digest(proof)].id.clone(),
            },
            What::Accept(code) => Command::AcceptInvitation {
                code_sha256: digest(code),
                token_sha256: digest(self.model.proofs.len()),
                name: "new".to_owned(),
            },
        }
    }

    fn submission(&self, call: &Call) -> Submission {
        Submission {
            reason: Some("a reason".to_owned()),
            override_reason: call.overrides.then(|| "a court order".to_owned()),
            asked_by: None,
            ..submission(self.command(&call.what))
        }
    }

    /// Asks the code and the model; carries out what both and the rules allow. Tells how the call ended.
    fn step(&mut self, step: Step) -> (Call, &'static str) {
        let call = call(step, &self.model.proofs);
        let expected = self.model.expected(&call);
        let submission = self.submission(&call);
        let identity = self.identity(call.shown);
        let given = match permit(&identity, &submission, &self.tree) {
            Ok(permit) if permit.overrides() => May::ByOverriding,
            Ok(_) => May::Plainly,
            Err(_) => May::No,
        };
        assert_eq!(given, expected, "{call:?} in {:#?}", self.model);
        if given == May::No {
            return (call, "denied");
        }
        // More arcs, and arcs that are out of force, would only get in the way of what follows.
        let in_the_way = matches!(call.what, What::Withdraw(_) | What::Allocate(_));
        if in_the_way || self.tree.submit(submission.command).is_err() {
            return (call, "permitted");
        }
        self.model.carry_out(&call);
        self.compare(step[7]);
        (call, "carried out")
    }

    fn compare(&self, octet: u8) {
        for (who, (id, _)) in PEOPLE.iter().enumerate() {
            let known = &self.tree.principals[&id.parse().unwrap()];
            let somebody = &self.model.people[who];
            let grants = known.grants.iter();
            let roles: BTreeSet<_> = grants.map(|one| (one.role, one.at.clone())).collect();
            assert_eq!(roles, somebody.roles, "{id}");
            assert_eq!(known.standing, somebody.standing, "{id}");
            let scope = scope(octet);
            let identity = Identity::Principal(known.clone(), TokenDigest(digest(who)));
            let seen = sight(&identity, &scope);
            for node in NODES
                .map(path)
                .into_iter()
                .chain([path("1.3"), path("2.16.834.9")])
            {
                let expected = self.model.sees(who, &scope, &node);
                assert_eq!(seen.of(&node), expected, "{id} {scope:?} {node}");
            }
        }
    }
}

fn steps() -> u32 {
    let told = std::env::var("OIDRA_RIGHTS_STEPS").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(STEPS)
}

/// The name of a call's kind and how it ended.
fn word((call, end): &(Call, &'static str)) -> String {
    let what = format!("{:?}", call.what);
    let name = what.split(['(', ' ']).next().unwrap_or_default();
    format!("{name} {end}")
}

#[test]
fn rights_are_those_that_the_guide_tells() {
    let steps = steps();
    let mean = u32::try_from(SEQUENCE_MAX / 2).unwrap();
    let config = Config {
        cases: steps / mean + 1,
        ..Config::default()
    };
    let ends: RefCell<BTreeMap<String, u64>> = RefCell::default();
    let sequences = proptest::collection::vec(any::<Step>(), SEQUENCE_MAX / 10..=SEQUENCE_MAX);
    let run = TestRunner::new(config).run(&sequences, |sequence| {
        let mut world = World::new();
        for step in sequence {
            let ended = world.step(step);
            *ends.borrow_mut().entry(word(&ended)).or_default() += 1;
        }
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    let ends = ends.into_inner();
    let total: u64 = ends.values().sum();
    assert!(total >= u64::from(steps), "{total} calls");
    // Every kind of call ends in every way that it can, and more than now and then.
    for kind in [
        "Allocate",
        "AmendNames",
        "AmendTitles",
        "Withdraw",
        "Transfer",
        "Delegate",
        "Recall",
        "Policy",
        "Add",
        "Describe",
        "Stand",
        "Grant",
        "Revoke",
        "Issue",
        "End",
        "Accept",
    ] {
        let of = |end: &str| ends.get(&format!("{kind} {end}")).copied().unwrap_or(0);
        let given = of("permitted") + of("carried out");
        let least = total / 5_000;
        assert!(of("denied") > least && given > least, "{kind}: {ends:#?}");
    }
}
