//! What every back end must do, as one battery; and the drafts that the journal's tests append.
//!
//! It must never know which back end it runs on.

use std::{collections::HashSet, thread, time::Duration};

use super::{
    Appended, BatchFault, Draft, Head, Header, Item, ItemKind, Journal, JournalError,
    MAX_BATCH_RECORDS, MAX_ID_BYTES, MAX_RECORD_BYTES, MAX_RECORD_ITEMS, MAX_SUBJECT_BYTES, Record,
    Seq, StoredItem, merkle::Frontier,
};

/// A draft with one item of each kind; `name` goes into all of them.
pub(crate) fn draft(time_us: i64, name: &str) -> Draft {
    let salt = |n: u8| {
        let mut salt = [n; 16];
        salt.iter_mut()
            .zip(name.bytes())
            .for_each(|(salt, byte)| *salt ^= byte);
        salt
    };
    let item = |kind, subject: String, n, body: String| Item {
        kind,
        subject,
        salt: salt(n),
        body: body.into_bytes(),
    };
    Draft {
        header: Header {
            time_us,
            principal: format!("principal-{name}"),
            request_id: format!("request-{name}"),
            request_digest: [u8::try_from(name.len()).unwrap(); 32],
        },
        items: vec![
            item(ItemKind::Public, String::new(), 1, format!("public {name}")),
            item(
                ItemKind::Restricted,
                String::new(),
                2,
                format!("restricted {name}"),
            ),
            item(
                ItemKind::Personal,
                format!("person-{name}"),
                3,
                format!("personal {name}"),
            ),
        ],
    }
}

/// Appends one batch that must be taken.
pub(crate) fn append(journal: &dyn Journal, batch: Vec<Draft>) -> (Head, Vec<Record>) {
    match journal.append(&journal.head(), batch).unwrap() {
        Appended::Appended(head, records) => (head, records),
        other => panic!("{other:?}"),
    }
}

/// All records.
pub(crate) fn all(journal: &dyn Journal) -> Vec<Record> {
    journal
        .read_from(Seq::FIRST)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// Runs the battery. `fresh` makes an empty journal; `reopen` closes it and opens what it left, where the back end
/// persists.
pub(crate) fn battery<J: Journal>(fresh: &dyn Fn() -> J, reopen: Option<&dyn Fn(J) -> J>) {
    an_empty_journal_has_an_empty_head(&fresh());
    records_come_back_as_they_were_appended(&fresh());
    a_moved_head_is_told_and_nothing_written(&fresh());
    limits_and_orders_are_held(&fresh());
    reading_goes_on_beside_appending(&fresh());
    waiters_wake_up(&fresh());
    an_erased_item_is_gone_and_hashes_hold(&fresh());
    if let Some(reopen) = reopen {
        what_was_appended_survives(fresh(), reopen);
    }
}

fn an_empty_journal_has_an_empty_head(journal: &dyn Journal) {
    assert_eq!(journal.head(), Head::empty());
    assert!(all(journal).is_empty());
    for seq in [Seq::ZERO, Seq::FIRST] {
        assert!(matches!(
            journal.read_one(seq),
            Err(JournalError::NoRecord { .. })
        ));
    }
    assert!(matches!(
        journal.append(&Head::empty(), vec![]),
        Err(JournalError::Batch(BatchFault::Empty))
    ));
    assert_eq!(journal.head(), Head::empty());
}

fn records_come_back_as_they_were_appended(journal: &dyn Journal) {
    let (mut expect, mut frontier, mut number) = (Vec::new(), Frontier::new(), 0u64);
    for size in [1, 3, 1, 7, 2] {
        let batch: Vec<Draft> = (0..size)
            .map(|n| draft(10 + size, &format!("{size}-{n}")))
            .collect();
        let batch = batch
            .into_iter()
            .map(|mut d| {
                d.header.time_us = i64::try_from(number).unwrap();
                d
            })
            .collect::<Vec<_>>();
        let (head, records) = append(journal, batch.clone());
        for (draft, record) in batch.into_iter().zip(&records) {
            number += 1;
            assert_eq!(record.seq, Seq::new(number));
            assert_eq!(record.header, draft.header);
            assert_eq!(
                record.items,
                draft
                    .items
                    .into_iter()
                    .map(StoredItem::Present)
                    .collect::<Vec<_>>()
            );
            assert_eq!(record.first_broken_commitment(), None);
            assert_eq!(record.leaf, super::Digest32::of_leaf(&record.envelope));
            frontier.push(record.leaf);
        }
        expect.extend(records);
        let time_us = expect.last().unwrap().header.time_us;
        assert_eq!(
            head,
            Head {
                seq: Seq::new(number),
                root: frontier.root(),
                time_us
            }
        );
        assert_eq!(journal.head(), head);
    }
    assert_eq!(all(journal), expect);
    for (place, record) in expect.iter().enumerate() {
        let rest: Vec<Record> = journal
            .read_from(record.seq)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rest, expect[place..]);
        assert_eq!(journal.read_one(record.seq).unwrap(), *record);
    }
    assert_eq!(
        journal
            .read_from(journal.head().seq.next())
            .unwrap()
            .count(),
        0
    );
    assert!(matches!(
        journal.read_one(journal.head().seq.next()),
        Err(JournalError::NoRecord { .. })
    ));
}

