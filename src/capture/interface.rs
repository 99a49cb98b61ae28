//! Takes an interface description block of a pcapng file, gives the interface: link type, snaplen, and what its ticks mean.
//!
//! Invariant: every resolution that can be written is understood, and no time can overflow. pcap-parser finds the options; their values
//! are read here, in the byte order of the section and with powers of two.
//! draft-ietf-opsawg-pcapng, 4.2.

use pcap_parser::{OptionCode, parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le};

use super::buffer::MAX_BLOCK;
use super::byte_order::ByteOrder;
use super::frame::LinkType;
use super::records::MAX_PACKET;
use super::words::InterfaceWords;
use crate::evidence::Timestamp;

/// What a tick of an interface's clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tick {
    /// So many nanoseconds.
    Nanos(u64),
    /// The so-manieth part of a nanosecond.
    PartOfNano(u64),
    /// 2^-n seconds.
    HalvedSecond(u8),
    /// Less than 2^-64 nanoseconds: no number of ticks comes to one.
    Nothing,
}

impl Tick {
    /// What the octet of `if_tsresol` says.
    fn of(resolution: u8) -> Self {
        let power = u32::from(resolution & 0x7f);
        if resolution & 0x80 != 0 {
            return Self::HalvedSecond(resolution & 0x7f);
        }
        if let Some(fewer) = 9_u32.checked_sub(power) {
            return Self::Nanos(10_u64.pow(fewer));
        }
        10_u64.checked_pow(power - 9).map_or(Self::Nothing, Self::PartOfNano)
    }

    /// The decimal places of a second that it tells; all that there are where they cannot be told.
    const fn decimals(self) -> u8 {
        match self {
            Self::Nanos(nanos) => 9 - nanos.ilog10() as u8,
            _ => 9,
        }
    }

    /// Nanoseconds in so many ticks, cut to whole ones.
    #[inline]
    fn nanos(self, ticks: u64) -> i128 {
        match self {
            Self::Nanos(nanos) => i128::from(ticks) * i128::from(nanos),
            Self::PartOfNano(parts) => i128::from(ticks.checked_div(parts).unwrap_or_default()),
            // Less than 2^94, so it fits whatever is shifted out.
            Self::HalvedSecond(power) => (i128::from(ticks) * 1_000_000_000) >> power,
            Self::Nothing => 0,
        }
    }
}

/// An interface of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interface {
    /// What its frames start with.
    pub(super) link_type: LinkType,
    /// The most octets it keeps of a packet; 0 for no such bound.
    pub(super) snaplen: u32,
    tick: Tick,
    /// Nanoseconds to add to its times.
    offset: i128,
    /// What is said of it.
    pub(super) words: InterfaceWords,
}

impl Interface {
    /// Reads a whole interface description block; `None` where it is broken.
    pub(super) fn read(block: &[u8], order: ByteOrder) -> Option<Self> {
        let parsed = match order {
            ByteOrder::Little => parse_interfacedescriptionblock_le(block),
            ByteOrder::Big => parse_interfacedescriptionblock_be(block),
        };
        let (_, description) = parsed.ok()?;
        let option = |code| description.options.iter().find(|option| option.code == code)?.as_bytes().ok();
        let resolution = option(OptionCode::IfTsresol).and_then(|value| value.first()).copied().unwrap_or(6);
        let seconds = option(OptionCode::IfTsoffset).and_then(|value| order.i64_of(value)).unwrap_or_default();
        let tick = Tick::of(resolution);
        let mut words = InterfaceWords::none(tick.decimals());
        for option in &description.options {
            words.take(option.code.0, option.as_bytes().unwrap_or_default());
        }
        Some(Self {
            link_type: LinkType((description.linktype.0 & 0xffff) as u16),
            snaplen: description.snaplen,
            tick,
            offset: i128::from(seconds) * 1_000_000_000,
            words,
        })
    }

    /// The longest packet that is believed of this interface.
    pub(super) fn max_packet(&self) -> u32 {
        self.snaplen.clamp(MAX_PACKET, MAX_BLOCK as u32)
    }

    /// The moment that its clock shows as `ticks`.
    #[inline]
    pub(super) fn time(&self, ticks: u64) -> Timestamp {
        // The usual clocks, without an offset, need no wide numbers unless they overflow.
        if let Tick::Nanos(nanos) = self.tick
            && self.offset == 0
            && let Some(Ok(nanos)) = ticks.checked_mul(nanos).map(i64::try_from)
        {
            return Timestamp::default().plus_nanos(nanos);
        }
        Timestamp::from_nanos(self.tick.nanos(ticks) + self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_that_can_be_written_gives_a_time() {
        let half = 1_700_000_000_500_000_000_i128;
        for (resolution, ticks, nanos) in [
            (0, 1_700_000_000, 1_700_000_000_000_000_000),
            (3, 1_700_000_000_500, half),
            (6, 1_700_000_000_500_000, half),
            (9, 1_700_000_000_500_000_000, half),
            (10, 17_000_000_005_000_000_000, half),
            (12, 2_899_545_017_744_976_384, 2_899_545_017_744_976),
            (28, 10_000_000_000_000_000_000, 1),
            (29, u64::MAX, 0),
            (0x7f, u64::MAX, 0),
            (0x80, 1_700_000_000, 1_700_000_000_000_000_000),
            (0x80 | 20, (1_700_000_000 << 20) + (1 << 19), half),
            (0x80 | 32, (1_700_000_000 << 32) + (1 << 31), half),
            (0x80 | 63, 1 << 62, 500_000_000),
            (0xff, u64::MAX, 0),
        ] {
            assert_eq!(Tick::of(resolution).nanos(ticks), nanos, "resolution {resolution:#x}");
        }
    }

    #[test]
    fn a_time_beyond_the_bounds_is_clamped() {
        let far = Interface {
            link_type: LinkType(1),
            snaplen: 0,
            tick: Tick::of(0),
            offset: i128::from(i64::MAX) * 1_000_000_000,
            words: InterfaceWords::none(0),
        };
        assert_eq!(far.time(u64::MAX), Timestamp::MAX);
        let early = Interface { offset: i128::from(i64::MIN) * 1_000_000_000, ..far.clone() };
        assert_eq!(early.time(0), Timestamp::MIN);
    }
}
