//! Takes sightings, gives redirects with their attempts and the later requests of the same client.

/// A 3xx.
#[derive(Debug)]
pub struct Redirect;
/// An attempt.
#[derive(Debug)]
pub struct Attempt;
/// A watch.
#[derive(Debug)]
pub struct Watch;
/// A later request.
#[derive(Debug)]
pub struct LaterRequest;
