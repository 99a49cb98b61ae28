//! Takes the Contact of a redirect and the Request-URI of a retry, gives what was not taken over.
//!
//! Facts, no verdicts: each component says how it differs, and [`Difference::grade`] sums them up. `?headers` and `method` of the
//! Contact have no place in a Request-URI and are no difference. RFC 3261, 8.1.3.4, 19.1.5, 19.1.6.

use super::components::{Parameter, Parts, Scheme, SipParts, Uri};
use super::equality::{counterpart, same_password, same_port, same_user, same_value};
use super::grade::Match;
use super::host::Host;
use super::telephone::NumberMatch;

/// How the scheme differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemeDifference {
    /// It does not.
    Same,
    /// `sip` became `sips`.
    Upgraded,
    /// `sips` became `sip`.
    Downgraded,
    /// `tel` became `sip` or `sips`.
    TelToSip,
    /// Any other change.
    Changed,
}

/// How the user part differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserDifference {
    /// It does not.
    Same,
    /// The same telephone number in another form.
    Number,
    /// The Contact has a user, the Request-URI has none.
    Lost,
    /// The Request-URI has a user, the Contact has none.
    Added,
    /// Another user.
    Changed,
}

/// How the host differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostDifference {
    /// It does not.
    Same,
    /// Only by the dot at the end of a name.
    TrailingDot,
    /// An IPv4 address and the IPv6 address that is mapped to it.
    MappedAddress,
    /// Another host.
    Changed,
}

/// How the port differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortDifference {
    /// It does not.
    Same,
    /// The Request-URI writes the default port that the Contact leaves out.
    DefaultSpelledOut,
    /// The Request-URI leaves out the default port that the Contact writes.
    DefaultDropped,
    /// The Contact has a port other than the default one, the Request-URI has none.
    Lost,
    /// The Request-URI has a port other than the default one, the Contact has none.
    Added,
    /// Another port.
    Changed,
}

/// What a parameter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterRole {
    /// `transport`, `maddr`, `ttl` or `user`, which MUST be taken over (RFC 3261, 19.1.5).
    Routing,
    /// `lr`, which has no place in the Contact of a redirect (RFC 3261, 19.1.1, table 1).
    Lr,
    /// A parameter of the Contact header (`q`, `expires`, ...) that got into the URI (RFC 3261, 20.10).
    Header,
    /// Any other, which MUST be taken over as well (RFC 3261, 19.1.5).
    Unknown,
}

/// What became of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterChange {
    /// Only the Contact has it.
    Lost,
    /// Only the Request-URI has it.
    Added,
    /// Both have it with unlike values.
    Changed,
}

/// One parameter that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterDifference {
    /// What the parameter is for.
    pub role: ParameterRole,
    /// What became of it.
    pub change: ParameterChange,
    /// Whether it only spells out or leaves out a default: `transport`, `ttl=1`, `user=ip`, or `user=phone` of what is a number anyway.
    pub is_default: bool,
    /// The parameter as the Contact has it; for a lost or changed one.
    pub contact: Option<Parameter>,
    /// The parameter as the Request-URI has it; for an added or changed one.
    pub request: Option<Parameter>,
}

/// What of a Contact was not taken over into a Request-URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The scheme.
    pub scheme: SchemeDifference,
    /// The user part.
    pub user: UserDifference,
    /// Whether one has a password that the other has not.
    pub password_differs: bool,
    /// The host.
    pub host: HostDifference,
    /// The port.
    pub port: PortDifference,
    /// The parameters that differ: lost and changed ones in the order of the Contact, then those added.
    pub parameters: Vec<ParameterDifference>,
    /// Whether parameters that both have stand in another order.
    pub reordered: bool,
    /// Whether a `method` parameter stands in the Request-URI, which MUST NOT be (RFC 3261, 19.1.5).
    pub method_in_request_uri: bool,
    /// Whether `?headers` stand in the Request-URI, which is not allowed (RFC 3261, 19.1.1, table 1).
    pub headers_in_request_uri: bool,
    /// Whether the Request-URI equals the one that was redirected (RFC 3261, 19.1.4).
    pub equals_original: bool,
    /// How near the Request-URI came to the Contact, whatever the original was; never [`Match::Original`].
    pub against_contact: Match,
    /// Whether the Request-URI is nearer to the original than to the Contact.
    original_is_nearer: bool,
}

