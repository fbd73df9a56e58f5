//! DNS cookies (RFC 7873) in the form that all servers share (RFC 9018): who shows ours got it at that address.
//!
//! It must never refuse who has none: a cookie only spares its bearer the limits that guard against forged addresses.

use std::net::IpAddr;

use domain::base::opt::Cookie;
use domain::base::serial::Serial;

use crate::model::Timestamp;

/// For how long a cookie is taken, in seconds (RFC 9018 4.3).
const GOOD_SECONDS: u32 = 3_600;
/// How far ahead of us the clock of another server of ours may be, in seconds.
const AHEAD_SECONDS: u32 = 300;

/// Makes and checks cookies.
pub struct Cookies {
    secret: [u8; 16],
}

impl Cookies {
    /// With this secret, which must be random.
    pub const fn new(secret: [u8; 16]) -> Self {
        Self { secret }
    }

    /// Whether the source showed a cookie that it got from us.
    pub fn is_good(&self, cookie: &Cookie, source: IpAddr, now: Timestamp) -> bool {
        let now = seconds(now);
        cookie.check_server_hash(source.to_canonical(), &self.secret, |made: Serial| {
            let age = now.wrapping_sub(made.into_int());
            age <= GOOD_SECONDS || age.wrapping_neg() <= AHEAD_SECONDS
        })
    }

    /// The cookie option's data to answer with.
    pub fn answer(&self, cookie: &Cookie, source: IpAddr, now: Timestamp) -> Vec<u8> {
        let made = Serial(seconds(now));
        let full = cookie.create_response(made, source.to_canonical(), &self.secret);
        let mut data = full.client().into_octets().to_vec();
        data.extend_from_slice(full.server().map(AsRef::as_ref).unwrap_or_default());
        data
    }
}

fn seconds(now: Timestamp) -> u32 {
    let seconds = (now.micros().unsigned_abs() / 1_000_000) & u64::from(u32::MAX);
    u32::try_from(seconds).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_good_at_its_address_for_a_while() {
        let cookies = Cookies::new([7; 16]);
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let source: IpAddr = "192.0.2.1".parse().unwrap();
        let client = Cookie::new([1; 8].into(), None);
        assert!(!cookies.is_good(&client, source, at(10_000)));
        let data = cookies.answer(&client, source, at(10_000));
        assert_eq!(data.len(), 24);
        let server = domain::base::opt::cookie::ServerCookie::from_octets(&data[8..]);
        let shown = Cookie::new([1; 8].into(), Some(server));
        assert!(cookies.is_good(&shown, source, at(10_000)));
        assert!(cookies.is_good(&shown, source, at(13_600)));
        assert!(!cookies.is_good(&shown, source, at(13_601)));
        assert!(!cookies.is_good(&shown, "192.0.2.2".parse().unwrap(), at(10_000)));
    }
}
