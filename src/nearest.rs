//! Takes a word that is not in a list, gives the word of the list that was probably meant.

/// The word of `words` nearest to `typed`; none where all are too far to be a slip.
#[must_use]
pub fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A slip in every third letter still looks like the word.
    let slips = typed.chars().count().div_ceil(3);
    words.map(|word| (distance(typed, word), word)).filter(|(distance, _)| *distance <= slips).min().map(|(_, word)| word)
}

/// How many letters must be put in, taken out or changed to make `b` of `a` (the distance of Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    // One row of the table: what it costs to make each beginning of `b`.
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (made, from) in a.chars().enumerate() {
        let mut diagonal = made;
        let mut left = made + 1;
        for (cost, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *cost;
            *cost = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            diagonal = above;
            left = *cost;
        }
        if let Some(first) = row.first_mut() {
            *first = made + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_letters_put_in_taken_out_and_changed() {
        for (a, b, wanted) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("ack", "ack", 0)]
        {
            assert_eq!(distance(a, b), wanted, "{a} {b}");
        }
    }

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let words = ["ack-missing", "branch-reused", "redirect-not-followed"];
        assert_eq!(nearest("redirect-not-folowed", words.into_iter()), Some("redirect-not-followed"));
        assert_eq!(nearest("ack_missing", words.into_iter()), Some("ack-missing"));
        assert_eq!(nearest("weather", words.into_iter()), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
    }
}
