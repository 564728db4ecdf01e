//! Notes and coins: the sum is computed from the piles.

use crate::examples::xof;
use domain::cash::{Count, Denomination};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(json: &str) -> Result<Count, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn the_sum_is_each_pile_times_its_piece() {
    let count = read(r#"{"NOTE10000":2,"NOTE500":3,"COIN500":1,"COIN25":4,"COIN1":7}"#).unwrap();
    assert_eq!(count.total(), Some(xof(20_000 + 1_500 + 500 + 100 + 7)));
}

#[test]
fn nothing_counted_is_nothing() {
    assert_eq!(Count::default().total(), Some(xof(0)));
    assert_eq!(read(r#"{"NOTE10000":0}"#).unwrap().total(), Some(xof(0)));
}

/// Rule 17: what the BCEAO issues, and 500 francs as both.
#[test]
fn the_pieces_are_those_of_the_bceao() {
    let pieces = |note: bool| {
        let pieces = Denomination::ALL.iter().filter(|piece| piece.is_note() == note);
        pieces.map(|piece| piece.francs()).collect::<Vec<_>>()
    };
    assert_eq!(pieces(true), [10_000, 5_000, 2_000, 1_000, 500]);
    assert_eq!(pieces(false), [500, 250, 200, 100, 50, 25, 10, 5, 1]);
}

#[test]
fn a_piece_is_written_with_its_kind_and_its_francs() {
    for piece in Denomination::ALL {
        let kind = if piece.is_note() { "NOTE" } else { "COIN" };
        let name = format!("\"{kind}{}\"", piece.francs());
        assert_eq!(serde_json::to_string(&piece).unwrap(), name);
        assert_eq!(serde_json::from_str::<Denomination>(&name).unwrap(), piece);
    }
}

#[test]
fn other_pieces_and_what_is_no_number_of_pieces_are_not_read() {
    for json in [
        r#"{"NOTE20000":1}"#,
        r#"{"NOTE250":1}"#,
        r#"{"COIN2":1}"#,
        r#"{"note500":1}"#,
        r#"{"500":1}"#,
        r#"{"NOTE500":-1}"#,
        r#"{"NOTE500":1.0}"#,
        r#"{"NOTE500":"1"}"#,
        r#"{"NOTE500":4294967296}"#,
        r#"{"NOTE500":null}"#,
        "[]",
        "5000",
    ] {
        assert!(read(json).is_err(), "{json}");
    }
}

#[test]
fn more_than_any_amount_is_no_sum() {
    let most = |piece, quantity| Count([(piece, quantity)].into()).total();
    assert_eq!(most(Denomination::Note10000, 100_000_000), Some(domain::Money::MAX));
    assert_eq!(most(Denomination::Note10000, 100_000_001), None);
    assert_eq!(Count(Denomination::ALL.map(|piece| (piece, u32::MAX)).into()).total(), None);
}

proptest! {
    #[test]
    fn counting_two_heaps_together_or_apart_comes_to_the_same(
        one in heap(), other in heap(),
    ) {
        let mut both = one.clone();
        for (piece, quantity) in &other {
            *both.entry(*piece).or_default() += quantity;
        }
        let total = |heap: BTreeMap<_, _>| Count(heap).total().unwrap();
        prop_assert_eq!(total(both), total(one).plus(total(other)).unwrap());
    }
}

fn heap() -> impl Strategy<Value = BTreeMap<Denomination, u32>> {
    let piece = proptest::sample::select(Denomination::ALL.to_vec());
    proptest::collection::btree_map(piece, 0..1_000_000_u32, 0..14)
}
