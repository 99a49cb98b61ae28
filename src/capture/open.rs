//! Takes a path or a reader, gives a capture: its frames one by one, and what is known of it so far.
//!
//! Invariants: frames are lent from the read buffer, nothing is allocated for one; an early end is told among the faults and what came
//! before it stands.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::buffer::Buffer;
use super::compressed::{Compression, decompress, is_bound};
use super::error::Error;
use super::frame::{Frame, LinkType};
use super::order::{Runs, TimeLine};
use super::records::{Container, Mark, Records};
use super::words::InterfaceWords;
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLog};

/// The block in which a whole capture is read, in octets.
const USUAL_BLOCK: usize = 256 << 10;

/// The same for one of many readers.
const SMALL_BLOCK: usize = 64 << 10;

/// What is known of a capture; grows as it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info {
    /// The path as it was given, or the name that came with the reader.
    pub name: String,
    /// The container and what it is compressed with, from the inside out: `pcap`, `pcapng+gzip`.
    pub format: String,
    /// The link types that were described so far, in order.
    pub link_types: Vec<LinkType>,
    /// The number of the last frame, as Wireshark counts; of all frames once the end is reached.
    pub frames: u64,
    /// Octets of the file as it lies on the disk; `None` where that cannot be known.
    pub bytes: Option<u64>,
    /// The earliest time of a frame.
    pub first_time: Option<Timestamp>,
    /// The latest time of a frame.
    pub last_time: Option<Timestamp>,
}

impl Info {
    /// Takes the time of a frame.
    #[inline]
    fn take_time(&mut self, time: Timestamp) {
        match &mut self.last_time {
            Some(last) if *last <= time => *last = time,
            _ => self.take_time_out_of_order(time),
        }
    }

    /// Takes the first time, or one that lies before the latest.
    #[cold]
    fn take_time_out_of_order(&mut self, time: Timestamp) {
        self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
        self.last_time = self.last_time.max(Some(time));
    }
}

/// A capture that is being read.
pub struct Capture {
    info: Info,
    faults: FaultLog,
    time_line: TimeLine,
    reading: Reading,
    /// How many blocks that describe something were looked at.
    described: u64,
    /// Lines of TLS key logs that nobody has taken yet.
    secrets: Vec<u8>,
    /// The file, where it can be opened again.
    path: Option<PathBuf>,
    bytes_read: Arc<AtomicU64>,
    /// By how much its clock is ahead of the others', in nanoseconds.
    ahead: i64,
}

/// How the frames are read.
enum Reading {
    /// As they stand in the file.
    Straight(Records),
    /// By time.
    InTimeOrder(Runs),
    /// Not at the moment: the file is closed, the frame last read is marked.
    Asleep(Mark),
}

