//! Folding what is promised: allocation tokens, the ways to find them, and what was taken by them.
//!
//! It must never refuse what was recorded, nor keep a secret: only its digest is known.

use crate::journal::codec;
use crate::model::allocation_token::AllocationToken;
use crate::model::{AllocationTokenId, TreeView, ViewFault};
use crate::oid::NodePath;

use super::fold::{FoldError, Stamp};
use super::keys;
use super::rows::Rows;
use super::source::Source;
use super::tables::Table;

impl Rows {
    /// Puts an allocation token, and the first time the ways to find it.
    pub(super) fn put_allocation_token(
        &mut self,
        stamp: Stamp,
        token: &AllocationToken,
    ) -> Result<(), ViewFault> {
        let table = Table::AllocationTokens;
        let digest = token.secret_sha256.to_vec();
        let by_id = keys::allocation_token_of(&token.id);
        if self.headed(table, &by_id)?.is_none() {
            let below = keys::allocation_tokens_below(&token.superior);
            let listed = keys::with_seq(below, stamp.seq);
            self.put_headed(table, listed, stamp.seq, digest.clone())?;
            self.put_headed(table, by_id, stamp.seq, digest)?;
        }
        let key = keys::allocation_token(&token.secret_sha256);
        let row = codec::encode_allocation_token(token);
        self.put_headed(table, key, stamp.seq, row)
    }

    /// Counts an arc that was taken by an allocation token.
    pub(super) fn taken(
        &mut self,
        stamp: Stamp,
        id: &AllocationTokenId,
        path: &NodePath,
    ) -> Result<(), FoldError> {
        let Some(mut token) = self.allocation_token_of_id(id)? else {
            let what = format!("it tells that {path} was taken by {id}, which is not there");
            return Err(FoldError::Misfit(what));
        };
        token.used = token.used.saturating_add(1);
        Ok(self.put_allocation_token(stamp, &token)?)
    }
}
