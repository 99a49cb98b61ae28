//! Takes a word, puts its pseudonym in its place: each character becomes another one of its class.
//!
//! Invariants: different words of one shape have different pseudonyms, as each character is shifted in its class by a number that hangs on the others
//! alone, first on those ahead of it, then on those behind it; case is no part of a word, and stays. RFC 3966, 3 and 5.1: separators
//! are no part of a number.

use super::key::Key;

/// The users that are no persons, but say something to who reads them.
const ROLES: [&[u8]; 7] = [b"anonymous", b"unavailable", b"restricted", b"unknown", b"private", b"sos", b"emergency"];

/// The most digits of a number that is a service, such as 112, and stays.
const MAX_SERVICE: usize = 3;

/// The classes of characters: each is shifted inside of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    /// The first digit of a number, which is no zero, and becomes none: a zero would be dialled for something else.
    Leading,
    Letter,
    /// An octet that goes on with a character of several (RFC 3629, 3).
    Continuation,
}

impl Class {
    const fn of(octet: u8) -> Option<Self> {
        match octet {
            b'0'..=b'9' => Some(Self::Digit),
            b'a'..=b'z' | b'A'..=b'Z' => Some(Self::Letter),
            0x80..=0xbf => Some(Self::Continuation),
            _ => None,
        }
    }

    /// The first of the class, and how many there are.
    const fn range(self) -> (u8, u8) {
        match self {
            Self::Digit => (b'0', 10),
            Self::Leading => (b'1', 9),
            Self::Letter => (b'a', 26),
            Self::Continuation => (0x80, 64),
        }
    }
}

/// Whether an octet belongs to a word.
pub(super) const fn is_of_word(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet >= 0x80
}

impl Key {
    /// Puts the pseudonym of each word of `text` in its place: of each run of letters, digits and what is no ASCII.
    pub(super) fn words(self, text: &mut [u8]) {
        for word in text.split_mut(|octet| !is_of_word(*octet)).filter(|word| !word.is_empty()) {
            if word.iter().all(u8::is_ascii_digit) {
                self.number(word);
            } else if !ROLES.iter().any(|role| word.eq_ignore_ascii_case(role)) {
                let mut places: Vec<(&mut u8, Class)> =
                    word.iter_mut().filter_map(|octet| Class::of(*octet).map(|class| (octet, class))).collect();
                self.shift(&mut places);
            }
        }
    }

    /// Puts the pseudonym of the user of a URI in its place: of a telephone number as of a number, however it is separated.
    pub(super) fn user(self, user: &mut [u8]) {
        if is_number(user) { self.number(user) } else { self.words(user) }
    }

    /// Puts the pseudonym of a telephone number in its place. What is dialled ahead of it stays: a plus or two zeros and the code of the country,
    /// or one zero; and so does a number of three digits at most.
    pub(super) fn number(self, number: &mut [u8]) {
        let is_global = number.first() == Some(&b'+');
        let digits: Vec<&mut u8> = number.iter_mut().filter(|octet| octet.is_ascii_digit()).collect();
        if digits.len() <= MAX_SERVICE {
            return;
        }
        let zeros = digits.iter().take_while(|digit| ***digit == b'0').count();
        let code = if is_global || zeros == 2 { country_code(digits.get(zeros..).unwrap_or_default()) } else { 0 };
        let subscriber = digits.into_iter().skip(zeros.saturating_add(code));
        let class = |at: usize, digit: u8| if at == 0 && digit != b'0' { Class::Leading } else { Class::Digit };
        let mut places: Vec<(&mut u8, Class)> = subscriber
            .enumerate()
            .map(|(at, digit)| {
                let class = class(at, *digit);
                (digit, class)
            })
            .collect();
        self.shift(&mut places);
    }

    /// Shifts each character in its class.
    fn shift(self, places: &mut [(&mut u8, Class)]) {
        let shape = places.iter().fold(0, |shape, (_, class)| self.digest(&[shape, *class as u64]));
        let mut state = self.digest(&[1, shape]);
        for place in places.iter_mut() {
            state = self.step(state, place);
        }
        state = self.digest(&[2, shape]);
        for place in places.iter_mut().rev() {
            state = self.step(state, place);
        }
    }

