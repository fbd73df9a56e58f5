//! Lots: whatever is random in a decision, drawn from the record's 256 bits of entropy.
//!
//! Draw number n is SHA-256(domain ‖ entropy ‖ n), so that the same command with the same entropy decides the same. It
//! must never read a source of randomness of its own, and never give the same bits twice in one decision.

use sha2::{Digest as _, Sha256};

use crate::model::{
    AllocationTokenId, ApplicationId, CredentialId, HoldId, PrincipalId, RegistrantId,
};

/// Keeps these bits apart from every other use of the same entropy.
const DOMAIN: &[u8] = b"oidra rules lots 1";

/// How often a draw that fell outside is repeated before the remainder is taken: one draw in two falls inside at worst,
/// so that this is never reached in practice, and a decision still ends if it is.
const REDRAWS_MAX: u32 = 128;

/// The lots of one decision.
pub struct Lots {
    entropy: [u8; 32],
    drawn: u64,
}

impl Lots {
    /// The lots that `entropy` holds.
    pub const fn new(entropy: [u8; 32]) -> Self {
        Self { entropy, drawn: 0 }
    }

    fn bits(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let digest = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(self.entropy)
            .chain_update(self.drawn.to_be_bytes())
            .finalize();
        let mut half = [0; 16];
        for (to, from) in half.iter_mut().zip(digest) {
            *to = from;
        }
        half
    }

    /// A new registrant's id.
    pub fn registrant(&mut self) -> RegistrantId {
        RegistrantId::from_random(self.bits())
    }

    /// A new principal's id.
    pub fn principal(&mut self) -> PrincipalId {
        PrincipalId::from_random(self.bits())
    }

    /// A new credential's id.
    pub fn credential(&mut self) -> CredentialId {
        CredentialId::from_random(self.bits())
    }

    /// A new allocation token's id.
    pub fn allocation_token(&mut self) -> AllocationTokenId {
        AllocationTokenId::from_random(self.bits())
    }

    /// A new application's id.
    pub fn application(&mut self) -> ApplicationId {
        ApplicationId::from_random(self.bits())
    }

    /// A new hold's id.
    pub fn hold(&mut self) -> HoldId {
        HoldId::from_random(self.bits())
    }

    /// What makes something differ from whatever there was before.
    pub fn nonce(&mut self) -> [u8; 16] {
        self.bits()
    }

    /// A number from 0 to `last`, each as likely as any other.
    pub fn up_to(&mut self, last: u128) -> u128 {
        let mask = u128::MAX
            .checked_shr(last.leading_zeros())
            .unwrap_or_default();
        let mut draw = 0;
        for _ in 0..REDRAWS_MAX {
            draw = u128::from_be_bytes(self.bits()) & mask;
            if draw <= last {
                return draw;
            }
        }
        draw.min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_entropy_gives_the_same_lots_and_no_lot_twice() {
        let mut one = Lots::new([7; 32]);
        let mut other = Lots::new([7; 32]);
        let first = one.registrant();
        assert_eq!(first, other.registrant());
        assert_ne!(first, one.registrant());
        assert_ne!(Lots::new([8; 32]).registrant(), first);
    }

    #[test]
    fn draws_stay_inside_and_reach_both_ends() {
        let mut lots = Lots::new([1; 32]);
        let mut seen = [0_u32; 5];
        for _ in 0..1_000 {
            seen[usize::try_from(lots.up_to(4)).unwrap()] += 1;
        }
        assert!(
            seen.iter().all(|count| (120..280).contains(count)),
            "{seen:?}"
        );
        assert_eq!(lots.up_to(0), 0);
        assert!(lots.up_to(u128::MAX) > u128::from(u64::MAX));
    }
}
