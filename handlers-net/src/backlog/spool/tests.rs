use std::fs::{self, OpenOptions};
use std::io::Write;

use super::*;

/// A directory that is removed with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("handlers-spool-{name}-{}", process_id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> PathBuf {
        self.0.join("app.spool")
    }

    fn open(&self, max_bytes: u64) -> Spool {
        Spool::open(&self.path(), max_bytes, false).unwrap()
    }

    fn length(&self) -> u64 {
        fs::metadata(self.path()).unwrap().len()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fill(spool: &mut Spool, frames: &[&str]) {
    for frame in frames {
        assert!(spool.push(frame.as_bytes()).unwrap(), "{frame}");
    }
}

/// The first frame, which stays.
fn front(spool: &mut Spool) -> Option<String> {
    let mut frame = Vec::new();
    spool.front(&mut frame).unwrap().then(|| String::from_utf8(frame).unwrap())
}

/// All frames, which are gone then.
fn taken(spool: &mut Spool) -> Vec<String> {
    let mut frames = Vec::new();
    while let Some(frame) = front(spool) {
        frames.push(frame);
        spool.pop().unwrap();
    }
    frames
}

const ROOM: u64 = 1 << 20;

#[test]
fn frames_survive_a_restart_but_for_those_that_were_sent() {
    let scratch = Scratch::new("restart");
    let mut spool = scratch.open(ROOM);
    fill(&mut spool, &["one", "", "three", "four"]);
    spool.pop().unwrap();
    drop(spool);

    let mut spool = scratch.open(ROOM);
    assert_eq!(spool.len(), 3);
    fill(&mut spool, &["five"]);
    assert_eq!(taken(&mut spool), ["", "three", "four", "five"]);
    assert_eq!(scratch.length(), MAGIC.len() as u64, "an empty spool gives its room back");
    drop(spool);
    assert_eq!(scratch.open(ROOM).len(), 0);
}

#[test]
fn a_frame_that_a_crash_has_cut_anywhere_is_cut_off() {
    let scratch = Scratch::new("torn");
    fill(&mut scratch.open(ROOM), &["one", "two", "a longer frame at the end"]);
    let whole = fs::read(scratch.path()).unwrap();
    let last = whole.len() - "a longer frame at the end".len() - HEAD;
    for length in 0..whole.len() {
        fs::write(scratch.path(), &whole[..length]).unwrap();
        let mut spool = scratch.open(ROOM);
        let expected: &[&str] = match length {
            _ if length >= last => &["one", "two"],
            _ if length >= last - 12 => &["one"],
            _ => &[],
        };
        assert_eq!(spool.len(), expected.len() as u64, "{length}");
        fill(&mut spool, &["new"]);
        let mut all = expected.to_vec();
        all.push("new");
        assert_eq!(taken(&mut spool), all, "{length}");
    }
}

#[test]
fn zeros_at_the_end_are_cut_off() {
    let scratch = Scratch::new("zeros");
    fill(&mut scratch.open(ROOM), &["one"]);
    OpenOptions::new().append(true).open(scratch.path()).unwrap().write_all(&[0; 4096]).unwrap();
    let mut spool = scratch.open(ROOM);
    fill(&mut spool, &["two"]);
    assert_eq!(taken(&mut spool), ["one", "two"]);
}

#[test]
fn a_frame_that_has_become_unreadable_is_skipped_and_counted() {
    let scratch = Scratch::new("damaged");
    fill(&mut scratch.open(ROOM), &["one", "two", "six"]);
    let mut bytes = fs::read(scratch.path()).unwrap();
    let place = bytes.windows(3).position(|window| window == b"two").unwrap();
    bytes[place] ^= 1;
    fs::write(scratch.path(), bytes).unwrap();
    let mut spool = scratch.open(ROOM);
    assert_eq!(taken(&mut spool), ["one", "six"]);
    assert_eq!((spool.take_damaged(), spool.take_damaged()), (1, 0));
}

#[test]
fn a_file_that_is_no_spool_is_left_alone() {
    let scratch = Scratch::new("other");
    fs::write(scratch.path(), "handlers spool 2\nof the future").unwrap();
    let error = Spool::open(&scratch.path(), ROOM, false).unwrap_err();
    assert_eq!(error.to_string(), format!("open the spool {}", scratch.path().display()));
    assert_eq!(fs::read(scratch.path()).unwrap(), b"handlers spool 2\nof the future");
}

#[test]
fn a_spool_has_one_user_at_a_time() {
    let scratch = Scratch::new("lock");
    let mut first = scratch.open(ROOM);
    let error = Spool::open(&scratch.path(), ROOM, false).unwrap_err();
    assert_eq!(error.to_string(), format!("use the spool {}", scratch.path().display()));
    assert_eq!(error.io_kind(), Some(io::ErrorKind::WouldBlock));
    first.close();
    let mut second = scratch.open(ROOM);
    assert!(first.push(b"one").is_err(), "it is another's now");
    fill(&mut second, &["two"]);
    drop(second);
    assert_eq!(taken(&mut first), ["two"]);
}

#[test]
fn the_room_of_frames_that_were_sent_is_used_again() {
    let scratch = Scratch::new("compact");
    let mut spool = scratch.open(100);
    fill(&mut spool, &["first"]);
    for number in 0..1000 {
        fill(&mut spool, &[&format!("frame {number}")]);
        spool.pop().unwrap();
        assert!(scratch.length() <= MAGIC.len() as u64 + 200, "{number}: {}", scratch.length());
    }
    drop(spool);
    assert_eq!(taken(&mut scratch.open(100)), ["frame 999"]);
    assert!(!scratch.0.join("app.spool.new").exists());
}

#[test]
fn a_full_spool_takes_nothing_until_there_is_room() {
    let scratch = Scratch::new("full");
    let mut spool = scratch.open(2 * (HEAD as u64 + 3));
    fill(&mut spool, &["one", "two"]);
    assert!(!spool.push(b"").unwrap());
    assert!(spool.can_hold(15) && !spool.can_hold(16));
    spool.pop().unwrap();
    fill(&mut spool, &["six"]);
    assert_eq!(taken(&mut spool), ["two", "six"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_spool() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("mode");
    let _spool = scratch.open(ROOM);
    for entry in fs::read_dir(&scratch.0).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}
