//! Takes a Contact that was written without angle brackets, gives the two URIs that it may mean.
//!
//! RFC 3261, 20.10 gives every parameter of such a Contact to the header, yet many servers mean `transport` and its like as part of
//! the URI, and many clients take them so: either reading is to be accepted.

use super::components::{Parts, Uri};
use super::difference::is_header_parameter;

/// Takes a Contact without angle brackets, with all its parameters, gives what it means by the letter, and with the URI's own parameters.
///
/// The second is the text without parameters that only the header knows (`q`, `expires`, ...); both are the same where there are none left.
#[must_use]
pub fn bare_contact_readings(text: &[u8]) -> [Uri; 2] {
    let whole = Uri::parse(text);
    let address_length = match &whole.0.parts {
        Parts::Sip(parts) => parts.address_length,
        Parts::Tel(_) | Parts::Opaque(_) => text.iter().position(|&octet| octet == b';').unwrap_or(text.len()),
    };
    let (address, behind) = text.split_at_checked(address_length).unwrap_or((text, &[]));
    let mut with_parameters = address.to_vec();
    for (index, piece) in behind.split(|&octet| octet == b';').enumerate() {
        let name = piece.split(|&octet| octet == b'=').next().unwrap_or_default();
        if index > 0 && !is_header_parameter(name.trim_ascii()) {
            with_parameters.push(b';');
            with_parameters.extend_from_slice(piece);
        } else if index == 0 {
            with_parameters.extend_from_slice(piece);
        }
    }
    [Uri::parse(address.trim_ascii_end()), Uri::parse(with_parameters.trim_ascii_end())]
}
