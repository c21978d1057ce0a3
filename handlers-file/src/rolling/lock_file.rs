//! The file that processes lock while they work on a log that they share.
//!
//! Its name, its lock and what stands in it are those of Python's `concurrent-log-handler`, so that
//! programs in both languages can share one log:
//!
//! - `app.log` has the lock file `.__app.lock` beside it, any other `NAME` has `.__NAME.lock`;
//! - it is locked whole and for one alone, by `flock(2)` where there is one, from before the log is
//!   looked at until the line is written;
//! - what all must agree on stands in it: the deadline of a timed handler, in decimal digits.
//!
//! Nobody removes a lock file: those who wait for its lock would get it without keeping others out.
//! If somebody does so all the same, or moves it, the next one to take the lock makes a new one.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result, process_id};

use crate::log_file::{FileId, set_permissions};

/// A lock that handlers take in turn, in whatever process they are.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    permissions: Option<u32>,
    opened: Option<Opened>,
    locked: bool,
    /// What was read or written last.
    state: String,
}

#[derive(Debug)]
struct Opened {
    file: File,
    id: FileId,
    /// The process that opened it. After a fork the child has the same open file, so the same lock.
    process: u32,
}

impl LockFile {
    /// The lock of the log at `log`. It is opened when it is first taken; if it must be made it has
    /// `permissions`, those of the log, since whoever may write that must be able to lock it.
    pub(crate) fn beside(log: &Path, permissions: Option<u32>) -> Self {
        let path = path_beside(log);
        Self { path, permissions, opened: None, locked: false, state: String::new() }
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.locked
    }

    /// Waits until no other handler has the lock, and takes it. Like Python's, it waits as long as
    /// it takes; the lock of a process that ends is free.
    ///
    /// # Errors
    ///
    /// The lock file cannot be opened or locked.
    pub(crate) fn lock(&mut self) -> Result<()> {
        self.forget_if_forked();
        for _ in 0..ATTEMPTS {
            let locked = self.open().and_then(|opened| Ok((lock(&opened.file)?, opened.id)));
            let ((), id) = locked.map_err(|error| self.cannot("lock", error))?;
            if is_at(id, &self.path) {
                self.locked = true;
                return Ok(());
            }
            // It was removed, while this process waited or earlier. Those who come later lock
            // another file, so this lock keeps nobody out.
            self.opened = None;
        }
        Err(self.cannot("lock", ErrorKind::NotFound.into()))
    }

    /// Lets the lock go, if it is held.
    pub(crate) fn unlock(&mut self) {
        self.forget_if_forked();
        if !self.locked {
            return;
        }
        self.locked = false;
        // To close the file would not do: a child that was forked meanwhile keeps it open.
        if self.opened.as_ref().is_some_and(|opened| opened.file.unlock().is_err()) {
            self.opened = None;
        }
    }

    /// What stands in the lock file as far as is known here.
    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    /// What stands in the lock file, if it is not what was last read or written. Nothing, if the
    /// lock is not held.
    ///
    /// # Errors
    ///
    /// The lock file cannot be read.
    pub(crate) fn changed_state(&mut self) -> Result<Option<&str>> {
        let Some(opened) = self.opened.as_mut().filter(|_| self.locked) else { return Ok(None) };
        let mut bytes = [0; LONGEST_STATE];
        let read = read_from_start(&mut opened.file, &mut bytes);
        let length = read.map_err(|error| self.cannot("read", error))?;
        // What is no text was written by no handler.
        let read = str::from_utf8(&bytes[..length]).unwrap_or_default().trim();
        if read == self.state {
            return Ok(None);
        }
        read.clone_into(&mut self.state);
        Ok(Some(&self.state))
    }

    /// Writes what all must agree on in the place of what stood there, if the lock is held.
    ///
    /// # Errors
    ///
    /// The lock file cannot be written.
    pub(crate) fn write_state(&mut self, state: &str) -> Result<()> {
        let Some(opened) = self.opened.as_mut().filter(|_| self.locked) else { return Ok(()) };
        let written = write_from_start(&mut opened.file, state);
        written.map_err(|error| self.cannot("write", error))?;
        state.clone_into(&mut self.state);
        Ok(())
    }

    /// Lets lock and file go. Whoever takes the lock then opens the file anew.
    pub(crate) fn close(&mut self) {
        self.unlock();
        self.opened = None;
    }

    fn open(&mut self) -> io::Result<&Opened> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => open(&self.path, self.permissions)?,
        };
        Ok(self.opened.insert(opened))
    }

    /// A forked child must neither believe that it has its parent's lock nor let that go: with its
    /// parent's open file it would do both.
    fn forget_if_forked(&mut self) {
        if self.opened.as_ref().is_some_and(|opened| opened.process != process_id()) {
            self.opened = None;
            self.locked = false;
        }
    }

    #[cold]
    fn cannot(&self, verb: &str, error: io::Error) -> Error {
        Error::io(format!("{verb} the lock file {}", self.path.display()), error)
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        self.unlock();
    }
}

