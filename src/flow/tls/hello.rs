//! Takes the bodies of ClientHello and ServerHello, gives what decides how their connection is sealed.
//!
//! Invariant: pure; lengths are held against what is there. RFC 5246, 7.4.1; RFC 6066, 3; RFC 8446, 4.1.

/// The random of a ServerHello that asks for another ClientHello (RFC 8446, 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
const SERVER_NAME: usize = 0;
const SUPPORTED_VERSIONS: usize = 43;
/// The longest server name that is kept, in octets: the longest that DNS has (RFC 1035, 2.3.4).
const NAME_MAX: usize = 255;

/// What makes a session's keys different from all others.
pub(super) type Random = [u8; 32];

/// What a ClientHello says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientHello<'a> {
    pub(super) random: Random,
    /// The host name that it asks for, where it names one.
    pub(super) server_name: Option<&'a [u8]>,
}

/// What the two have agreed upon, as a ServerHello says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) random: Random,
    pub(super) version: u16,
    pub(super) suite: u16,
}

/// TLS 1.2 and 1.3 on the wire.
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "such a build opens nothing"))]
pub(super) const TLS_1_2: u16 = 0x0303;
pub(super) const TLS_1_3: u16 = 0x0304;

/// Reads a ClientHello.
pub(super) fn client_hello(body: &[u8]) -> Option<ClientHello<'_>> {
    let (random, mut rest) = random(body)?;
    for octets_of_length in [1, 2, 1] {
        // The session's id, the suites, the compression methods.
        list(&mut rest, octets_of_length)?;
    }
    let server_name = extension(rest, SERVER_NAME).and_then(|mut names| {
        let mut names = list(&mut names, 2)?;
        let kind = number(&mut names, 1)?;
        list(&mut names, 2).filter(|name| kind == 0 && !name.is_empty() && name.len() <= NAME_MAX)
    });
    Some(ClientHello { random, server_name })
}

/// Reads a ServerHello; none too where it asks for another ClientHello, so that nothing is agreed upon yet.
pub(super) fn server_hello(body: &[u8]) -> Option<Agreed> {
    let (random, mut rest) = random(body)?;
    if random == RETRY {
        return None;
    }
    let legacy = u16::from_be_bytes(*body.first_chunk()?);
    list(&mut rest, 1)?;
    let suite = u16::try_from(number(&mut rest, 2)?).ok()?;
    number(&mut rest, 1)?;
    let version = extension(rest, SUPPORTED_VERSIONS).and_then(|version| Some(u16::from_be_bytes(*version.first_chunk()?)));
    Some(Agreed { random, version: version.unwrap_or(legacy), suite })
}

/// The random behind the version, and what follows it.
fn random(body: &[u8]) -> Option<(Random, &[u8])> {
    let (random, rest) = body.get(2..)?.split_first_chunk()?;
    Some((*random, rest))
}

/// The data of the extension `wanted` in the list that `rest` begins with.
fn extension(mut rest: &[u8], wanted: usize) -> Option<&[u8]> {
    let mut extensions = list(&mut rest, 2)?;
    // Each round takes four octets at least.
    loop {
        let kind = number(&mut extensions, 2)?;
        let data = list(&mut extensions, 2)?;
        if kind == wanted {
            return Some(data);
        }
    }
}

/// Takes a number of so many octets off.
fn number(rest: &mut &[u8], octets: usize) -> Option<usize> {
    let (number, behind) = rest.split_at_checked(octets)?;
    *rest = behind;
    Some(number.iter().fold(0, |number, octet| number << 8 | usize::from(*octet)))
}

/// Takes what stands behind a length of so many octets off.
fn list<'a>(rest: &mut &'a [u8], octets_of_length: usize) -> Option<&'a [u8]> {
    let len = number(rest, octets_of_length)?;
    let (list, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::{RETRY, TLS_1_2, TLS_1_3, client_hello, server_hello};

    fn extensions(of: &[(u8, &[u8])]) -> Vec<u8> {
        let all: Vec<u8> = of.iter().flat_map(|(kind, data)| [&[0, *kind, 0, data.len() as u8], *data].concat()).collect();
        [&(all.len() as u16).to_be_bytes()[..], &all].concat()
    }

    fn client(of: &[(u8, &[u8])]) -> Vec<u8> {
        [&[3, 3][..], &[7; 32], &[2, 9, 9], &[0, 2, 0x13, 1], &[1, 0], &extensions(of)].concat()
    }

    fn server(random: [u8; 32], of: &[(u8, &[u8])]) -> Vec<u8> {
        [&[3, 3][..], &random, &[0], &[0x13, 1], &[0], &extensions(of)].concat()
    }

    #[test]
    fn a_client_names_the_host_that_it_wants() {
        let name = [&[0, 14, 0, 0, 11][..], b"far.example"].concat();
        let hello = client(&[(10, b"xx"), (0, &name)]);
        let read = client_hello(&hello).expect("it is whole");
        assert_eq!((read.random, read.server_name), ([7; 32], Some(&b"far.example"[..])));
        assert_eq!(client_hello(&client(&[(10, b"xx")])).expect("it is whole").server_name, None);
        assert_eq!(client_hello(&client(&[(0, &[0, 1, 0])])).expect("it is whole").server_name, None);
    }

    #[test]
    fn the_version_is_that_of_the_extension_where_it_stands() {
        let agreed = |of: &[(u8, &[u8])]| server_hello(&server([8; 32], of)).map(|agreed| (agreed.version, agreed.suite));
        assert_eq!(agreed(&[(43, &[3, 4])]), Some((TLS_1_3, 0x1301)));
        assert_eq!(agreed(&[(23, &[])]), Some((TLS_1_2, 0x1301)));
        assert_eq!(server_hello(&server(RETRY, &[(43, &[3, 4])])), None);
    }

    #[test]
    fn a_hello_that_is_cut_is_none_or_lacks_its_end() {
        let (client, server) = (client(&[(0, &[0, 4, 0, 0, 1, b'a'])]), server([8; 32], &[(43, &[3, 4])]));
        for cut in 0..client.len() {
            assert!(client_hello(&client[..cut]).is_none_or(|hello| hello.server_name.is_none()), "{cut}");
        }
        for cut in 0..server.len() {
            assert!(server_hello(&server[..cut]).is_none_or(|agreed| agreed.version == TLS_1_2), "{cut}");
        }
    }
}
