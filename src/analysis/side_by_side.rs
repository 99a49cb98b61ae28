//! Takes captures that have nothing to do with each other, gives what comes of each, in their order: as many at a time as there are threads.
//!
//! Invariant: nothing that comes of one hangs on the others, so it is the same on any number of threads; the error that is given is that of the
//! first capture that has one.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::{Input, Options, Progress};

/// What a thread tells.
enum Said<T> {
    Progress(Progress),
    Done(usize, T),
}

/// Does `one` with each of `inputs` by itself, and gives what comes of them in their order; `progress` is told of each.
///
/// With pseudonyms one comes after the other, as these follow from the first message of all.
///
/// # Errors
/// That of the first input that has one; what is behind it may not be begun.
pub fn side_by_side<T: Send, E: Send>(
    inputs: &[Input],
    options: &Options,
    progress: &mut dyn FnMut(&Progress),
    one: impl Fn(&Input, &Options, &mut dyn FnMut(&Progress)) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let workers = if options.redaction.is_some() { 1 } else { options.threads.get().min(inputs.len()) };
    if workers <= 1 {
        return inputs.iter().map(|input| one(input, options, progress)).collect();
    }
    let threads = NonZeroUsize::new(options.threads.get() / workers).unwrap_or(NonZeroUsize::MIN);
    let options = Options { threads, ..options.clone() };
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = |told: &mpsc::Sender<Said<Result<T, E>>>| {
        // The receiver is there until the last sender is gone.
        let tell = |said| drop(told.send(said));
        while !has_failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = inputs.get(index) else { break };
            let result = one(input, &options, &mut |progress| tell(Said::Progress(*progress)));
            if result.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            tell(Said::Done(index, result));
        }
    };
    let mut done: BTreeMap<usize, Result<T, E>> = BTreeMap::new();
    thread::scope(|scope| {
        let (told, heard) = mpsc::channel();
        for _ in 0..workers {
            let (told, work) = (told.clone(), &work);
            scope.spawn(move || work(&told));
        }
        drop(told);
        for said in heard {
            match said {
                Said::Progress(how_far) => progress(&how_far),
                Said::Done(index, result) => drop(done.insert(index, result)),
            }
        }
    });
    // They are begun in their order, so that all ahead of one that failed were done.
    done.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn inputs(count: usize) -> Vec<Input> {
        (0..count).map(|number| Input::File(PathBuf::from(number.to_string()))).collect()
    }

    fn number(input: &Input) -> usize {
        match input {
            Input::File(path) => path.to_str().and_then(|path| path.parse().ok()).unwrap_or_default(),
            Input::Stdin => 0,
        }
    }

    fn on(threads: usize) -> Options {
        Options { threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN), ..Options::default() }
    }

    #[test]
    fn what_comes_of_each_stands_in_the_order_of_the_inputs() {
        for threads in [1, 2, 3, 16] {
            let mut told = 0;
            let given = side_by_side(&inputs(9), &on(threads), &mut |_| told += 1, |input, options, progress| {
                progress(&Progress { bytes_read: 1, bytes_total: None, redirects: 0 });
                Ok::<_, ()>((number(input), options.threads.get() <= threads))
            });
            assert_eq!(given, Ok((0..9).map(|number| (number, true)).collect()), "{threads}");
            assert_eq!(told, 9);
        }
    }

    #[test]
    fn the_first_that_fails_is_told_however_many_do() {
        for threads in [1, 2, 7] {
            let one = |input: &Input, _: &Options, _: &mut dyn FnMut(&Progress)| {
                let number = number(input);
                if number >= 5 { Err(number) } else { Ok(number) }
            };
            assert_eq!(side_by_side(&inputs(20), &on(threads), &mut |_| {}, one), Err(5), "{threads}");
        }
    }
}
