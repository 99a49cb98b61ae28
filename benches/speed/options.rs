//! Takes the words on the command line, gives what is to be measured.

use std::path::PathBuf;

use crate::traffic::{Shape, Traffic};

/// What `--help` tells.
pub(crate) const HELP: &str = "\
Measures sip3xx audit beside plain reading, tshark, sngrep and sipgrep, in one run over captures that are made for it.

usage: cargo bench --bench speed -- [OPTION]...

  --megabytes N         size of each capture [160]
  --rounds N            how often each contender runs; the best counts [3]
  --shape NAME          mixed, udp, trunk, tcp or ims; may be given several times [all]
  --redirected PERCENT  share of calls that are redirected, fractions allowed [5]; 100 is the worst case
  --rate N              calls that begin in a second [20]
  --ring SECONDS        how long a call rings, and so how many transactions are open: rate times ring [1]
  --without NAME        leave a contender out, such as tshark; may be given several times
  --pipe N,N,...        in place of all this: the peak of memory of an audit of standard input, for streams of so many megabytes
  --help                this

shapes:
  mixed  many phones over UDP, with their voice
  udp    the same without voice
  trunk  the same between one border element, one redirect server and one gateway
  tcp    many phones, a TCP connection for each call
  ims    IMS over IPv6, in GTP-U tunnels

The memory of 10,000 open transactions: --pipe 1074,4295 --shape udp --rate 200 --ring 50 --redirected 5
";

/// What is to be measured.
pub(crate) struct Options {
    pub(crate) task: Task,
    pub(crate) megabytes: u64,
    pub(crate) rounds: u32,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) traffic: Traffic,
    without: Vec<String>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// The contenders, beside each other.
    Compare,
    /// The peak of memory over streams of so many megabytes.
    Pipe(Vec<u64>),
    /// Reading a file: the bench runs itself as its first contenders.
    Read(PathBuf),
    /// Walking over the records of a file.
    Walk(PathBuf),
    /// Telling the options.
    Help,
}

impl Options {
    /// Reads the arguments; `--bench` comes from cargo itself.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let traffic = Traffic { shape: Shape::Mixed, redirected_permille: 50, rate: 20, ring_seconds: 1 };
        let mut options = Self { task: Task::Compare, megabytes: 160, rounds: 3, shapes: Vec::new(), traffic, without: Vec::new() };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--bench" => {}
                "--help" => options.task = Task::Help,
                "--megabytes" => options.megabytes = number(&value()?)?,
                "--rounds" => options.rounds = u32::try_from(number(&value()?)?).map_err(|_| "so many rounds never end")?,
                "--shape" => {
                    let name = value()?;
                    let shape = Shape::ALL.into_iter().find(|shape| shape.name() == name);
                    options.shapes.push(shape.ok_or_else(|| format!("{name} is no shape"))?);
                }
                "--redirected" => options.traffic.redirected_permille = permille(&value()?)?,
                "--rate" => options.traffic.rate = number(&value()?)?,
                "--ring" => options.traffic.ring_seconds = number(&value()?)?,
                "--without" => options.without.push(value()?),
                "--pipe" => options.task = Task::Pipe(value()?.split(',').map(number).collect::<Result<_, _>>()?),
                "--read" => options.task = Task::Read(value()?.into()),
                "--walk" => options.task = Task::Walk(value()?.into()),
                _ => return Err(format!("{argument} is no option")),
            }
        }
        if options.shapes.is_empty() {
            options.shapes = Shape::ALL.to_vec();
        }
        Ok(options)
    }

    /// Whether the contender of that name is not to run.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        self.without.iter().any(|word| name.starts_with(word.as_str()))
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse::<u64>().ok().filter(|value| (1..=1_000_000).contains(value)).ok_or_else(|| format!("{text} is no number from 1 to 1000000"))
}

/// Parts of a thousand of a share in percent.
fn permille(text: &str) -> Result<u64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=100.0).contains(share));
    share.map(|share| (share * 10.0).round() as u64).ok_or_else(|| format!("{text} is no share from 0 to 100"))
}
