//! The register as a whole, tested over a journal in memory and in files.

mod spine;
