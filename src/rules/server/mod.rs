//! The rules on the redirecting server, which never make a client incorrect.