fn a_moved_head_is_told_and_nothing_written(journal: &dyn Journal) {
    let before = journal.head();
    let (head, records) = append(journal, vec![draft(1, "a")]);
    let wrong_root = Head {
        root: super::Digest32::default(),
        ..head
    };
    for stale in [before, wrong_root] {
        assert_eq!(
            journal.append(&stale, vec![draft(2, "b")]).unwrap(),
            Appended::HeadMoved(head)
        );
    }
    assert_eq!(all(journal), records);
}

fn limits_and_orders_are_held(journal: &dyn Journal) {
    append(journal, vec![draft(5, "a")]);
    let head = journal.head();
    let check = |batch: Vec<Draft>, expect: Option<BatchFault>| match (
        journal.append(&journal.head(), batch),
        expect,
    ) {
        (Ok(Appended::Appended(..)), None) => {}
        (Err(JournalError::Batch(found)), Some(expect)) => assert_eq!(found, expect),
        other => panic!("{other:?}"),
    };
    let changed = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft(5, "b");
        change(&mut draft);
        vec![draft]
    };
    let long = |field, limit: usize| {
        Some(BatchFault::FieldTooLong {
            index: 0,
            field,
            found: limit + 1,
            limit,
        })
    };
    check(
        vec![draft(4, "b")],
        Some(BatchFault::TimeBackwards {
            index: 0,
            found: 4,
            previous: 5,
        }),
    );
    let backwards = BatchFault::TimeBackwards {
        index: 1,
        found: 6,
        previous: 7,
    };
    check(vec![draft(7, "b"), draft(6, "c")], Some(backwards));
    check(
        changed(&|d| d.header.principal = "p".repeat(MAX_ID_BYTES + 1)),
        long("the principal id", MAX_ID_BYTES),
    );
    check(
        changed(&|d| d.header.request_id = "r".repeat(MAX_ID_BYTES + 1)),
        long("the request id", MAX_ID_BYTES),
    );
    let subject = long("an item's subject", MAX_SUBJECT_BYTES);
    check(
        changed(&|d| d.items[2].subject = "s".repeat(MAX_SUBJECT_BYTES + 1)),
        subject,
    );
    check(
        changed(&|d| d.items[0].subject = "s".to_owned()),
        Some(BatchFault::Subject { index: 0 }),
    );
    check(
        changed(&|d| d.items[2].subject.clear()),
        Some(BatchFault::Subject { index: 0 }),
    );
    let items = |count: usize| changed(&|d| d.items = vec![d.items[0].clone(); count]);
    let (found, limit) = (MAX_RECORD_ITEMS + 1, MAX_RECORD_ITEMS);
    check(
        items(found),
        Some(BatchFault::TooManyItems {
            index: 0,
            found,
            limit,
        }),
    );
    let (found, limit) = (MAX_BATCH_RECORDS + 1, MAX_BATCH_RECORDS);
    check(
        vec![Draft::default(); found],
        Some(BatchFault::TooManyRecords { found, limit }),
    );
    let big = journal.append(
        &head,
        changed(&|d| d.items[0].body = vec![0; MAX_RECORD_BYTES + 1]),
    );
    assert!(matches!(
        big,
        Err(JournalError::Batch(BatchFault::RecordTooLarge {
            index: 0,
            ..
        }))
    ));
    let big = changed(&|d| d.items[0].body = vec![0; MAX_RECORD_BYTES - 4_096]);
    let batch = std::iter::repeat_n(big, 5).flatten().collect();
    let big = journal.append(&head, batch);
    assert!(matches!(
        big,
        Err(JournalError::Batch(BatchFault::FrameTooLarge { .. }))
    ));
    assert_eq!(journal.head(), head, "what is refused is not written");
    check(
        changed(&|d| d.header.principal = "p".repeat(MAX_ID_BYTES)),
        None,
    );
    check(items(MAX_RECORD_ITEMS), None);
}

