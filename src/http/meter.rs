//! How answers of this face count among the API's calls, which are counted by gRPC's codes.

use http::StatusCode;

/// The number of the gRPC code that a status counts as.
pub fn code(status: StatusCode) -> u8 {
    match status.as_u16() {
        100..400 => 0,
        400 | 405 | 406 | 411..=415 | 431 => 3,
        401 => 16,
        403 => 7,
        404 | 410 | 470 => 5,
        409 => 9,
        429 => 8,
        501 => 12,
        503 => 14,
        504 => 4,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_counts_as_such() {
        for (status, expect) in [(200, 0), (308, 0), (404, 5), (470, 5), (429, 8), (500, 13)] {
            assert_eq!(code(StatusCode::from_u16(status).unwrap()), expect);
        }
    }
}