    /// Shifts one character by what `state` says; gives the state for the next one.
    fn step(self, state: u64, (octet, class): &mut (&mut u8, Class)) -> u64 {
        let (first, count) = class.range();
        let is_upper = octet.is_ascii_uppercase();
        let value = octet.to_ascii_lowercase().saturating_sub(first);
        let shift = (state % u64::from(count)) as u8;
        let shifted = first.saturating_add(value.saturating_add(shift) % count);
        **octet = if is_upper { shifted.to_ascii_uppercase() } else { shifted };
        // The first way sees what was there, the second what the first has left: each character hangs on all of them.
        self.digest(&[state, u64::from(value)])
    }
}

/// Whether `text` is a telephone number: digits, and what may stand among them (RFC 3966, 3).
fn is_number(text: &[u8]) -> bool {
    let is_of_number = |octet: &u8| octet.is_ascii_digit() || b"+-.()*#".contains(octet);
    text.iter().any(u8::is_ascii_digit) && text.iter().all(is_of_number)
}

/// How many digits the code of the country has with which a global number begins (ITU-T E.164, Annex D).
fn country_code(digits: &[&mut u8]) -> usize {
    match (digits.first().map(|digit| **digit), digits.get(1).map(|digit| **digit)) {
        (Some(b'1' | b'7'), _) => 1,
        (Some(b'2'), Some(b'0' | b'7')) | (Some(b'3'), Some(b'0'..=b'4' | b'6' | b'9')) => 2,
        (Some(b'4'), Some(b'0' | b'1' | b'3'..=b'9')) | (Some(b'5'), Some(b'1'..=b'8')) => 2,
        (Some(b'6'), Some(b'0'..=b'6')) | (Some(b'8'), Some(b'1' | b'2' | b'4' | b'6')) => 2,
        (Some(b'9'), Some(b'0'..=b'5' | b'8')) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Key;

    fn user(text: &str) -> String {
        let mut octets = text.as_bytes().to_vec();
        Key::of(b"key").user(&mut octets);
        String::from_utf8(octets).expect("it stays UTF-8")
    }

    #[test]
    fn a_pseudonym_has_the_shape_of_the_word_and_another_spelling() {
        for text in ["alice", "Alice.Smith", "bob-7", "5001", "+4930123456", "m\u{fc}ller", "a_b"] {
            let pseudonym = user(text);
            assert_ne!(pseudonym, text);
            assert_eq!(pseudonym.len(), text.len());
            for (new, old) in pseudonym.bytes().zip(text.bytes()) {
                assert_eq!(
                    (new.is_ascii_digit(), new.is_ascii_lowercase(), new.is_ascii_uppercase()),
                    (old.is_ascii_digit(), old.is_ascii_lowercase(), old.is_ascii_uppercase()),
                    "{text} {pseudonym}"
                );
            }
        }
    }

    #[test]
    fn different_words_have_different_pseudonyms() {
        let numbers: BTreeSet<String> = (1000..10_000).map(|number| user(&number.to_string())).collect();
        assert_eq!(numbers.len(), 9_000);
        let letters = || 'a'..='z';
        let words: BTreeSet<String> = letters().flat_map(|one| letters().map(move |two| user(&format!("{one}{two}")))).collect();
        assert_eq!(words.len(), 26 * 26);
    }

    #[test]
    fn a_word_tells_nothing_of_another_that_begins_or_ends_alike() {
        let alike = |one: &str, other: &str| user(one).bytes().zip(user(other).bytes()).filter(|(one, other)| one == other).count();
        // By chance one in 26 is alike.
        assert!(alike("alexandra", "alexander") < 5 && alike("xlexandra", "alexandra") < 5);
    }

    #[test]
    fn a_number_is_the_same_however_it_is_separated_and_dialled() {
        let tail = |text: &str, ahead: &str| user(text).strip_prefix(ahead).map(|rest| rest.replace(['-', '(', ')', '.'], ""));
        let subscriber = tail("+4930123456", "+49");
        assert!(subscriber.is_some());
        for (text, ahead) in
            [("+49-30-123.456", "+49-"), ("004930123456", "0049"), ("030123456", "0"), ("30123456", ""), ("+49(30)123456", "+49(")]
        {
            assert_eq!(tail(text, ahead), subscriber, "{text}");
        }
        assert_eq!(&user("+15550100")[..2], "+1");
    }

    #[test]
    fn services_and_roles_stay() {
        for text in ["112", "911", "*21#", "anonymous", "Anonymous", "sos", "+112"] {
            assert_eq!(user(text), text);
        }
        assert_ne!(user("*21*5550100#"), "*21*5550100#");
    }

    #[test]
    fn case_is_kept_and_is_no_part_of_the_word() {
        assert_eq!(user("ALICE").to_ascii_lowercase(), user("alice"));
        assert_ne!(user("Alice"), user("alice"));
    }
}