impl Capture {
    /// Opens the capture at `path`, whatever its name, and reads its header.
    ///
    /// # Errors
    /// The file cannot be opened or read, or is no capture.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes_read = Arc::default();
        let (file, bytes) = open_file(path, &bytes_read)?;
        let mut capture = Self::start(Buffer::new(Box::new(file), 0, USUAL_BLOCK), path, bytes_read)?;
        capture.info.bytes = bytes;
        // A pipe or a device gives its octets once only.
        capture.path = bytes.map(|_| path.to_path_buf());
        Ok(capture)
    }

    /// Takes the capture that `reader` gives, and reads its header; `name` is for reports and errors.
    ///
    /// # Errors
    /// Reading fails, or gives no capture.
    pub fn from_reader(name: String, reader: Box<dyn Read + Send>) -> Result<Self, Error> {
        let bytes_read = Arc::default();
        let counted = Box::new(Counted { reader, count: Arc::clone(&bytes_read) });
        Self::start(Buffer::new(counted, 0, USUAL_BLOCK), Path::new(&name), bytes_read)
    }

    /// Opens the capture at `path` as [`Capture::open`] does, its frames in order of time.
    ///
    /// The file is read once to find where time steps back by more than a second; what stands between such steps is then read side by
    /// side. Frames keep their numbers. Smaller steps are left as they are. What the first reading tells is all in [`Capture::info`] and
    /// [`Capture::faults`] from the start.
    ///
    /// # Errors
    /// As of [`Capture::open`].
    pub fn open_in_time_order(path: &Path) -> Result<Self, Error> {
        let mut capture = Self::open(path)?;
        let runs = Runs::find(&mut capture, path)?;
        capture.bytes_read.store(0, Ordering::Relaxed);
        capture.reading = Reading::InTimeOrder(runs);
        Ok(capture)
    }

    fn start(buffer: Buffer, path: &Path, bytes_read: Arc<AtomicU64>) -> Result<Self, Error> {
        let (buffer, layers) = decompress(buffer, USUAL_BLOCK);
        let records = Records::open(buffer, path)?;
        let container = records.container();
        let names = [container.name()].into_iter().chain(layers.iter().rev().map(|layer| layer.name()));
        let info = Info {
            name: path.display().to_string(),
            format: names.collect::<Vec<_>>().join("+"),
            link_types: container.link_types().to_vec(),
            ..Info::default()
        };
        let (faults, time_line) = Default::default();
        Ok(Self {
            info,
            faults,
            time_line,
            reading: Reading::Straight(records),
            described: 0,
            secrets: Vec::new(),
            path: None,
            bytes_read,
            ahead: 0,
        })
    }

    /// Reads the next frame; false at the end, where the faults tell whether it came early.
    #[inline]
    pub fn advance(&mut self) -> bool {
        self.wake();
        match &mut self.reading {
            Reading::Straight(records) => {
                let more = records.advance(&mut self.faults);
                if let Some(record) = records.record() {
                    self.info.take_time(record.time);
                    if self.time_line.steps_back_at(record.time) {
                        let fault = Fault::new(FaultKind::TimeGoesBack, "frame time");
                        self.faults.note(fault.at_frame(record.number).at_offset(record.offset));
                    }
                }
                self.info.frames = records.number();
                if records.described() != self.described {
                    self.described = records.described();
                    records.take_secrets(&mut self.secrets);
                    self.info.link_types = records.container().link_types().to_vec();
                }
                more
            }
            Reading::InTimeOrder(runs) => runs.advance(),
            Reading::Asleep(_) => false,
        }
    }

    /// The frame last read.
    #[inline]
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        let mut frame = match &self.reading {
            Reading::Straight(records) => records.frame(),
            Reading::InTimeOrder(runs) => runs.frame(),
            Reading::Asleep(_) => None,
        }?;
        frame.time = self.corrected(frame.time);
        Some(frame)
    }

    /// Takes `ahead` nanoseconds off the time of every frame, as the clock of this capture is ahead of others' by them; [`Capture::info`]
    /// keeps the times of its own clock.
    #[must_use]
    pub const fn with_clock_ahead(mut self, ahead: i64) -> Self {
        self.ahead = ahead;
        self
    }

    /// `time` without what the clock is ahead; nearly every clock is right, and nothing is computed for those.
    #[inline]
    const fn corrected(&self, time: Timestamp) -> Timestamp {
        if self.ahead == 0 { time } else { time.plus_nanos(self.ahead.saturating_neg()) }
    }

    /// When the frame last read was captured.
    #[inline]
    pub(super) fn time(&self) -> Option<Timestamp> {
        let time = match &self.reading {
            Reading::Straight(records) => records.time(),
            Reading::InTimeOrder(runs) => runs.time(),
            Reading::Asleep(_) => None,
        };
        time.map(|time| self.corrected(time))
    }

    /// What is broken in the capture, as far as it was read.
    #[must_use]
    pub const fn faults(&self) -> &FaultLog {
        &self.faults
    }

    /// The same, for those who find more.
    pub const fn faults_mut(&mut self) -> &mut FaultLog {
        &mut self.faults
    }

    /// Whether the capture itself has brought lines of TLS key logs that nobody has taken.
    #[inline]
    #[must_use]
    pub const fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// The lines of TLS key logs that the capture itself has brought since this was last called.
    pub fn take_secrets(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.secrets)
    }

    /// Whether the format says by which interface each frame came in, as pcapng does.
    #[must_use]
    pub fn has_interfaces(&self) -> bool {
        self.info.format.starts_with("pcapng")
    }

    /// What is known of the capture so far.
    #[must_use]
    pub const fn info(&self) -> &Info {
        &self.info
    }

    /// How many octets of the file as it lies on the disk were read so far, for progress.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// The greatest step back in time so far, in nanoseconds, if more than a second; see [`Capture::open_in_time_order`].
    #[must_use]
    pub const fn steps_back(&self) -> Option<i64> {
        self.time_line.greatest_step_back()
    }

    /// Whether the capture can be opened again to be read in order of time: it is a regular file.
    #[must_use]
    pub const fn can_be_reopened(&self) -> bool {
        self.path.is_some()
    }

    /// What the capture says in words of the interface by which the frame last read came in, and how finely its times are told: in nanoseconds
    /// where the clock was put right.
    #[must_use]
    pub fn interface_words(&self) -> InterfaceWords {
        let words = self.current().and_then(Records::interface_words).unwrap_or(InterfaceWords::none(9));
        if self.ahead == 0 { words } else { words.in_nanoseconds() }
    }

    /// The comments on the frame last read, as octets that should be UTF-8.
    #[must_use]
    pub fn comments(&self) -> Vec<&[u8]> {
        self.current().map(Records::comments).unwrap_or_default()
    }

    /// What is read at the moment.
    fn current(&self) -> Option<&Records> {
        match &self.reading {
            Reading::Straight(records) => Some(records),
            Reading::InTimeOrder(runs) => runs.current(),
            Reading::Asleep(_) => None,
        }
    }

    /// The place of the frame last read.
    pub(super) fn mark(&self) -> Option<Mark> {
        match &self.reading {
            Reading::Straight(records) => records.mark(),
            _ => None,
        }
    }

    /// Opens the file anew at `mark`, for frames up to the offset `stop_at`.
    pub(super) fn reader_at(&self, path: &Path, mark: Mark, stop_at: u64) -> Result<Records, Error> {
        records_at(path, self.is_compressed(), &self.bytes_read, mark, stop_at)
    }

    /// Whether the octets are compressed, so that a mark can only be reached by reading all that is before it.
    pub(super) fn is_compressed(&self) -> bool {
        self.info.format.contains('+')
    }

    /// Closes the file until the frame last read is wanted again; without effect where that cannot be.
    pub(super) fn sleep(&mut self) {
        if let Some(mark) = self.mark().filter(|_| self.can_be_reopened()) {
            self.reading = Reading::Asleep(mark);
        }
    }

    /// Opens the file again, if it was closed, and reads the frame that was last read.
    #[inline]
    pub(super) fn wake(&mut self) {
        if matches!(self.reading, Reading::Asleep(_)) {
            self.open_again();
        }
    }

    #[cold]
    fn open_again(&mut self) {
        if let (Reading::Asleep(mark), Some(path)) = (&self.reading, &self.path) {
            // What this reads was read before, so it tells nothing new, unless the file is gone.
            match records_at(path, self.is_compressed(), &self.bytes_read, mark.clone(), u64::MAX) {
                Ok(mut records) => {
                    records.advance(&mut FaultLog::default());
                    self.reading = Reading::Straight(records);
                }
                Err(_) => {
                    self.faults.note(Fault::new(FaultKind::CutFile, "read error").at_offset(mark.offset));
                    self.path = None;
                }
            }
        }
    }
}

