use fares::{fare, shares};

#[test]
fn children_ride_for_free() {
    assert_eq!(fare(9000, 5), 0);
    assert_eq!(fare(9000, 6), 1330);
}

// a kilometre that was begun counts
#[test]
fn a_begun_kilometre_counts() {
    assert_eq!(fare(1001, 30), 490);
    assert_eq!(fare(1000, 30), 370);
}

#[test]
fn odd_cents_go_to_the_first() {
    assert_eq!(shares(11, 3), Ok(vec![4, 4, 3]));
}

#[test]
fn nobody_rides() {
    assert!(shares(10, 0).is_err());
}
