//! The rules on the ACK of a 3xx to INVITE.
