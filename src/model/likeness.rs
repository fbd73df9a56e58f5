//! In what registrants can be alike, and groups of those that are: plain data.
//!
//! Whether two registrants are one is for people to judge; nothing here says so.

use super::entry::Registrant;

/// A trait in which two registrants can be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trait {
    /// Their names look the same.
    Name,
    /// They have one e-mail address.
    Email,
    /// They have one telephone number.
    Telephone,
}

impl Trait {
    /// Every trait, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Name, Self::Email, Self::Telephone];
}

/// A registrant of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// The registrant, cut to what its reader may see.
    pub registrant: Registrant,
    /// How many arcs it holds, of those that were looked at.
    pub arcs: u64,
    /// What it has in common with somebody else of the group.
    pub alike_in: Vec<Trait>,
}

/// Registrants each of whom is like another one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlikes {
    /// The first of them, by their ids.
    pub members: Vec<LookAlike>,
    /// How many they are.
    pub count: u64,
    /// In how many traits those two are alike that are alike in most.
    pub likeness: usize,
}

/// What a search for look-alikes found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The groups, those first whose members are alike in most.
    pub groups: Vec<LookAlikes>,
    /// How many registrants were compared.
    pub registrants: u64,
    /// Whether there is more than was looked at or is listed.
    pub cut: bool,
}
