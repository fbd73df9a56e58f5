//! The checks that several commands share, each with the clause it carries out.
//!
//! The order is the same everywhere: form, own nodes, superior, revision, state of the superior, number, names, required
//! fields, registrant, quota. A check must never change anything, and never refuse with a code that is not its own.

use std::sync::Arc;

use crate::model::{
    Code, Entry, Refusal, RegistrantId, Rejection, Seq, State, TreeView, Viewed, entry::Origin,
};
use crate::oid::limits::ARCS_MAX;
use crate::oid::{ArcValue, NodePath, OidError};

/// What is to be done with an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Something that its superior decides: number, names, state, visibility, delegation, registrant.
    Superior,
    /// Something that its holder decides: titles, descriptions, services, references, contacts, the policy below it.
    Holder,
}

/// The nearest node of this registration authority at or above `node`.
pub fn authority_of(tree: &dyn TreeView, node: &NodePath) -> Viewed<Option<NodePath>> {
    let authorities = tree.authorities()?;
    let above = authorities.iter().filter(|own| node.starts_with(own));
    Ok(above.max_by_key(|own| own.depth()).cloned())
}

/// The nearest registered node above `path`.
pub fn nearest(tree: &dyn TreeView, path: &NodePath) -> Viewed<Option<NodePath>> {
    for above in path.superiors() {
        if tree.entry(&above)?.is_some() {
            return Ok(Some(above));
        }
    }
    Ok(None)
}

/// X.660 6.2: the arc is not below a node of this authority.
pub fn outside(path: &NodePath, field: &str, detail: &str) -> Rejection {
    Refusal::new(Code::OutsideAuthority, field, detail)
        .value(path)
        .into()
}

/// X.660 6.2: an authority allocates below its own nodes only.
pub fn own_superior(
    tree: &dyn TreeView,
    superior: &NodePath,
    field: &str,
) -> Result<(), Rejection> {
    if authority_of(tree, superior)?.is_none() {
        return Err(outside(
            superior,
            field,
            "this registration authority decides only below its own nodes",
        ));
    }
    Ok(())
}

/// X.660 6.2: the superior is registered and no other authority's.
pub fn superior(
    tree: &dyn TreeView,
    superior: &NodePath,
    field: &str,
) -> Result<Arc<Entry>, Rejection> {
    let entry = registered_superior(tree, superior, field)?;
    not_for_reference(&entry, field)?;
    Ok(entry)
}

/// X.660 6.2: the superior is registered.
pub fn registered_superior(
    tree: &dyn TreeView,
    superior: &NodePath,
    field: &str,
) -> Result<Arc<Entry>, Rejection> {
    if let Some(entry) = tree.entry(superior)? {
        return Ok(entry);
    }
    let mut refusal = Refusal::new(
        Code::SuperiorNotRegistered,
        field,
        format!("{superior} is not registered; register it first"),
    )
    .value(superior);
    refusal.nearest = nearest(tree, superior)?;
    Err(refusal.into())
}

fn not_for_reference(entry: &Entry, field: &str) -> Result<(), Rejection> {
    if let Origin::Reference { source, .. } = &entry.origin
        && !entry.authority
    {
        let detail = format!("{} is known from {source} only", entry.path);
        return Err(Refusal::new(Code::ReferenceEntry, field, detail)
            .value(&entry.path)
            .into());
    }
    Ok(())
}

/// The entry of an arc that this authority may change: below its own nodes (X.660 6.2), registered (6.3) and of the
/// revision the caller has seen. Of its own nodes it decides only what a holder decides.
pub fn own_arc(
    tree: &dyn TreeView,
    path: &NodePath,
    reach: Reach,
    if_revision: Option<Seq>,
) -> Result<Arc<Entry>, Rejection> {
    own_superior(tree, path, "oid")?;
    if reach == Reach::Superior && tree.authorities()?.contains(path) {
        return Err(outside(
            path,
            "oid",
            "of the authority's own node only the policy and the holder's fields can be changed here; the rest is its \
             superior's to decide",
        ));
    }
    let Some(entry) = tree.entry(path)? else {
        let detail = format!("{path} is not registered");
        let mut refusal = Refusal::new(Code::NotRegistered, "oid", detail).value(path);
        refusal.nearest = nearest(tree, path)?;
        return Err(refusal.into());
    };
    not_for_reference(&entry, "oid")?;
    unmoved(&entry, if_revision)?;
    Ok(entry)
}

/// AIP-154: nobody changed the entry since the caller read it.
pub fn unmoved(entry: &Entry, if_revision: Option<Seq>) -> Result<(), Rejection> {
    match if_revision {
        Some(seen) if seen != entry.revision => Err(Refusal::new(
            Code::RevisionMoved,
            "etag",
            format!("{} changed since you read it: read it again", entry.path),
        )
        .into()),
        _ => Ok(()),
    }
}

/// X.660 6.3 and repository practice: the superior is active, no leaf and not frozen.
pub fn open_superior(entry: &Entry, field: &str) -> Result<(), Rejection> {
    let refuse =
        |code, detail: String| Err(Refusal::new(code, field, detail).value(&entry.path).into());
    let state = entry.superior.state;
    if state != State::Active {
        let detail = format!(
            "{} is {}; it gets no new subordinates",
            entry.path,
            state.word()
        );
        return refuse(Code::SuperiorNotActive, detail);
    }
    if entry.superior.flags.leaf {
        return refuse(
            Code::SuperiorLeaf,
            format!("{} is marked as a leaf", entry.path),
        );
    }
    if entry.superior.flags.frozen {
        return refuse(
            Code::SuperiorFrozen,
            format!("{} is marked as frozen", entry.path),
        );
    }
    Ok(())
}

/// X.660 7.6 and the register's limits: the arc can stand at this place.
pub fn place(superior: &NodePath, number: &ArcValue, field: &str) -> Result<NodePath, Rejection> {
    let path = superior.child(number.clone()).map_err(|error| {
        let code = match error {
            OidError::TooManyArcs | OidError::ContentsTooLong => Code::PathTooLong,
            _ => Code::ArcOutOfRange,
        };
        Rejection::from(Refusal::new(code, field, error.to_string()).value(number))
    })?;
    short_enough(&path, field)?;
    Ok(path)
}

/// The register's limit of arcs in one path ([`ARCS_MAX`]).
pub fn short_enough(path: &NodePath, field: &str) -> Result<(), Rejection> {
    if path.depth() > ARCS_MAX {
        let detail = format!("{} arcs; at most {ARCS_MAX} are taken", path.depth());
        return Err(Refusal::new(Code::PathTooLong, field, detail).into());
    }
    Ok(())
}

/// The registrant named is known.
pub fn registrant_known(
    tree: &dyn TreeView,
    id: &RegistrantId,
    field: &str,
) -> Result<(), Rejection> {
    if tree.registrant(id)?.is_some() {
        return Ok(());
    }
    let detail = "no registrant has this id; leave the id out to record a new one";
    Err(Refusal::new(Code::RegistrantUnknown, field, detail)
        .value(id)
        .into())
}
