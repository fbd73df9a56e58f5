//! The access room.
