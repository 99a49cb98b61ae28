//! Takes a size, gives the time of plain reading, of `sip3xx audit` and of tshark over mixed captures, side by side in one run.
//!
//! `cargo bench --bench mixed -- --megabytes 160 --rounds 3`. The captures are made once and kept in the target folder. Times are told and
//! never judged: a slow machine is no fault.
#![allow(clippy::print_stdout, reason = "the table is what a bench is for")]

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

mod measure;
#[path = "../../tests/it/support/pcap_writer.rs"]
mod pcap_writer;
mod traffic;

use measure::{Measured, run};
use traffic::Shape;

/// What was asked for on the command line.
struct Options {
    megabytes: u64,
    rounds: u32,
    calls_per_second: u64,
    shapes: Vec<Shape>,
}

fn main() -> io::Result<()> {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            println!(
                "{problem}\nusage: cargo bench --bench mixed -- [--megabytes N] [--rounds N] [--calls-per-second N] [--shape phones|trunk]"
            );
            std::process::exit(2);
        }
    };
    options.shapes.iter().try_for_each(|shape| compare(&options, *shape))
}

/// Measures over the capture of one shape.
fn compare(options: &Options, shape: Shape) -> io::Result<()> {
    let capture = capture(options, shape)?;
    let bytes = fs::metadata(&capture)?.len();
    read_through(&capture)?; // from here on the page cache is warm

    let mut reading = Duration::MAX;
    let mut audit: Option<Measured> = None;
    for _ in 0..options.rounds {
        reading = reading.min(read_through(&capture)?);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
        command.args(["audit", "--format", "csv", "--fail-on", "never"]).arg(&capture);
        let measured = run(command)?;
        audit = Some(audit.map_or(measured, |best: Measured| best.faster(measured)));
    }
    let mut command = Command::new("tshark");
    command.args(["-n", "-Y", "sip.Status-Code==302", "-r"]).arg(&capture);
    let tshark = run(command);

    println!("{:.1} MB in {}, best of {} rounds", bytes as f64 / 1e6, capture.display(), options.rounds);
    println!("{:<14}{:>9.3} s  {:>8.0} MB/s", "plain read", reading.as_secs_f64(), bytes as f64 / 1e6 / reading.as_secs_f64());
    if let Some(audit) = audit {
        let ratio = audit.time.as_secs_f64() / reading.as_secs_f64();
        println!("{}  {ratio:.1} times plain reading", line("sip3xx audit", &audit, bytes));
        match tshark {
            Ok(tshark) => {
                let ratio = tshark.time.as_secs_f64() / audit.time.as_secs_f64();
                println!("{}  sip3xx is {ratio:.0} times as fast", line("tshark", &tshark, bytes));
            }
            Err(error) => println!("{:<14}skipped: tshark cannot be run here ({error})", "tshark"),
        }
    }
    Ok(())
}

fn line(name: &str, measured: &Measured, bytes: u64) -> String {
    let seconds = measured.time.as_secs_f64();
    let memory = measured.peak_kib.map_or("unknown".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0));
    let speed = bytes as f64 / 1e6 / seconds;
    format!("{name:<14}{seconds:>9.3} s  {speed:>8.0} MB/s  peak {memory}, {} lines, status {}", measured.lines, measured.status)
}

/// Reads the arguments; `--bench` comes from cargo itself.
fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { megabytes: 160, rounds: 3, calls_per_second: 20, shapes: Shape::ALL.to_vec() };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().ok_or_else(|| format!("{argument} wants a number"))?;
            value.parse::<u32>().ok().filter(|value| *value > 0).ok_or_else(|| format!("{argument}: {value} is no number above 0"))
        };
        match argument.as_str() {
            "--bench" => {}
            "--megabytes" => options.megabytes = u64::from(number()?),
            "--rounds" => options.rounds = number()?,
            "--calls-per-second" => options.calls_per_second = u64::from(number()?),
            "--shape" => {
                let name = arguments.next().unwrap_or_default();
                let shape = Shape::ALL.into_iter().find(|shape| shape.name() == name);
                options.shapes = vec![shape.ok_or_else(|| format!("{name} is no shape"))?];
            }
            _ => return Err(format!("{argument} is no option")),
        }
    }
    Ok(options)
}

/// The capture of that size and shape, made where it is not there yet.
fn capture(options: &Options, shape: Shape) -> io::Result<PathBuf> {
    let (megabytes, rate) = (options.megabytes, options.calls_per_second);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("mixed-{}-{megabytes}-{rate}-v{}.pcap", shape.name(), traffic::VERSION));
    if !path.is_file() {
        let unfinished = path.with_extension("unfinished");
        let made = traffic::write(&unfinished, megabytes * 1_000_000, shape, rate)?;
        fs::rename(&unfinished, &path)?;
        let rtp = 100.0 * made.rtp_bytes as f64 / made.bytes as f64;
        println!("made {} calls, {} frames, {rtp:.0} % of the bytes RTP", made.calls, made.frames);
    }
    Ok(path)
}

/// The time of reading the whole file in blocks of 1 MiB: the floor under every tool.
fn read_through(path: &Path) -> io::Result<Duration> {
    let start = Instant::now();
    let mut file = File::open(path)?;
    let mut block = vec![0; 1 << 20];
    while file.read(&mut block)? > 0 {
        std::hint::black_box(&block);
    }
    Ok(start.elapsed())
}
