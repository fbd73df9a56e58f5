//! A clock that jumps: what is on record stays in order, and what ends by the clock ends when it has caught up.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use oidra::{
    model::{Clock, Timestamp, clock::SystemClock},
    pb::v1 as pb,
};
use tonic::Code;

use crate::harness::{House, refused, signed_with, titled};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// The machine's clock, put forward or back.
struct Jumping(AtomicI64);

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        let by = self.0.load(Ordering::Relaxed);
        Timestamp::from_micros(SystemClock.now().micros() + by)
    }
}

async fn who(
    house: &House,
    token: &str,
) -> Result<tonic::Response<pb::WhoAmIResponse>, tonic::Status> {
    let who = signed_with(token, pb::WhoAmIRequest {});
    house.access().who_am_i(who).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_back_and_forth_stops_nothing() {
    let clock = Arc::new(Jumping(AtomicI64::new(0)));
    let shared: Arc<dyn Clock> = clock.clone();
    let house = House::open_at(shared, |_| {}).await;
    let admin = house.token.clone();
    let ends = Timestamp::from_micros(clock.now().micros() + HOUR);
    let ask = pb::IssueTokenRequest {
        name: "an hour".into(),
        expires: Some(prost_types::Timestamp {
            seconds: ends.micros() / SECOND,
            nanos: 0,
        }),
        ..Default::default()
    };
    let issued = house.access().issue_token(signed_with(&admin, ask)).await;
    let token = issued.unwrap().into_inner().token;

    let mut last = 0;
    for (number, jump) in [0, -48 * HOUR, -HOUR, HOUR / 2, -HOUR]
        .into_iter()
        .enumerate()
    {
        clock.0.store(jump, Ordering::Relaxed);
        who(&house, &token).await.unwrap();
        let written = house.allocate(Some(number as u64 + 1), titled("x")).await;
        let time = written.revision.unwrap().time.unwrap();
        let time = time.seconds * SECOND + i64::from(time.nanos) / 1_000;
        assert!(
            time >= last,
            "record {number} is dated before the one ahead of it"
        );
        last = time;
    }
    clock.0.store(2 * HOUR, Ordering::Relaxed);
    refused(
        who(&house, &token).await,
        Code::Unauthenticated,
        "TOKEN_UNKNOWN",
    );
    // What ended by a clock that ran ahead holds again when the clock was put right, and only until its time.
    clock.0.store(0, Ordering::Relaxed);
    who(&house, &token).await.unwrap();
    house.close().await;
}