/// Opens `path`, whose octets are `compressed` or not, and takes up reading at `mark`.
fn records_at(path: &Path, compressed: bool, bytes_read: &Arc<AtomicU64>, mark: Mark, stop_at: u64) -> Result<Records, Error> {
    let (mut file, _) = open_file(path, bytes_read)?;
    let buffer = if compressed {
        let (mut buffer, _) = decompress(Buffer::new(Box::new(file), 0, SMALL_BLOCK), SMALL_BLOCK);
        buffer.skip(mark.offset);
        buffer
    } else {
        let sought = file.reader.seek(SeekFrom::Start(mark.offset));
        sought.map_err(|source| Error::Read { path: path.to_path_buf(), offset: mark.offset, source })?;
        Buffer::new(Box::new(file), mark.offset, SMALL_BLOCK)
    };
    Ok(Records::resume(buffer, mark, stop_at))
}

/// Opens `path` for reading that is counted in `bytes_read`; gives its length too if it is a regular file.
fn open_file(path: &Path, bytes_read: &Arc<AtomicU64>) -> Result<(Counted<File>, Option<u64>), Error> {
    let open = || {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok((file, about.is_file().then_some(about.len())))
    };
    let (file, bytes) = open().map_err(|source| Error::Open { path: path.to_path_buf(), source })?;
    Ok((Counted { reader: file, count: Arc::clone(bytes_read) }, bytes))
}

/// Whether the file at `path` is a capture by its first octets, decompressed where need be.
///
/// # Errors
/// The file cannot be opened or read.
pub(super) fn is_capture(path: &Path) -> Result<bool, Error> {
    let (file, _) = open_file(path, &Arc::default())?;
    let mut buffer = Buffer::new(Box::new(file), 0, 512);
    buffer.fill_to(4);
    let compressed = Compression::of(buffer.available()).is_some();
    let (mut buffer, _) = decompress(buffer, 512);
    buffer.fill_to(4);
    match buffer.take_error() {
        // Compressed octets that are wrong are no capture; a disk that cannot be read is told, and so is what may be one.
        Some(source) if !compressed || is_bound(&source) => Err(Error::Read { path: path.to_path_buf(), offset: 0, source }),
        _ => Ok(Container::is_known(buffer.available())),
    }
}

/// A reader whose octets are counted.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let had = self.reader.read(into)?;
        self.count.fetch_add(had as u64, Ordering::Relaxed);
        Ok(had)
    }
}
