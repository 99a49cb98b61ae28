//! Takes octets and an offset, gives the number that stands there (in network order, unless the name says else), or nothing where the octets end before.

/// The octet at `at`.
pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The 16-bit number at `at`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

/// The 32-bit number at `at`.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// The 16-bit number at `at`, least octet first.
pub(super) fn u16_le_at(bytes: &[u8], at: usize) -> Option<u16> {
    u16_at(bytes, at).map(u16::swap_bytes)
}

/// The 32-bit number at `at`, least octet first.
pub(super) fn u32_le_at(bytes: &[u8], at: usize) -> Option<u32> {
    u32_at(bytes, at).map(u32::swap_bytes)
}

/// The octets from `at` on.
pub(super) fn after(bytes: &[u8], at: usize) -> Option<&[u8]> {
    bytes.get(at..)
}
