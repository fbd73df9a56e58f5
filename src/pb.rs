//! Generated protobuf types; includes only.
