//! Takes a name, gives the field that bears it, or the one that was probably meant.
//!
//! Invariant: no two fields bear one name.

use super::field::Field;
use super::{bodies, frame, layers, parties, sip, sip_headers};
use crate::nearest::nearest;

/// All fields, by what they are about.
pub const ALL: &[&[Field]] = &[
    frame::FIELDS,
    layers::FIELDS,
    bodies::FIELDS,
    sip::FIELDS,
    parties::FROM,
    parties::TO,
    parties::CONTACT,
    parties::IDENTITY,
    parties::ROUTE,
    parties::RECORD_ROUTE,
    parties::TAGS,
    sip_headers::NUMBERS,
    sip_headers::TEXTS,
];

/// The field of that name; case counts, as in Wireshark.
#[must_use]
pub fn named(name: &str) -> Option<&'static Field> {
    ALL.iter().copied().flatten().find(|field| field.name == name)
}

/// The name of the field that was probably meant by `name`: the same in another case, one that goes on, or one a slip away.
#[must_use]
pub fn nearest_to(name: &str) -> Option<&'static str> {
    let names = || ALL.iter().copied().flatten().map(|field| field.name);
    let goes_on = |known: &&str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '_']));
    let same = names().find(|known| known.eq_ignore_ascii_case(name));
    same.or_else(|| names().filter(goes_on).min()).or_else(|| nearest(name, names()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_fields_bear_one_name() {
        let mut names = BTreeSet::new();
        for field in ALL.iter().copied().flatten() {
            assert!(names.insert(field.name), "{} is there twice", field.name);
        }
        assert!(names.len() > 200);
    }

    #[test]
    fn a_slip_in_a_name_is_understood() {
        for (typed, meant) in [
            ("sip.method", Some("sip.Method")),
            ("sip.status-code", Some("sip.Status-Code")),
            ("sip.Status", Some("sip.Status-Code")),
            ("sip.Sttus-Code", Some("sip.Status-Code")),
            ("udp.prt", Some("udp.port")),
            ("IP.ADDR", Some("ip.addr")),
            ("weather.in.spring", None),
        ] {
            assert_eq!(nearest_to(typed), meant, "{typed}");
        }
        assert!(named("sip.method").is_none() && named("sip.Method").is_some());
    }
}
