//! Takes how telephone numbers are dialled, gives whether two of them are one number.
//!
//! Without a plan no number is made another one: where `0` leads is a matter of the country (ITU-T E.164; RFC 3966, 5.1.4).

use crate::sip::Uri;

/// How numbers are dialled in a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiallingPlan {
    /// The digits of the country, without `+`: `49`.
    pub country: String,
    /// What is dialled ahead of a number of this country: `0`.
    pub national_prefix: String,
    /// What is dialled in place of `+`: `00`.
    pub international_prefix: String,
}

impl DiallingPlan {
    /// Whether the users of two URIs are one telephone number.
    #[must_use]
    pub fn is_same_number(&self, one: &Uri, other: &Uri) -> bool {
        let numbers = [one, other].map(|uri| uri.subscriber().map(|subscriber| self.global(subscriber.is_global(), subscriber.number())));
        matches!(numbers, [Some(one), Some(other)] if one == other)
    }

    /// The digits of the number as it is dialled behind `+`; a number that no prefix makes a wider one stays as it is.
    fn global(&self, is_global: bool, digits: &[u8]) -> Vec<u8> {
        if is_global {
            return digits.to_vec();
        }
        let behind = |prefix: &str| digits.strip_prefix(prefix.as_bytes()).filter(|_| !prefix.is_empty());
        if let Some(rest) = behind(&self.international_prefix) {
            return rest.to_vec();
        }
        behind(&self.national_prefix).map_or_else(|| digits.to_vec(), |rest| [self.country.as_bytes(), rest].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::DiallingPlan;
    use crate::sip::Uri;

    #[test]
    fn a_number_is_the_same_however_it_is_dialled() {
        let plan = DiallingPlan { country: "49".into(), national_prefix: "0".into(), international_prefix: "00".into() };
        let same = |one: &str, other: &str| {
            let uri = |user: &str| Uri::parse(format!("sip:{user}@192.0.2.20;user=phone").as_bytes());
            plan.is_same_number(&uri(one), &uri(other))
        };
        for (one, other) in [("+49171555", "0171555"), ("0049171555", "0171-555"), ("+49171555", "49171555"), ("0171555", "0171555")] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [("+49171555", "171555"), ("0171555", "+43171555"), ("bob", "bob"), ("0171555", "0171556")] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
