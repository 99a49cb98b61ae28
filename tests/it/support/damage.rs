//! Takes a pcap and the `# damage:` lines of its text, gives the capture as it would be had it been taken badly.
//!
//! Invariant: damage stands in the text, so that a review sees it; frames are numbered as they are before any of it. See `samples/README.md`.

/// One record of a pcap file.
#[derive(Clone)]
struct Record {
    /// Its number before any damage.
    number: usize,
    micros: u64,
    /// Octets that the record claims to hold.
    claims: u32,
    original: u32,
    data: Vec<u8>,
    interface: u32,
}

/// A capture in the making.
struct Damaged {
    link_type: u32,
    records: Vec<Record>,
    /// Octets that the end of the file lacks.
    cut: usize,
    is_pcapng: bool,
}

/// Octets of the header of a pcap file, and of one record.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Octets of Ethernet without tags, and of IPv4 without options.
const ETHERNET: usize = 14;
const IPV4: usize = 20;

/// `pcap` after all that the `# damage:` lines of `text` do to it; the extension of the file with it.
pub(crate) fn damaged(text: &str, pcap: Vec<u8>) -> Result<(Vec<u8>, &'static str), String> {
    let mut orders = text.lines().filter_map(|line| line.strip_prefix("# damage:")).peekable();
    if orders.peek().is_none() {
        return Ok((pcap, "pcap"));
    }
    let mut capture = Damaged { link_type: 1, records: records(&pcap), cut: 0, is_pcapng: false };
    for order in orders {
        let words: Vec<&str> = order.split_whitespace().collect();
        capture.obey(&words).ok_or_else(|| format!("no such damage can be done: {order}"))?;
    }
    Ok((capture.octets(), if capture.is_pcapng { "pcapng" } else { "pcap" }))
}

fn records(pcap: &[u8]) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut rest = &pcap[FILE_HEADER..];
    while !rest.is_empty() {
        let (header, behind) = rest.split_at(RECORD_HEADER);
        let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four octets"));
        let (data, next) = behind.split_at(number(8) as usize);
        let micros = u64::from(number(0)) * 1_000_000 + u64::from(number(4));
        let (claims, original) = (number(8), number(12));
        records.push(Record { number: records.len() + 1, micros, claims, original, data: data.to_vec(), interface: 0 });
        rest = next;
    }
    records
}

impl Damaged {
    /// Does what `words` say; none where that cannot be done.
    fn obey(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["cut", octets] => self.cut = octets.parse().ok()?,
            ["link-type", number] => self.link_type = number.parse().ok()?,
            ["drop", frame] => {
                let at = self.find(frame)?;
                self.records.remove(at);
            }
            ["keep", frame, octets] => {
                let kept = octets.parse().ok()?;
                self.change(frame)?.data.truncate(kept);
                self.settle(frame)?;
            }
            ["claim", frame, octets] => self.change(frame)?.claims = octets.parse().ok()?,
            ["octet", frame, at, value] => {
                let octet = u8::from_str_radix(value, 16).ok()?;
                *self.change(frame)?.data.get_mut(at.parse::<usize>().ok()?)? = octet;
            }
            ["tags", frame, count] => {
                let count = count.parse().ok()?;
                let record = self.change(frame)?;
                let tags = [0x81, 0, 0, 7].repeat(count);
                record.data.splice(ETHERNET - 2..ETHERNET - 2, tags);
                record.original = u32::try_from(record.data.len()).ok()?;
                self.settle(frame)?;
            }
            ["late", frame, seconds] => {
                let late: i64 = seconds.parse().ok()?;
                let record = self.change(frame)?;
                record.micros = record.micros.checked_add_signed(late.checked_mul(1_000_000)?)?;
            }
            ["interface", frame, index] => {
                self.is_pcapng = true;
                self.change(frame)?.interface = index.parse().ok()?;
            }
            ["fragment", frame, octets] => self.fragment(frame, octets.parse().ok()?)?,
            _ => return None,
        }
        Some(())
    }

    fn find(&self, frame: &str) -> Option<usize> {
        let (frame, piece) = frame.split_once('.').unwrap_or((frame, "1"));
        let (frame, piece): (usize, usize) = (frame.parse().ok()?, piece.parse().ok()?);
        let of_frame = self.records.iter().enumerate().filter(|(_, record)| record.number == frame);
        of_frame.map(|(at, _)| at).nth(piece.checked_sub(1)?)
    }

    fn change(&mut self, frame: &str) -> Option<&mut Record> {
        let at = self.find(frame)?;
        self.records.get_mut(at)
    }

    /// Lets the record of `frame` claim what it holds.
    fn settle(&mut self, frame: &str) -> Option<()> {
        let record = self.change(frame)?;
        record.claims = u32::try_from(record.data.len()).ok()?;
        Some(())
    }

    /// Sends an IPv4 packet in pieces whose payloads have `octets` octets: a multiple of 8 (RFC 791, 2.3).
    fn fragment(&mut self, frame: &str, octets: usize) -> Option<()> {
        let at = self.find(frame)?;
        let whole = self.records.remove(at);
        let (header, payload) = whole.data.split_at_checked(ETHERNET + IPV4)?;
        let count = payload.len().div_ceil(octets);
        for (nth, piece) in payload.chunks(octets).enumerate() {
            let mut data = [header, piece].concat();
            let more = if nth + 1 < count { 0x2000 } else { 0 };
            let place = u16::try_from(nth * octets / 8).ok()? | more;
            data[ETHERNET + 2..ETHERNET + 4].copy_from_slice(&u16::try_from(IPV4 + piece.len()).ok()?.to_be_bytes());
            data[ETHERNET + 6..ETHERNET + 8].copy_from_slice(&place.to_be_bytes());
            let len = u32::try_from(data.len()).ok()?;
            self.records.insert(at + nth, Record { claims: len, original: len, data, ..whole.clone() });
        }
        Some(())
    }

    fn octets(&self) -> Vec<u8> {
        let mut out = if self.is_pcapng { self.pcapng() } else { self.pcap() };
        out.truncate(out.len().saturating_sub(self.cut));
        out
    }

    fn pcap(&self) -> Vec<u8> {
        let mut out = super::pcap_writer::file_header();
        out[20..24].copy_from_slice(&self.link_type.to_le_bytes());
        for record in &self.records {
            for number in [(record.micros / 1_000_000) as u32, (record.micros % 1_000_000) as u32, record.claims, record.original] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            out.extend_from_slice(&record.data);
        }
        out
    }

    /// The same as pcapng with one interface described, times in microseconds.
    fn pcapng(&self) -> Vec<u8> {
        let mut out = Vec::new();
        block(&mut out, 0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
        block(&mut out, 1, &[&self.link_type.to_le_bytes()[..], &262_144_u32.to_le_bytes()].concat());
        for record in &self.records {
            let mut body = Vec::new();
            for number in [record.interface, (record.micros >> 32) as u32, record.micros as u32, record.claims, record.original] {
                body.extend_from_slice(&number.to_le_bytes());
            }
            body.extend_from_slice(&record.data);
            body.resize(body.len().next_multiple_of(4), 0);
            block(&mut out, 6, &body);
        }
        out
    }
}

fn block(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = u32::try_from(body.len() + 12).expect("a short block");
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(&length.to_le_bytes());
}
