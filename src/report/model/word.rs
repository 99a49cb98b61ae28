//! Takes nothing, gives the closed lists of words of the published shape.
//!
//! Invariant: a word is written once, in the list; the type, its name and its place in the JSON come from there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a closed list of words: an enum, its names, its order.
macro_rules! words {
    ($(#[$about:meta])* $list:ident { $($(#[$says:meta])* $word:ident = $name:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $list { $($(#[$says])* #[serde(rename = $name)] $word),+ }

        impl $list {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word as reports write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $name),+ }
            }
        }

        impl fmt::Display for $list {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

words! {
    /// What is said of a redirect, in the order of precedence, the worst first.
    Verdict {
        /// At least one error of the client.
        Incorrect = "incorrect",
        /// The capture cannot tell.
        Inconclusive = "inconclusive",
        /// Nothing was asked of this client.
        NotApplicable = "not-applicable",
        /// The client did what the status asks.
        Correct = "correct",
    }
}

words! {
    /// How it is proven that an attempt went where it should.
    NextHop {
        /// It went where its Route, its Request-URI or the Contact leads, by a written address or an answer of DNS.
        Proven = "proven",
        /// It went to an outbound proxy, as local policy may ask.
        Policy = "policy",
        /// It went elsewhere.
        Wrong = "wrong",
        /// The capture cannot tell where a name leads.
        Unknown = "unknown",
    }
}

impl NextHop {
    /// What is known where a report of an earlier version does not say.
    pub(super) const fn unknown() -> Self {
        Self::Unknown
    }
}

words! {
    /// What became of the original URI after a 301 or 302.
    FutureVerdict {
        /// A later new request went to the original URI.
        Kept = "kept",
        /// The Contact was used within its lifetime.
        CachedAllowed = "cached-allowed",
        /// The Contact was used where it must not be.
        Violated = "violated",
        /// The capture has no later request that could tell.
        NotObserved = "not-observed",
    }
}

words! {
    /// How bad a finding is, the mildest first.
    Level {
        /// Worth knowing.
        Note = "note",
        /// Not as advised, or not provable enough for more.
        Warning = "warning",
        /// Wrong.
        Error = "error",
    }
}

words! {
    /// Who broke a rule.
    Party {
        /// The element that received the 3xx.
        Client = "client",
        /// The element that sent the 3xx.
        Server = "server",
        /// A proxy that received the 3xx.
        Proxy = "proxy",
        /// The capture itself.
        Capture = "capture",
    }
}

words! {
    /// What the element is that received the 3xx.
    Role {
        /// A user agent client, or a back-to-back user agent: one Via in its request.
        Uac = "uac",
        /// A proxy: more than one Via.
        Proxy = "proxy",
        /// The capture does not tell.
        Unknown = "unknown",
    }
}

words! {
    /// What part somebody plays in a ladder.
    Part {
        /// It received the 3xx.
        Client = "client",
        /// It sent the 3xx.
        Server = "server",
        /// The client tried it because of the 3xx.
        Target = "target",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What ties an attempt to its redirect, the strongest first.
    Link {
        /// The same Call-ID and From tag.
        SameCallId = "same-call-id",
        /// Another Call-ID, the same From tag.
        NewCallId = "new-call-id",
        /// Another Call-ID and From tag, the same From URI, a URI that the 3xx named.
        NewCall = "new-call",
        /// The same caller and something of the call, such as its session or its user part.
        SimilarCall = "similar-call",
        /// A proxy's own new branch of the same request.
        Recursion = "recursion",
        /// A call to an emergency service after a 380.
        EmergencyCall = "emergency-call",
        /// A registration for emergency after a 380.
        EmergencyRegistration = "emergency-registration",
        /// A request to an alternative that the body of a 380 names.
        Alternative = "alternative",
        /// A registration anew, after a response that says that the old one is lost.
        InitialRegistration = "initial-registration",
    }
}

words! {
    /// How the body of a 380 describes its alternatives.
    AlternativeKind {
        /// The XML body of 3GPP TS 24.229, 7.6.
        Ims = "ims",
        /// Plain text.
        Text = "text",
        /// HTML.
        Html = "html",
        /// Anything else.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_written_to_json_by_its_name() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
        for link in Link::ALL {
            assert_eq!(serde_json::from_value::<Link>(link.name().into()).unwrap(), *link);
        }
    }

    #[test]
    fn the_worst_verdict_and_the_mildest_level_come_first() {
        assert!(Verdict::Incorrect < Verdict::Inconclusive && Verdict::NotApplicable < Verdict::Correct);
        assert!(Level::Note < Level::Warning && Level::Warning < Level::Error);
    }
}
