//! A policy that is tried on what was applied for and given out before it, in one reading. It must never change anything.

use std::collections::HashMap;

use crate::model::{Application, Entry, Policy, Rejection, TreeView as _, Viewed};
use crate::oid::NodePath;
use crate::rules::{self, Trial};

use super::reading::Reading;

/// A policy that is tried at a node.
pub struct PolicyTrial<'a> {
    reading: &'a Reading,
    node: NodePath,
    policy: Policy,
    /// Below which nodes another policy is in force.
    elsewhere: HashMap<NodePath, bool>,
}

impl<'a> PolicyTrial<'a> {
    /// Tries a policy at `node`; without one, what would be in force there if the node set nothing itself. A policy that could
    /// not be set is refused as it would be.
    pub fn new(
        reading: &'a Reading,
        node: NodePath,
        policy: Option<Policy>,
    ) -> Result<Self, Rejection> {
        let policy = match policy {
            Some(policy) => {
                rules::check_policy(&policy)?;
                policy
            }
            None => inherited(reading, &node)?,
        };
        Ok(Self {
            reading,
            node,
            policy,
            elsewhere: HashMap::new(),
        })
    }

    /// Whether the policy would have a say below `superior`: at the node and below it, as far as no other is set.
    pub fn holds_below(&mut self, superior: &NodePath) -> Viewed<bool> {
        if !superior.starts_with(&self.node) {
            return Ok(false);
        }
        if let Some(elsewhere) = self.elsewhere.get(superior) {
            return Ok(!elsewhere);
        }
        let elsewhere = rules::policy_set_between(self.reading, &self.node, superior)?;
        self.elsewhere.insert(superior.clone(), elsewhere);
        Ok(!elsewhere)
    }

    /// What the policy would have said to an application.
    pub fn of_application(&self, application: &Application) -> Viewed<Trial> {
        rules::trial_of_application(&self.policy, application, self.reading)
    }

    /// What the policy would have said to an arc that was given out without an application.
    pub fn of_arc(&self, entry: &Entry) -> Viewed<Trial> {
        rules::trial_of_arc(&self.policy, entry, self.reading)
    }
}

/// The authority's own node inherits from nobody.
fn inherited(reading: &Reading, node: &NodePath) -> Viewed<Policy> {
    let own = reading.authorities()?.contains(node);
    match node.parent() {
        Some(above) if !own => rules::policy_in_force(reading, &above),
        _ => Ok(Policy::standard()),
    }
}
