//! A handler for tests.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use handlers_core::{Error, Result};
use parking_lot::Mutex;

use crate::rolling::compress::{
    Compression, Compressor, Finished, Housekeeper, Settled, compressed_forms,
};

type Event = Box<dyn FnOnce(&Fake) + Send>;

/// A handler that does nothing but to have backups, in a directory of its own.
pub(super) struct Fake {
    directory: PathBuf,
    base: String,
    /// What happens, one after the other, under the lock before a backup is settled.
    meanwhile: Mutex<VecDeque<Event>>,
    reports: Mutex<Vec<String>>,
}

impl Fake {
    pub(super) fn new(name: &str) -> Arc<Self> {
        Self::named(name, "app.log")
    }

    pub(super) fn named(name: &str, base: &str) -> Arc<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("handlers-compress-{}-{number}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).expect("a temporary directory can be used");
        let (meanwhile, reports) = (Mutex::default(), Mutex::default());
        Arc::new(Self { directory, base: base.to_owned(), meanwhile, reports })
    }

    pub(super) fn compress(self: &Arc<Self>, compression: Compression) -> Compressor {
        let compressor = Compressor::new(&self.path(&self.base), compression);
        let keeper: Weak<dyn Housekeeper> = Arc::downgrade(self) as _;
        compressor.start(keeper).expect("a thread can be started");
        assert!(compressor.wait_until_idle(PATIENCE));
        compressor
    }

    pub(super) fn before_it_is_settled(&self, work: impl FnOnce(&Self) + Send + 'static) {
        self.meanwhile.lock().push_back(Box::new(work));
    }

    pub(super) fn reports(&self) -> Vec<String> {
        self.reports.lock().clone()
    }

    pub(super) fn backup(&self, number: u32) -> String {
        format!("{}.{number}", self.base)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a temporary directory can be used");
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("a temporary directory can be used");
    }

    pub(super) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a temporary directory can be used");
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a temporary directory can be used")
    }

    pub(super) fn decode(&self, name: &str, compression: Compression) -> String {
        let mut text = String::new();
        let file = File::open(self.path(name)).expect("a temporary directory can be used");
        let mut decoder = compression.decode(file).expect("the file can be read");
        decoder.read_to_string(&mut text).expect("the file is a compressed text");
        text
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.directory).expect("a temporary directory can be used");
        let name = |name: OsString| name.into_string().expect("the name is text");
        let mut names: Vec<String> = entries
            .map(|entry| name(entry.expect("a temporary directory can be used").file_name()))
            .collect();
        names.sort_unstable();
        names
    }
}

impl Housekeeper for Fake {
    fn backups(&self) -> Result<Vec<PathBuf>> {
        let plain = (1..10).map(|number| self.path(&self.backup(number)));
        let forms = plain.flat_map(|plain| {
            let compressed = compressed_forms(&plain);
            std::iter::once(plain).chain(compressed)
        });
        Ok(forms.filter(|form| form.symlink_metadata().is_ok()).collect())
    }

    fn settle(&self, finished: &Finished<'_>) -> Result<Settled> {
        let work = self.meanwhile.lock().pop_front();
        if let Some(work) = work {
            work(self);
        }
        finished.publish(|| self.backups())
    }

    fn report(&self, error: Error) {
        self.reports.lock().push(error.to_string());
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

pub(super) fn again(compressor: &Compressor) {
    compressor.wake().expect("a thread can be started");
    assert!(compressor.wait_until_idle(PATIENCE));
}

/// Far longer than anything here takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