/// The path of the lock file of the log at `log`.
fn path_beside(log: &Path) -> PathBuf {
    let name = log.file_name().unwrap_or_default();
    let stem = match log.extension() {
        Some(extension) if extension == "log" => log.file_stem().unwrap_or_default(),
        // To Python's `endswith` this name is nothing but the extension.
        None if name == ".log" => "".as_ref(),
        _ => name,
    };
    let mut lock = OsString::from(".__");
    lock.push(stem);
    lock.push(".lock");
    log.with_file_name(lock)
}

fn open(path: &Path, permissions: Option<u32>) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    refuse_links(&mut options);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if let Some(permissions) = permissions {
        // Whatever is wrong with them, it could be opened.
        let _ = set_permissions(&file, &metadata, permissions);
    }
    Ok(Opened { file, id: FileId::of(&metadata), process: process_id() })
}

/// The name is known to everybody who can write to the directory: what is locked, and written to, must
/// not be a file elsewhere that a link leads to.
#[cfg(unix)]
fn refuse_links(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
}

#[cfg(not(unix))]
fn refuse_links(_: &mut OpenOptions) {}

/// Locks the whole file for one alone. A signal does not end the wait.
fn lock(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Whether `path` means that file. Somebody who may not look believes so.
fn is_at(id: FileId, path: &Path) -> bool {
    match FileId::at(path) {
        Ok(found) => found == id,
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// Reads what fits.
fn read_from_start(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    // A FIFO has no start, so it is not read: that could take for ever.
    file.seek(SeekFrom::Start(0))?;
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn write_from_start(file: &mut File, state: &str) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(state.as_bytes())?;
    file.set_len(state.len() as u64)
}

/// How often the lock file may be removed under the hands of a process before that gives up.
const ATTEMPTS: u32 = 100;

/// How much of a lock file is read, in bytes: no state is as long.
const LONGEST_STATE: usize = 128;

#[cfg(test)]
mod tests {
    use std::fs::{self, TryLockError};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// A directory that is removed with this value.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("handlers-lock-file-{name}-{}", process_id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn log(&self) -> PathBuf {
            self.0.join("app.log")
        }

        fn lock(&self) -> PathBuf {
            self.0.join(".__app.lock")
        }

        /// A lock that has been taken.
        fn taken(&self) -> LockFile {
            let mut lock = LockFile::beside(&self.log(), None);
            lock.lock().unwrap();
            lock
        }

        /// Whether somebody has the lock, seen by somebody else.
        fn is_taken(&self) -> bool {
            let file = File::open(self.lock()).unwrap();
            match file.try_lock() {
                Ok(()) => false,
                Err(TryLockError::WouldBlock) => true,
                Err(TryLockError::Error(error)) => panic!("{error}"),
            }
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// What a forked child has of a lock.
    fn forked(lock: &LockFile) -> LockFile {
        let opened = lock.opened.as_ref().unwrap();
        let file = opened.file.try_clone().unwrap();
        // The process that opened it is another one now.
        let opened = Opened { file, id: opened.id, process: opened.process.wrapping_add(1) };
        let LockFile { path, permissions, locked, state, .. } = lock;
        let (path, state) = (path.clone(), state.clone());
        LockFile { path, permissions: *permissions, opened: Some(opened), locked: *locked, state }
    }

    // The right sides are what `ConcurrentRotatingFileHandler.baseLockFilename` gives.
    #[test]
    fn a_lock_file_has_the_name_that_pythons_has() {
        let names = [
            ("/var/log/app.log", "/var/log/.__app.lock"),
            ("/var/log/app", "/var/log/.__app.lock"),
            ("/var/log/app.txt", "/var/log/.__app.txt.lock"),
            ("/var/log/app.log.log", "/var/log/.__app.log.lock"),
            ("/var/log/app.LOG", "/var/log/.__app.LOG.lock"),
            ("/var/log/a..log", "/var/log/.__a..lock"),
            ("/var/log/applog", "/var/log/.__applog.lock"),
            ("/var/log/.log", "/var/log/.__.lock"),
            ("/var/log/..log", "/var/log/.__..lock"),
            ("/var/log/.app.log", "/var/log/.__.app.lock"),
            ("/var/log/app.log.1", "/var/log/.__app.log.1.lock"),
            ("/var/log.d/app.", "/var/log.d/.__app..lock"),
        ];
        for (log, lock) in names {
            assert_eq!(path_beside(Path::new(log)), Path::new(lock), "{log}");
        }
    }

    #[test]
    fn a_lock_keeps_out_all_but_one_until_it_is_let_go() {
        let scratch = Scratch::new("one");
        let mut lock = scratch.taken();
        assert!(lock.is_locked() && scratch.is_taken());
        lock.unlock();
        assert!(!lock.is_locked() && !scratch.is_taken());
        lock.unlock();
        lock.lock().unwrap();
        assert!(scratch.is_taken());
    }

    #[test]
    fn a_lock_is_let_go_when_it_is_closed_or_dropped() {
        let scratch = Scratch::new("dropped");
        let mut lock = scratch.taken();
        lock.close();
        assert!(!scratch.is_taken());
        lock.lock().unwrap();
        assert!(scratch.is_taken());
        drop(lock);
        assert!(!scratch.is_taken());
    }

    #[test]
    fn a_forked_child_waits_for_its_parent() {
        let scratch = Scratch::new("child-waits");
        let mut parent = scratch.taken();
        let mut child = forked(&parent);
        assert!(child.is_locked());
        let (send, receive) = mpsc::channel();
        let child = thread::spawn(move || {
            child.lock().unwrap();
            send.send("locked by the child").unwrap();
            child
        });
        // With its parent's open file it would have the lock at once.
        assert!(receive.try_recv().is_err());
        parent.unlock();
        assert_eq!(receive.recv(), Ok("locked by the child"));
        let mut child = child.join().unwrap();
        assert!(scratch.is_taken());
        child.unlock();
        assert!(!scratch.is_taken());
    }

    #[test]
    fn a_forked_child_does_not_let_its_parents_lock_go() {
        let scratch = Scratch::new("child-leaves");
        let parent = scratch.taken();
        forked(&parent).unlock();
        assert!(scratch.is_taken());
        forked(&parent).close();
        assert!(scratch.is_taken());
        drop(forked(&parent));
        assert!(scratch.is_taken());
    }

    #[test]
    fn a_parent_lets_its_lock_go_though_a_child_has_the_file_open() {
        let scratch = Scratch::new("parent-leaves");
        let parent = scratch.taken();
        let child = forked(&parent);
        drop(parent);
        assert!(!scratch.is_taken());
        drop(child);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_file_that_was_removed_is_made_anew() {
        let scratch = Scratch::new("removed");
        let mut first = scratch.taken();
        first.unlock();
        fs::remove_file(scratch.lock()).unwrap();
        let second = scratch.taken();
        drop(second);
        first.lock().unwrap();
        assert!(scratch.is_taken(), "the lock is that of the file which is there now");
    }

    #[cfg(unix)]
    #[test]
    fn who_waited_for_a_lock_file_that_was_removed_waits_for_the_new_one() {
        let scratch = Scratch::new("waited");
        let mut first = scratch.taken();
        let mut second = LockFile::beside(&scratch.log(), None);
        second.open().unwrap();
        fs::remove_file(scratch.lock()).unwrap();
        let mut third = scratch.taken();
        let (send, receive) = mpsc::channel();
        let second = thread::spawn(move || {
            second.lock().unwrap();
            send.send(()).unwrap();
            second
        });
        first.unlock();
        assert!(receive.try_recv().is_err(), "the third has the lock that counts");
        third.unlock();
        receive.recv().unwrap();
        second.join().unwrap();
    }

    #[test]
    fn a_lock_file_that_cannot_be_opened_is_an_error_until_it_can() {
        let scratch = Scratch::new("directory");
        fs::create_dir(scratch.lock()).unwrap();
        let mut lock = LockFile::beside(&scratch.log(), None);
        let error = lock.lock().expect_err("a directory is in the way");
        assert_eq!(error.to_string(), format!("lock the lock file {}", scratch.lock().display()));
        assert!(!lock.is_locked());
        fs::remove_dir(scratch.lock()).unwrap();
        lock.lock().unwrap();
        assert!(scratch.is_taken());
    }

    #[test]
    fn what_one_has_written_the_others_read_once() {
        let scratch = Scratch::new("state");
        let mut first = scratch.taken();
        assert_eq!(first.changed_state().unwrap(), None, "the file is empty");
        first.write_state("1700000000").unwrap();
        assert_eq!(first.changed_state().unwrap(), None, "the writer knows it");
        first.unlock();
        let mut second = scratch.taken();
        assert_eq!(second.changed_state().unwrap(), Some("1700000000"));
        assert_eq!(second.changed_state().unwrap(), None);
        second.write_state("9").unwrap();
        second.unlock();
        assert_eq!(fs::read_to_string(scratch.lock()).unwrap(), "9");
        first.lock().unwrap();
        assert_eq!(first.changed_state().unwrap(), Some("9"));
    }

    #[test]
    fn what_is_no_text_is_no_state() {
        let scratch = Scratch::new("no-text");
        fs::write(scratch.lock(), [0xff; 4000]).unwrap();
        assert_eq!(scratch.taken().changed_state().unwrap(), None);
        fs::write(scratch.lock(), " 1700000000\n").unwrap();
        assert_eq!(scratch.taken().changed_state().unwrap(), Some("1700000000"));
    }

    #[test]
    fn without_the_lock_nothing_is_read_or_written() {
        let scratch = Scratch::new("unlocked");
        let mut lock = scratch.taken();
        lock.write_state("1").unwrap();
        lock.unlock();
        lock.write_state("2").unwrap();
        assert_eq!(lock.changed_state().unwrap(), None);
        assert_eq!(fs::read_to_string(scratch.lock()).unwrap(), "1");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_lock_file_has_the_permissions_of_the_log() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new("permissions");
        let mut lock = LockFile::beside(&scratch.log(), Some(0o666));
        lock.lock().unwrap();
        let mode = fs::metadata(scratch.lock()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o666);
    }
}
