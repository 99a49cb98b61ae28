//! Input that chance makes of what is well formed, for each kind of octets that the library reads. See `engine`.

mod captures;
mod engine;
mod messages;
mod mutation;
mod texts;
