//! Lists of applications that are read from a place on.

use crate::model::application::{Docket, Place};
use crate::model::{Seq, Timestamp, TreeView as _};

use super::super::head::Counts;
use super::super::keys;
use super::super::rows::Rows;
use super::super::tables::Table;
use super::super::testing::*;

#[tokio::test]
async fn a_list_of_applications_is_read_from_a_place_on() {
    let Fixture {
        register,
        dir: _dir,
        ..
    } = fixture();
    let base = register.newest().of.clone();
    let mut rows = Rows::new(base, &Counts::default());
    let list = Docket::Of("r-1".parse().unwrap());
    let key = |list: &Docket, (moment, id): &Place| {
        let mut key = keys::docket(list);
        key.extend(keys::place(*moment, id));
        key
    };
    // Two of each moment, one of whose ids begins the other's.
    let places: Vec<Place> = (0..20)
        .map(|at| {
            let id = if at % 2 == 0 { "a-1" } else { "a-10" };
            (Timestamp::from_micros(at / 2 - 5), id.parse().unwrap())
        })
        .collect();
    for place in &places {
        rows.open_interval(Table::Dockets, key(&list, place), Seq::new(2), Vec::new());
        let other = Docket::Of("r-10".parse().unwrap());
        rows.open_interval(Table::Dockets, key(&other, place), Seq::new(2), Vec::new());
    }
    for gone in [3, 4, 19] {
        rows.close_interval(Table::Dockets, &key(&list, &places[gone]), Seq::new(3))
            .unwrap();
    }
    let left: Vec<_> = places
        .iter()
        .enumerate()
        .filter(|(at, _)| ![3, 4, 19].contains(at))
        .map(|(_, place)| place.clone())
        .collect();
    assert_eq!(rows.docket(&list, None, usize::MAX).unwrap(), left);
    assert_eq!(rows.docket(&list, None, 4).unwrap(), left[..4]);
    for after in &places {
        for limit in [1, 3, usize::MAX] {
            let rest = left.iter().filter(|place| *place > after);
            let expect: Vec<_> = rest.take(limit).cloned().collect();
            let found = rows.docket(&list, Some(after), limit).unwrap();
            assert_eq!(found, expect, "after {after:?}, {limit} at most");
        }
    }
}