impl Difference {
    /// Compares a Contact with the Request-URI of a retry; `original` is the Request-URI that was redirected, where it is known.
    #[must_use]
    pub fn between(contact: &Uri, request_uri: &Uri, original: Option<&Uri>) -> Self {
        let mut difference = Self::from_contact(contact, request_uri);
        if let Some(original) = original.filter(|original| request_uri.equals(original)) {
            difference.equals_original = true;
            difference.original_is_nearer = Self::from_contact(original, request_uri).against_contact < difference.against_contact;
        }
        difference
    }

    /// How the Request-URI relates to Contact and original in one word.
    #[must_use]
    pub const fn grade(&self) -> Match {
        if self.original_is_nearer { Match::Original } else { self.against_contact }
    }

    /// The parameters of one role that differ.
    pub fn parameters_of(&self, role: ParameterRole) -> impl Iterator<Item = &ParameterDifference> {
        self.parameters.iter().filter(move |parameter| parameter.role == role)
    }

    /// Compares without a look at the original.
    fn from_contact(contact: &Uri, request_uri: &Uri) -> Self {
        let mut difference = Self {
            scheme: scheme_difference(contact.scheme(), request_uri.scheme()),
            user: UserDifference::Same,
            password_differs: false,
            host: HostDifference::Same,
            port: PortDifference::Same,
            parameters: Vec::new(),
            reordered: false,
            method_in_request_uri: request_uri.method().is_some(),
            headers_in_request_uri: !request_uri.headers().is_empty(),
            equals_original: false,
            against_contact: Match::None,
            original_is_nearer: false,
        };
        match (contact.sip(), request_uri.sip()) {
            (Some(own), Some(sent)) => {
                difference.compare_sip((contact, own), (request_uri, sent));
                difference.against_contact = difference.grade_sip(own.user.is_some());
            }
            _ if contact.equals(request_uri) => difference.against_contact = Match::Exact,
            _ => difference.compare_numbers(contact, request_uri),
        }
        difference
    }

    /// Compares the components of two SIP or SIPS URIs.
    fn compare_sip(&mut self, (contact, own): (&Uri, &SipParts), (request_uri, sent): (&Uri, &SipParts)) {
        self.user = match (&own.user, &sent.user) {
            _ if same_user(own, sent) => UserDifference::Same,
            (Some(_), None) => UserDifference::Lost,
            (None, _) => UserDifference::Added,
            (Some(_), Some(_)) if number_match(contact, request_uri) != NumberMatch::Different => UserDifference::Number,
            (Some(_), Some(_)) => UserDifference::Changed,
        };
        self.password_differs = !same_password(own, sent);
        self.host = host_difference(&own.host, &sent.host);
        self.port = port_difference((contact, own), (request_uri, sent));
        self.parameters = parameter_differences(contact, request_uri);
        self.reordered = is_reordered(&own.parameters, &sent.parameters);
    }

    /// Compares where at least one is no SIP URI: all that can be alike is the telephone number.
    fn compare_numbers(&mut self, contact: &Uri, request_uri: &Uri) {
        let number = number_match(contact, request_uri);
        self.user = match number {
            NumberMatch::Equal => UserDifference::Same,
            NumberMatch::Normalised => UserDifference::Number,
            NumberMatch::Different => UserDifference::Changed,
        };
        self.against_contact = match (number, contact.scheme(), request_uri.scheme()) {
            (NumberMatch::Different, ..) => Match::None,
            (NumberMatch::Equal, Scheme::Tel, Scheme::Sip | Scheme::Sips) => Match::TelConverted,
            (NumberMatch::Normalised, Scheme::Tel, _) => Match::NumberNormalised,
            // A SIP URI that became a tel URI lost its host.
            (_, Scheme::Sip | Scheme::Sips, Scheme::Tel) => Match::UserOnly,
            _ => Match::None,
        };
        let expects_phone = self.scheme == SchemeDifference::TelToSip && number != NumberMatch::Different;
        if expects_phone && !request_uri.user_param().is_some_and(|value| value.eq_ignore_ascii_case(b"phone")) {
            self.parameters.push(ParameterDifference {
                role: ParameterRole::Routing,
                change: ParameterChange::Lost,
                is_default: true,
                contact: Some(Parameter { name: b"user".to_vec(), value: Some(b"phone".to_vec()) }),
                request: None,
            });
        }
    }

