//! The grpc room.
