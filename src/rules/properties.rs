//! Random sequences of commands.
