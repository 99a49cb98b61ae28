//! Takes nothing, gives the list of the worst cases, each with the size at which a test can afford it.

use super::{calls, messages, packets};

/// A capture that is as bad as can be, in proportion to a size.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The size at which it is small enough for every run of the tests.
    pub(super) size: u64,
    pub(super) make: fn(u64) -> Vec<u8>,
}

/// The capture of the case with that name, at that size.
pub(crate) fn made(name: &str, size: u64) -> Vec<u8> {
    let case = CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("there is no case {name}"));
    (case.make)(size)
}

macro_rules! cases {
    ($($room:ident { $($name:ident $size:literal),* $(,)? })*) => {
        pub(super) const CASES: &[Case] = &[$($(Case { name: stringify!($name), size: $size, make: $room::$name }),*),*];
    };
}

cases! {
    calls {
        transactions_that_never_end 1_000,
        transactions_of_one_moment 2_000,
        numbers_of_one_branch 500,
        uris_of_one_branch 500,
        redirects_to_one_contact 200,
        redirects_of_one_call 100,
        contacts_of_one_call 60,
        forks_of_one_request 200,
        late_responses 200,
        registrations_of_one_client 200,
        repetitions 200,
        later_requests 2_000,
        unseen_requests 200,
        connections_of_one_client 100,
        long_requests 20,
        long_responses 20,
        long_acks 20,
        long_attempts 40,
        clients 200,
        parameters_of_uris 4,
        aliases_of_names 1_000,
        quoted_requests 500,
    }
    packets {
        fragments_of_many_datagrams 5_000,
        fragments_with_holes 5_000,
        segments_of_one_octet 5_000,
        segments_with_holes 5_000,
        segments_from_behind 5_000,
        header_without_end 600_000,
        lines_without_end 600_000,
        body_without_end 600_000,
        start_lines 100_000,
        heads_without_end 100_000,
        bodies_that_swallow 100_000,
        almost_start_lines 300_000,
        keepalives 20_000,
        connections 2_000,
        copies 5_000,
        tunnels 50,
    }
    messages {
        vias 4,
        vias_of_one_field 4,
        contacts 4,
        contacts_of_one_field 4,
        quotation_marks 4,
        open_quotation_marks 4,
        parameters 4,
        folds 4,
        fields 4,
        comments 4,
        elements 4,
        nested_elements 4,
        attributes 4,
        namespaces 4,
        parts 4,
        nested_parts 4,
        almost_parts 4,
        open_tags 4,
        open_comments 4,
        open_scripts 4,
        links 4,
        references 4,
        uris_of_text 2,
        lists_of_uris 4,
    }
}
