//! Takes a target, gives it input after input, holds it to what it asserts.
//!
//! `cargo test` gives each target a few hundred. `FUZZ_SECONDS=600 cargo test --release --test it fuzz::messages` goes on for so long, with
//! `FUZZ_SEED=N` by another way of chance. An input follows from target, seed and number alone: where one fails, `FUZZ_FROM=NUMBER` begins with
//! it, and its octets lie in a file.
//!
//! Invariant: without these variables no clock is read, and every run gives the same inputs.

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::mutation::Maker;
use crate::support::chance::Chance;

/// For how long one input may keep a target before it counts as one without end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What reads one kind of octets.
pub(super) struct Target {
    pub(super) name: &'static str,
    /// What is well formed, and what is mended from it.
    pub(super) maker: Maker,
    /// How many inputs every run of the tests gives it.
    pub(super) runs: u64,
    /// What must hold of any input.
    pub(super) check: fn(&[u8]),
}

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name}={value}: a number is wanted")))
}

impl Target {
    pub(super) fn run(&self) {
        let seed = variable("FUZZ_SEED").unwrap_or(1);
        let from = variable("FUZZ_FROM").unwrap_or(0);
        let until = variable("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let current = Arc::new(AtomicU64::new(from));
        if until.is_some() {
            self.watch(&current);
        }
        let mut number = from;
        while until.map_or(number < from + self.runs, |until| Instant::now() < until) {
            current.store(number, Ordering::Relaxed);
            self.try_one(seed, number);
            number += 1;
        }
        current.store(u64::MAX, Ordering::Relaxed);
        if until.is_some() {
            eprintln!("{}: {} inputs, the last is number {}", self.name, number - from, number.saturating_sub(1));
        }
    }

    fn try_one(&self, seed: u64, number: u64) {
        // Numbers that follow each other shall not begin alike.
        let mut chance = Chance::new((seed ^ number.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let input = self.maker.make(&mut chance);
        if let Err(why) = catch_unwind(AssertUnwindSafe(|| (self.check)(&input))) {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}-{seed}-{number}", self.name));
            fs::write(&file, &input).unwrap_or_else(|error| eprintln!("{}: {error}", file.display()));
            eprintln!("{}: FUZZ_SEED={seed} FUZZ_FROM={number}, {} octets in {}", self.name, input.len(), file.display());
            std::panic::resume_unwind(why);
        }
    }

    /// Ends the process where one input takes too long.
    fn watch(&self, current: &Arc<AtomicU64>) {
        let (name, current) = (self.name, Arc::clone(current));
        thread::spawn(move || {
            loop {
                let number = current.load(Ordering::Relaxed);
                thread::sleep(PATIENCE);
                if number == u64::MAX {
                    return;
                }
                if number == current.load(Ordering::Relaxed) {
                    eprintln!("{name}: input number {number} does not end");
                    exit(101);
                }
            }
        });
    }
}
