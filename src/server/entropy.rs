//! Randomness: the only file that asks the machine for it. Everybody else gets it as an argument.

use std::io;

use crate::register::Entropy;

/// Random bytes of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl SystemEntropy {
    /// Thirty-two bytes, or why there are none.
    pub fn draw() -> io::Result<[u8; 32]> {
        let mut bytes = [0; 32];
        match getrandom::fill(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(why) => Err(io::Error::other(why.to_string())),
        }
    }
}

impl Entropy for SystemEntropy {
    /// A machine that has no randomness can give out neither salts nor ids, and guessable ones would be worse than none:
    /// that ends the process. It is tried once at the start, where it is an ordinary failure.
    fn bytes32(&self) -> [u8; 32] {
        Self::draw().unwrap_or_else(|why| {
            tracing::error!(%why, "The machine gives no random bytes.");
            std::process::abort()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(SystemEntropy.bytes32(), SystemEntropy.bytes32());
    }
}