    /// Sums up the differences of two SIP or SIPS URIs.
    fn grade_sip(&self, contact_has_user: bool) -> Match {
        let same_number = matches!(self.user, UserDifference::Same | UserDifference::Number);
        if self.host == HostDifference::Changed {
            return if same_number && contact_has_user { Match::UserOnly } else { Match::None };
        }
        let whole = [
            (!same_number, Match::HostOnly),
            (self.user == UserDifference::Number, Match::NumberNormalised),
            (self.scheme != SchemeDifference::Same, Match::SchemeChanged),
            (self.host != HostDifference::Same, Match::DefaultChanged),
            (self.password_differs, Match::ParametersLost),
            (self.reordered, Match::Equal),
        ];
        let whole = whole.into_iter().filter(|(differs, _)| *differs).map(|(_, grade)| grade);
        let parameters = self.parameters.iter().map(ParameterDifference::grade);
        whole.chain(parameters).fold(self.port.grade(), Ord::max)
    }
}

impl PortDifference {
    /// What the port alone makes of the whole.
    const fn grade(self) -> Match {
        match self {
            Self::Same => Match::Exact,
            Self::DefaultSpelledOut | Self::DefaultDropped => Match::DefaultChanged,
            Self::Lost | Self::Added | Self::Changed => Match::RoutingChanged,
        }
    }
}

impl ParameterDifference {
    /// What the parameter alone makes of the whole.
    const fn grade(&self) -> Match {
        match (self.role, self.change) {
            (ParameterRole::Lr, _) => Match::Equal,
            (ParameterRole::Routing, _) if self.is_default => Match::DefaultChanged,
            (ParameterRole::Routing, _) => Match::RoutingChanged,
            (_, ParameterChange::Added) => Match::ParametersAdded,
            (_, ParameterChange::Lost | ParameterChange::Changed) => Match::ParametersLost,
        }
    }
}

/// How the telephone numbers in two URIs compare; different where one has none.
fn number_match(one: &Uri, other: &Uri) -> NumberMatch {
    match (one.subscriber(), other.subscriber()) {
        (Some(one), Some(other)) => one.compare(&other),
        _ => NumberMatch::Different,
    }
}

/// How two schemes differ; other schemes than those of telephony are one to this question.
const fn scheme_difference(contact: Scheme, request_uri: Scheme) -> SchemeDifference {
    match (contact, request_uri) {
        (Scheme::Sip, Scheme::Sip) | (Scheme::Sips, Scheme::Sips) | (Scheme::Tel, Scheme::Tel) | (Scheme::Urn, Scheme::Urn) => {
            SchemeDifference::Same
        }
        (Scheme::Other, Scheme::Other) | (Scheme::Missing, Scheme::Missing) => SchemeDifference::Same,
        (Scheme::Sip, Scheme::Sips) => SchemeDifference::Upgraded,
        (Scheme::Sips, Scheme::Sip) => SchemeDifference::Downgraded,
        (Scheme::Tel, Scheme::Sip | Scheme::Sips) => SchemeDifference::TelToSip,
        _ => SchemeDifference::Changed,
    }
}

/// How two hosts differ.
fn host_difference(own: &Host, sent: &Host) -> HostDifference {
    let without_dot = |name: &'_ [u8]| name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    match (own, sent) {
        _ if own.equals(sent) => HostDifference::Same,
        (Host::Name(own), Host::Name(sent)) if without_dot(own) == without_dot(sent) => HostDifference::TrailingDot,
        _ => match (own.address(), sent.address()) {
            (Some(own), Some(sent)) if own.to_canonical() == sent.to_canonical() => HostDifference::MappedAddress,
            _ => HostDifference::Changed,
        },
    }
}

