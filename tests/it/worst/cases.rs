//! Takes nothing, gives the list of the worst cases, each with the size at which a test can afford it.

use super::{calls, messages, packets};

/// A capture that is as bad as can be, in proportion to a size.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The size at which it is small enough for every run of the tests.
    pub(super) size: u64,
    pub(super) make: fn(u64) -> Vec<u8>,
}

macro_rules! cases {
    ($($room:ident { $($name:ident $size:literal),* $(,)? })*) => {
        pub(super) const CASES: &[Case] = &[$($(Case { name: stringify!($name), size: $size, make: $room::$name }),*),*];
    };
}

cases! {
    calls {
        transactions_that_never_end 2_000,
        transactions_of_one_moment 2_000,
        numbers_of_one_branch 2_000,
        uris_of_one_branch 2_000,
        redirects_to_one_contact 500,
        redirects_of_one_call 500,
        contacts_of_one_call 100,
        forks_of_one_request 500,
        late_responses 500,
        registrations_of_one_client 500,
        repetitions 1_000,
        later_requests 2_000,
        unseen_requests 500,
        connections_of_one_client 500,
        long_requests 20,
        long_responses 20,
        clients 500,
        parameters_of_uris 5,
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
        almost_start_lines 600_000,
        keepalives 20_000,
        connections 2_000,
        copies 5_000,
        tunnels 50,
    }
    messages {
        vias 5,
        vias_of_one_field 5,
        contacts 5,
        contacts_of_one_field 5,
        quotation_marks 5,
        open_quotation_marks 5,
        parameters 5,
        folds 5,
        fields 5,
        comments 5,
        elements 5,
        nested_elements 5,
        attributes 5,
        namespaces 5,
        parts 5,
        nested_parts 5,
        almost_parts 5,
        open_tags 5,
        open_comments 5,
        open_scripts 5,
        links 5,
        references 5,
        uris_of_text 5,
        lists_of_uris 5,
    }
}
