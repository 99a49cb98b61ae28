//! Takes a size, gives the time and the memory of `sip3xx audit` beside plain reading and the tools that are installed, in one run over the same captures.
//!
//! `cargo bench --bench speed -- --help` tells the options. The captures are made once and kept in the target folder. Contenders take turns, so
//! that a machine that is busy for a while is so for all of them. Times are told and never judged: a slow machine is no fault.
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

mod call;
mod carriage;
mod contenders;
mod floor;
mod measure;
mod options;
#[path = "../../tests/it/support/pcap_writer.rs"]
mod pcap_writer;
mod table;
#[path = "../../tests/it/support/tcp_conversation.rs"]
mod tcp_conversation;
mod traffic;

use contenders::{Contender, contenders};
use measure::{Measured, feed, run};
use options::{HELP, Options, Task};
use table::Line;
use traffic::Traffic;

fn main() -> io::Result<()> {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            println!("{problem}; --help tells the options");
            std::process::exit(2);
        }
    };
    match &options.task {
        Task::Help => {
            print!("{HELP}");
            Ok(())
        }
        Task::Read(file) => floor::read_through(file),
        Task::Walk(file) => floor::walk(file).map(|frames| println!("{frames}")),
        Task::Compare => options.shapes.iter().try_for_each(|shape| compare(&options, &Traffic { shape: *shape, ..options.traffic })),
        Task::Pipe(sizes) => pipe(&options, sizes),
    }
}

/// Measures all contenders over one capture, by turns.
fn compare(options: &Options, traffic: &Traffic) -> io::Result<()> {
    let capture = capture(options, traffic)?;
    let bytes = fs::metadata(&capture)?.len();
    floor::read_through(&capture)?; // from here on the page cache is warm
    let contenders = contenders();
    let mut best: Vec<Option<io::Result<Measured>>> = contenders.iter().map(|_| None).collect();
    for _ in 0..options.rounds {
        for (contender, best) in contenders.iter().zip(&mut best) {
            // What cannot be run once is not tried again.
            if !matches!(best, Some(Err(_))) && !options.leaves_out(contender.name) {
                let measured = contender.command(&capture).and_then(run);
                *best = Some(match (best.take(), measured) {
                    (Some(Ok(best)), Ok(measured)) => Ok(best.faster(measured)),
                    (_, measured) => measured,
                });
            }
        }
    }
    println!("\n{}: {:.1} MB, {}, best of {}", traffic.shape.name(), bytes as f64 / 1e6, traffic, options.rounds);
    let line = |(contender, best): (&Contender, Option<io::Result<Measured>>)| Some(Line { name: contender.name, measured: best? });
    let lines: Vec<Line> = contenders.iter().zip(best).filter_map(line).collect();
    print!("{}", table::table(&lines, bytes));
    Ok(())
}

/// The peak of memory of an audit of standard input, for streams of several sizes: it must not grow with them.
fn pipe(options: &Options, sizes: &[u64]) -> io::Result<()> {
    println!("{:>10}  {:>10}  {:>9}  {:>10}  {:>9}", "stream", "calls", "redirects", "peak MiB", "seconds");
    for megabytes in sizes {
        let traffic = Traffic { shape: options.shapes.first().copied().unwrap_or(options.traffic.shape), ..options.traffic };
        let mut made = traffic::Made::default();
        let measured = feed(contenders::standard_input(), |input| {
            made = traffic.write(BufWriter::with_capacity(1 << 20, input), megabytes * 1_000_000)?;
            Ok(())
        })?;
        let peak = measured.peak_kib.map_or("unknown".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
        let seconds = measured.time.as_secs_f64();
        println!("{:>7} MB  {:>10}  {:>9}  {peak:>10}  {seconds:>9.1}", made.bytes / 1_000_000, made.calls, made.redirected);
    }
    Ok(())
}

/// The capture of that size and shape, made where it is not there yet.
fn capture(options: &Options, traffic: &Traffic) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("speed-{}-{}.pcap", options.megabytes, traffic.file_name()));
    if !path.is_file() {
        let unfinished = path.with_extension("unfinished");
        let made = traffic.write(BufWriter::with_capacity(1 << 20, File::create(&unfinished)?), options.megabytes * 1_000_000)?;
        fs::rename(&unfinished, &path)?;
        let voice = 100.0 * made.voice_bytes as f64 / made.bytes as f64;
        let (calls, redirected, frames) = (made.calls, made.redirected, made.frames);
        println!("made {calls} calls, {redirected} of them redirected, {frames} frames, {voice:.0} % of the bytes RTP");
    }
    Ok(path)
}
