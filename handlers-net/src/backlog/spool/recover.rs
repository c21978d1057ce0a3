//! Opening a spool as whoever used it last has left it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::format::{HEAD, Head, MAGIC, WAITING};
use super::lock::private;
use super::position::write_all_at;

/// A spool that is fit to be used.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) file: File,
    /// Where the first frame that waits begins, or the end.
    pub(super) front: u64,
    pub(super) end: u64,
    pub(super) waiting: u64,
    pub(super) waiting_bytes: u64,
}

/// Opens the spool at `path` or makes it, and cuts off what does not end.
///
/// # Errors
///
/// The file cannot be opened, read or cut, or is something else than a spool.
pub(super) fn open(path: &Path, sync: bool) -> io::Result<Recovered> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = private(&mut options).open(path)?;
    let length = begin(&mut file)?;
    if sync {
        file.sync_all()?;
        sync_directory(path)?;
    }
    let mut scan = Scan::new(length);
    scan.run(&mut BufReader::new(&file))?;
    if scan.end < length {
        file.set_len(scan.end)?;
    }
    let Scan { front, end, waiting, waiting_bytes, .. } = scan;
    Ok(Recovered { file, front: front.unwrap_or(end), end, waiting, waiting_bytes })
}

/// Makes sure of the first line, and gives the length.
fn begin(file: &mut File) -> io::Result<u64> {
    let mut start = Vec::with_capacity(MAGIC.len());
    file.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    if start == MAGIC {
        return Ok(file.metadata()?.len());
    }
    // A crash may have left the beginning of the first line.
    if !MAGIC.starts_with(&start) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is not a spool"));
    }
    write_all_at(file, MAGIC, 0)?;
    Ok(MAGIC.len() as u64)
}

/// The name of a new file lasts only if its directory does.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads all frames, from the first to the last that is whole.
#[derive(Debug)]
struct Scan {
    length: u64,
    front: Option<u64>,
    end: u64,
    waiting: u64,
    waiting_bytes: u64,
}

impl Scan {
    fn new(length: u64) -> Self {
        let end = MAGIC.len() as u64;
        Self { length, front: None, end, waiting: 0, waiting_bytes: 0 }
    }

    fn run(&mut self, file: &mut (impl Read + Seek)) -> io::Result<()> {
        file.seek(SeekFrom::Start(self.end))?;
        let mut frame = Vec::new();
        while let Some((state, head)) = self.read_head(file)? {
            let is_last = self.end + head.total() == self.length;
            if state == WAITING {
                frame.clear();
                frame.resize(head.len(), 0);
                file.read_exact(&mut frame)?;
                if !head.matches(&frame) && is_last {
                    // The end of a file that lost power: its length came to the disk, not its bytes.
                    return Ok(());
                }
                // A frame that does not match is found out again, and counted, when its turn comes.
                self.front.get_or_insert(self.end);
                self.waiting += 1;
                self.waiting_bytes += head.total();
            } else {
                file.seek_relative(head.len_i64())?;
            }
            self.end += head.total();
        }
        Ok(())
    }

    /// The next head, if there is one whose frame is in the file.
    fn read_head(&self, file: &mut impl Read) -> io::Result<Option<(u8, Head)>> {
        if self.length - self.end < HEAD as u64 {
            return Ok(None);
        }
        let mut bytes = [0; HEAD];
        file.read_exact(&mut bytes)?;
        let head = Head::read(bytes);
        Ok(head.filter(|(_, head)| head.total() <= self.length - self.end))
    }
}
