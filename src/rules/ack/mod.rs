//! The rules on the ACK of a 3xx to INVITE.

mod acks;

pub(super) mod ack_differs_from_invite;
pub(super) mod ack_missing;
pub(super) mod ack_sent_elsewhere;
pub(super) mod ack_with_body;
pub(super) mod retransmission_not_acked;