fn reading_goes_on_beside_appending(journal: &dyn Journal) {
    const BATCHES: u64 = 60;
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while journal.head().seq.get() < 2 * BATCHES {
                    let head = journal.head();
                    let records = all(journal);
                    assert!(records.len() as u64 >= head.seq.get());
                    let mut frontier = Frontier::new();
                    records
                        .iter()
                        .take(usize::try_from(head.seq.get()).unwrap())
                        .for_each(|r| frontier.push(r.leaf));
                    assert_eq!(frontier.root(), head.root);
                }
            });
        }
        for n in 0..BATCHES {
            let time = i64::try_from(n).unwrap();
            append(
                journal,
                vec![draft(time, &format!("a{n}")), draft(time, &format!("b{n}"))],
            );
        }
    });
    let ids: HashSet<String> = all(journal)
        .into_iter()
        .map(|record| record.header.request_id)
        .collect();
    assert_eq!(ids.len() as u64, 2 * BATCHES);
}

fn waiters_wake_up(journal: &dyn Journal) {
    assert!(!journal.wait_beyond(Seq::ZERO, Duration::from_millis(1)));
    let mut heads = journal.follow();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| journal.wait_beyond(Seq::ZERO, Duration::from_secs(60)));
        append(journal, vec![draft(1, "a")]);
        assert!(waiter.join().unwrap());
    });
    assert!(heads.has_changed().unwrap());
    assert_eq!(*heads.borrow_and_update(), journal.head());
    assert!(journal.wait_beyond(Seq::ZERO, Duration::ZERO));
    assert!(!journal.wait_beyond(Seq::FIRST, Duration::ZERO));
}

fn an_erased_item_is_gone_and_hashes_hold(journal: &dyn Journal) {
    append(journal, vec![draft(1, "a"), draft(1, "b")]);
    append(journal, vec![draft(2, "a")]);
    let (head, before) = (journal.head(), all(journal));
    let erase = |seqs: &[u64], subject| {
        let seqs: Vec<Seq> = seqs.iter().copied().map(Seq::new).collect();
        journal.erase(&seqs, subject)
    };
    assert_eq!(erase(&[1, 2], "person-a").unwrap().items, 1);
    assert_eq!(erase(&[1], "person-a").unwrap().items, 0);
    assert_eq!(erase(&[2], "").unwrap().items, 0);
    assert!(matches!(
        erase(&[1, 4], "person-a"),
        Err(JournalError::NoRecord { .. })
    ));
    assert!(matches!(
        erase(&[0], "person-a"),
        Err(JournalError::NoRecord { .. })
    ));
    let after = all(journal);
    let subject = "person-a".to_owned();
    assert_eq!(
        after[0].items[2],
        StoredItem::Erased {
            kind: ItemKind::Personal,
            subject
        }
    );
    assert_eq!(after[0].items[..2], before[0].items[..2]);
    assert_eq!(
        (&after[0].envelope, after[0].leaf),
        (&before[0].envelope, before[0].leaf)
    );
    assert_eq!(after[1..], before[1..]);
    assert_eq!(journal.head(), head);
    append(journal, vec![draft(3, "c")]);
    assert_eq!(all(journal)[..3], after);
}

fn what_was_appended_survives<J: Journal>(journal: J, reopen: &dyn Fn(J) -> J) {
    let mut journal = journal;
    for n in 0..6i64 {
        append(
            &journal,
            vec![draft(n, &format!("a{n}")), draft(n, &format!("b{n}"))],
        );
        let (head, records) = (journal.head(), all(&journal));
        journal = reopen(journal);
        assert_eq!(journal.head(), head);
        assert_eq!(all(&journal), records);
    }
}