/// How two ports differ.
fn port_difference((contact, own): (&Uri, &SipParts), (request_uri, sent): (&Uri, &SipParts)) -> PortDifference {
    match (&own.port_text, &sent.port_text) {
        _ if same_port(own, sent) => PortDifference::Same,
        (None, Some(_)) if sent.port == contact.default_port() => PortDifference::DefaultSpelledOut,
        (Some(_), None) if own.port == request_uri.default_port() => PortDifference::DefaultDropped,
        (Some(_), None) => PortDifference::Lost,
        (None, _) => PortDifference::Added,
        (Some(_), Some(_)) => PortDifference::Changed,
    }
}

/// Whether a parameter is one of the Contact header and of no URI (RFC 3261, 20.10; RFC 3840, 9; RFC 5626, 11; RFC 5627, 8).
pub(super) fn is_header_parameter(name: &[u8]) -> bool {
    let known = ["q", "expires", "methods", "reg-id", "pub-gruu", "temp-gruu"];
    name.first() == Some(&b'+') || known.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// What a parameter is for.
fn role(parameter: &Parameter, change: ParameterChange) -> ParameterRole {
    if ["transport", "maddr", "ttl", "user"].iter().any(|name| parameter.is(name)) {
        ParameterRole::Routing
    } else if parameter.is("lr") {
        ParameterRole::Lr
    } else if change == ParameterChange::Added && is_header_parameter(&parameter.name) {
        ParameterRole::Header
    } else {
        ParameterRole::Unknown
    }
}

/// Whether a parameter that one URI has and the other has not says what its absence means in `uri`, the one that has it.
fn is_default(uri: &Uri, parameter: &Parameter) -> bool {
    let default: &[u8] = if parameter.is("transport") {
        if uri.scheme() == Scheme::Sips { b"tcp" } else { b"udp" }
    } else if parameter.is("ttl") {
        b"1"
    } else if parameter.is("user") {
        if matches!(uri.0.parts, Parts::Sip(_)) && uri.subscriber().is_some() && parameter.text().eq_ignore_ascii_case(b"phone") {
            return true;
        }
        b"ip"
    } else {
        return false;
    };
    parameter.unescaped_value().eq_ignore_ascii_case(default)
}

/// The parameters that differ, `method` left out.
fn parameter_differences(contact: &Uri, request_uri: &Uri) -> Vec<ParameterDifference> {
    let is_part = |parameter: &&Parameter| !parameter.is("method");
    let mut differences = Vec::new();
    for own in contact.parameters().iter().filter(is_part) {
        let sent = counterpart(own, request_uri.parameters());
        let change = match sent {
            Some(sent) if same_value(own, sent) => continue,
            Some(_) => ParameterChange::Changed,
            None => ParameterChange::Lost,
        };
        let is_default = change == ParameterChange::Lost && is_default(contact, own);
        differences.push(ParameterDifference {
            role: role(own, change),
            change,
            is_default,
            contact: Some(own.clone()),
            request: sent.cloned(),
        });
    }
    for sent in request_uri.parameters().iter().filter(is_part) {
        if counterpart(sent, contact.parameters()).is_none() {
            let change = ParameterChange::Added;
            let is_default = is_default(request_uri, sent);
            differences.push(ParameterDifference {
                role: role(sent, change),
                change,
                is_default,
                contact: None,
                request: Some(sent.clone()),
            });
        }
    }
    differences
}

/// Whether the parameters that both have stand in another order.
fn is_reordered(own: &[Parameter], sent: &[Parameter]) -> bool {
    let place = |parameter: &Parameter| sent.iter().position(|other| super::escape::same_in_any_case(&parameter.name, &other.name));
    let places: Vec<usize> = own.iter().filter(|parameter| !parameter.is("method")).filter_map(place).collect();
    !places.is_sorted()
}
