//! What is hidden cannot be told from what is absent, also not by how long an answer takes.

use std::time::{Duration, Instant};

use oidra::pb::v1 as pb;

use crate::harness::{House, NODE, titled};

/// Questions of a round, of either kind.
const QUESTIONS: usize = 400;
/// Rounds after which a difference that never went away is believed.
const ROUNDS: usize = 8;
/// What is no difference that a simple test can see.
const ALIKE: f64 = 1.08;

/// How long an answer takes in the middle, for each of two OIDs asked in turn.
async fn medians(house: &House, oids: [&str; 2]) -> [Duration; 2] {
    let mut took = [Vec::new(), Vec::new()];
    let mut reads = house.reads();
    for turn in 0..2 * QUESTIONS {
        // Which of them goes first changes, so that neither always finds what the other left warm.
        let which = (turn + turn / 2) % 2;
        let request = pb::ResolveRequest {
            oid: oids[which].into(),
            ..Default::default()
        };
        let begun = Instant::now();
        reads.resolve(request).await.unwrap();
        took[which].push(begun.elapsed());
    }
    took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_arc_takes_as_long_as_an_absent_one() {
    let house = House::open().await;
    // As much to read as an entry may hold, so that reading it for nothing would be seen.
    let heavy = pb::NewEntry {
        visibility: pb::Visibility::Hidden as i32,
        descriptions: vec![pb::Text {
            language: "en".into(),
            text: "x".repeat(10_000),
        }],
        ..titled("Secret")
    };
    house.allocate(Some(500), heavy).await;
    for number in [499, 501] {
        house.allocate(Some(number), titled("Open")).await;
    }
    let (hidden, absent) = (format!("{NODE}.500"), format!("{NODE}.502"));
    let mut seen = Vec::new();
    for _ in 0..ROUNDS {
        let [there, not] = medians(&house, [&hidden, &absent]).await;
        let ratio = there.as_secs_f64() / not.as_secs_f64();
        if (1.0 / ALIKE..ALIKE).contains(&ratio) {
            house.close().await;
            return;
        }
        seen.push(ratio);
    }
    panic!("in every round a hidden arc took this many times as long as an absent one: {seen:?}");
}
