//! The oid room.
