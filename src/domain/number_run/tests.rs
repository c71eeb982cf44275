//! Number runs as tables of values.

use std::convert::Infallible;

use super::*;

fn number(text: &str) -> WaybillNumber {
    WaybillNumber::normalise(text).expect(text)
}

/// Draws from stacks written `first` or `first×count`; what is in use is written `number` (taken) or `!number` (void).
/// Answers the numbers, the skipped ones in brackets, and the code of the stop.
fn drawn(stacks: &[&str], wanted: usize, skip: bool, used: &[&str]) -> String {
    let stacks: Vec<Stack> = stacks
        .iter()
        .map(|text| match text.split_once('×') {
            Some((first, count)) => {
                Stack { first: number(first), count: Some(count.parse().expect("count")) }
            }
            None => Stack { first: number(text), count: None },
        })
        .collect();
    let uses: HashMap<_, _> = used
        .iter()
        .map(|text| {
            let (text, code, holder) = match text.strip_prefix('!') {
                Some(text) => (text, InUse::Void, None),
                None => (*text, InUse::Taken, Some(ShipmentId(7))),
            };
            (number(text), Occupied { number: number(text), code, holder })
        })
        .collect();
    let format = Format::find("zto-12").expect("a known format");
    let mut supply = Supply::new(format, &stacks, 1, CompanyPrefix::default());
    let Ok(drawn) = draw(&mut supply, wanted, skip, |_| Ok::<_, Infallible>(uses.clone()));
    let mut words: Vec<String> = drawn.numbers.iter().map(|n| n.as_str()[9..].to_owned()).collect();
    words.extend(drawn.skipped.iter().map(|o| format!("({} {})", &o.number.as_str()[9..], o.code)));
    words.extend(drawn.stop.map(|stop| stop.why().code.to_owned()));
    words.join(" ")
}

#[test]
fn a_run_stops_at_a_number_in_use_unless_told_to_skip() {
    let first = "100000000001";
    for (stacks, wanted, skip, used, expected) in [
        (&[first][..], 3, false, &[][..], "001 002 003"),
        (&[first], 3, false, &["100000000002"], "001 number_taken"),
        (&[first], 3, false, &["!100000000003"], "001 002 number_void"),
        (&[first], 3, true, &["100000000002", "!100000000003"], "001 004 005 (002 taken) (003 void)"),
        (&["999999999998"], 3, false, &[], "998 999 number_exhausted"),
        (&["999999999998"], 3, true, &["999999999998"], "999 (998 taken) number_exhausted"),
        (&["100000000001×2"], 3, false, &[], "001 002 number_exhausted"),
        (&["100000000001×2", "100000000051×2"], 3, false, &[], "001 002 051"),
        (&["999999999999", "100000000051"], 3, false, &[], "999 051 052"),
        (&["100000000001×2", "100000000002×2"], 3, false, &[], "001 002 number_taken"),
        (&["100000000001×2", "100000000051"], 3, true, &["100000000001"], "002 051 052 (001 taken)"),
    ] {
        assert_eq!(drawn(stacks, wanted, skip, used), expected, "{stacks:?} {wanted} {skip} {used:?}");
    }
}

/// Seats written `number` (moves) or `=number` (stays), answered as the numbers after the shift.
fn shifted(seats: &[&str], successor: Option<&str>) -> String {
    let seats: Vec<Seat> = seats
        .iter()
        .enumerate()
        .map(|(index, text)| Seat {
            shipment: ShipmentId(index as i64),
            position: index as i64 + 3,
            number: text.trim_start_matches('=').to_owned(),
            moves: !text.starts_with('='),
        })
        .collect();
    let moves = shift(&seats, successor.map(number).as_ref());
    let words: Vec<_> = moves
        .iter()
        .map(|m| format!("{}:{}→{}", m.position, m.from, m.to.as_deref().unwrap_or("-")))
        .collect();
    words.join(" ")
}

#[test]
fn the_shipments_behind_a_spoiled_sheet_move_up_by_one() {
    assert_eq!(shifted(&["13", "14", "15"], Some("16")), "3:13→14 4:14→15 5:15→16");
    assert_eq!(shifted(&["13", "=14", "15"], Some("16")), "3:13→15 5:15→16");
    assert_eq!(shifted(&["13", "14", "=15"], Some("16")), "3:13→14 4:14→16");
    assert_eq!(shifted(&["13"], Some("14")), "3:13→14");
    assert_eq!(shifted(&["13", "14"], None), "3:13→14 4:14→-");
    assert_eq!(shifted(&["13", "=14"], None), "3:13→-");
}

#[test]
fn a_carrier_takes_its_own_formats_and_those_that_many_print() {
    for (carrier, format, codes) in [
        ("sf", "sf-12", &[][..]),
        ("sf", "plain", &[]),
        ("myposte", "s10", &[]),
        ("sf", "zto-12", &["format_of_other_carrier"]),
        ("SF", "sf-12", &["carrier_invalid"]),
        ("", "sf-99", &["carrier_invalid", "format_unknown"]),
    ] {
        let found: Vec<_> = match format_of(carrier, format) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(fields)) => fields.iter().map(|field| field.code).collect(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(found, codes, "{carrier} {format}");
    }
}

#[test]
fn allocated_numbers_fill_one_shipment_and_doubtful_ones_need_a_yes() {
    for (format, wanted, confirmed, expected) in [
        ("zto-12", 3, false, Some(3)),
        ("s10", 3, false, None),
        ("s10", 3, true, Some(3)),
        ("s10", 1, false, Some(1)),
        ("jt-13", 3, true, Some(1)),
    ] {
        let format = Format::find(format).expect("a known format");
        let found = allowed(format, &number("1"), wanted, confirmed).ok();
        assert_eq!(found, expected, "{} {wanted} {confirmed}", format.name);
    }
}
