//! Which thread, process and task a record comes from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use arc_swap::ArcSwapOption;

use super::switches::{RecordSwitches, record_switches};
use crate::contain::contain;
use crate::context;
use crate::process::process_id;
use crate::text::Text;

/// A thread, as records name it.
#[derive(Clone)]
pub(crate) struct ThreadInfo {
    id: u64,
    name: Text<'static>,
}

impl ThreadInfo {
    /// The thread that runs this. Rust's `main` is Python's `MainThread`; a thread without a name
    /// is `Thread-N`, as it is there.
    pub(crate) fn current() -> Self {
        let thread = thread::current();
        let name = match thread.name() {
            Some("main") => Text::Static("MainThread"),
            Some(name) => Text::from(name.to_owned()),
            None => {
                let number = UNNAMED_THREADS.fetch_add(1, Ordering::Relaxed);
                Text::from(format!("Thread-{number}"))
            }
        };
        Self { id: thread_id(), name }
    }
}

static UNNAMED_THREADS: AtomicU64 = AtomicU64::new(1);

#[cfg(any(target_os = "linux", target_os = "android"))]
fn thread_id() -> u64 {
    u64::from(rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs())
}

/// Where the standard library does not give the system's number, threads are counted.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn thread_id() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    THREADS.fetch_add(1, Ordering::Relaxed)
}

/// Where a record comes from. The process is asked for when somebody wants it: most formats do not.
#[derive(Clone)]
pub(crate) struct Origin<'a> {
    thread: Thread<'a>,
    process: Process,
    switches: RecordSwitches,
    names: Option<Box<Names>>,
}

#[derive(Clone)]
enum Thread<'a> {
    Unknown,
    Borrowed(&'a ThreadInfo),
    Owned(ThreadInfo),
}

#[derive(Clone, Copy)]
enum Process {
    Current,
    Known(u32),
}

/// Names that a program gave; most give none, so that a record has a pointer for them only.
#[derive(Clone, Default)]
struct Names {
    process: Option<Text<'static>>,
    task: Option<Text<'static>>,
}

impl<'a> Origin<'a> {
    pub(crate) fn here(thread: &'a ThreadInfo) -> Self {
        let switches = record_switches();
        let thread = if switches.threads { Thread::Borrowed(thread) } else { Thread::Unknown };
        Self { thread, process: Process::Current, switches, names: Names::given(switches) }
    }

    pub(crate) fn here_owned() -> Origin<'static> {
        // The thread as its logging calls know it: a thread without a name has one number only.
        context::with(|context| context.with_thread(|thread| Origin::here(thread).to_owned()))
    }

    pub(crate) fn thread(&self) -> Option<u64> {
        self.thread_info().map(|thread| thread.id)
    }

    pub(crate) fn thread_name(&self) -> Option<&str> {
        self.thread_info().map(|thread| &*thread.name)
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.switches.processes.then(|| match self.process {
            Process::Current => process_id(),
            Process::Known(id) => id,
        })
    }

    pub(crate) fn process_name(&self) -> Option<&str> {
        let given = self.names.as_ref().and_then(|names| names.process.as_deref());
        self.switches.multiprocessing.then(|| given.unwrap_or(DEFAULT_PROCESS_NAME))
    }

    pub(crate) fn task_name(&self) -> Option<&str> {
        self.names.as_ref().and_then(|names| names.task.as_deref())
    }

    /// A copy that borrows nothing.
    pub(crate) fn to_owned(&self) -> Origin<'static> {
        let mut copy = Origin::EMPTY;
        copy.keep(self);
        copy
    }

    /// Puts a number that came with a record in the place of the one found here; so do the others.
    pub(crate) fn set_thread(&mut self, id: Option<u64>) {
        let name = self.thread_info().map(|thread| thread.name.clone());
        self.thread = match (id, name) {
            (None, None) => Thread::Unknown,
            (id, name) => Thread::Owned(ThreadInfo {
                id: id.unwrap_or_default(),
                name: name.unwrap_or(Text::EMPTY),
            }),
        };
    }

    pub(crate) fn set_thread_name(&mut self, name: Option<Text<'static>>) {
        let id = self.thread().unwrap_or_default();
        self.thread = Thread::Owned(ThreadInfo { id, name: name.unwrap_or(Text::EMPTY) });
    }

    pub(crate) fn set_process(&mut self, id: Option<u32>) {
        self.switches.processes = id.is_some();
        self.process = id.map_or(Process::Current, Process::Known);
    }

    pub(crate) fn set_process_name(&mut self, name: Option<Text<'static>>) {
        self.switches.multiprocessing = name.is_some();
        // What a process has without a name needs no room.
        let name = name.filter(|name| **name != *DEFAULT_PROCESS_NAME);
        if name.is_some() || self.names.is_some() {
            self.names.get_or_insert_default().process = name;
        }
    }

    pub(crate) fn set_task_name(&mut self, name: Option<Text<'static>>) {
        if name.is_some() || self.names.is_some() {
            self.names.get_or_insert_default().task = name;
        }
    }

    fn thread_info(&self) -> Option<&ThreadInfo> {
        match &self.thread {
            Thread::Unknown => None,
            Thread::Borrowed(thread) => Some(thread),
            Thread::Owned(thread) => Some(thread),
        }
    }
}

impl Origin<'static> {
    /// Room for one that comes later.
    pub(crate) const EMPTY: Self = Self {
        thread: Thread::Owned(ThreadInfo { id: 0, name: Text::EMPTY }),
        process: Process::Current,
        switches: RecordSwitches::NONE,
        names: None,
    };

    /// Becomes a copy of `other`.
    #[inline]
    pub(crate) fn keep(&mut self, other: &Origin<'_>) {
        self.keep_thread(other.thread_info());
        self.process = match other.process {
            Process::Current if other.switches.processes => Process::Known(process_id()),
            known => known,
        };
        self.switches = other.switches;
        self.names.clone_from(&other.names);
    }

    #[inline]
    fn keep_thread(&mut self, thread: Option<&ThreadInfo>) {
        match (&mut self.thread, thread) {
            (Thread::Owned(place), Some(thread)) => {
                place.id = thread.id;
                place.name.keep(&thread.name);
            }
            (place, None) => *place = Thread::Unknown,
            (place, Some(thread)) => *place = Thread::Owned(thread.clone()),
        }
    }
}

impl Names {
    fn given(switches: RecordSwitches) -> Option<Box<Self>> {
        if !ANY_NAMES.load(Ordering::Relaxed) {
            return None;
        }
        let process = PROCESS_NAME.load_full().map(|name| Text::Shared(Arc::clone(&*name)));
        let task = match TASK_NAME.load_full() {
            // CORE-31: a failure is ignored.
            Some(provider) if switches.async_tasks => {
                contain("name the task", || provider.0()).ok().flatten().map(Text::from)
            }
            _ => None,
        };
        Some(Box::new(Self { process, task }))
    }
}

/// Names this process in every record made from now on; `MainProcess` until then (CORE-30).
pub fn set_process_name(name: &str) {
    PROCESS_NAME.store(Some(Arc::new(Arc::from(name))));
    ANY_NAMES.store(true, Ordering::Relaxed);
}

/// Sets what is asked for the name of the current asynchronous task, for each record (CORE-31).
///
/// It is called on the thread that logs, outside any lock, and must not log.
pub fn set_task_name_provider(provider: impl Fn() -> Option<String> + Send + Sync + 'static) {
    TASK_NAME.store(Some(Arc::new(TaskNames(Box::new(provider)))));
    ANY_NAMES.store(true, Ordering::Relaxed);
}

/// CORE-30.
const DEFAULT_PROCESS_NAME: &str = "MainProcess";

struct TaskNames(Box<dyn Fn() -> Option<String> + Send + Sync>);

impl fmt::Debug for TaskNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskNames")
    }
}

/// Whether any name was given: until then a record looks no further.
static ANY_NAMES: AtomicBool = AtomicBool::new(false);
static PROCESS_NAME: ArcSwapOption<Arc<str>> = ArcSwapOption::const_empty();
static TASK_NAME: ArcSwapOption<TaskNames> = ArcSwapOption::const_empty();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_came_with_a_record_take_the_place_of_the_programs_own() {
        let names = Names { process: Some(Text::Static("web")), task: Some(Text::Static("poll")) };
        let mut origin = Origin { names: Some(Box::new(names)), ..Origin::EMPTY };
        origin.set_process_name(Some(Text::Static("MainProcess")));
        origin.set_task_name(None);
        assert_eq!((origin.process_name(), origin.task_name()), (Some("MainProcess"), None));
        origin.set_process_name(None);
        assert_eq!(origin.process_name(), None);
    }

    #[test]
    fn the_names_that_most_records_have_need_no_room() {
        let mut origin = Origin::EMPTY;
        origin.set_process_name(Some(Text::Static("MainProcess")));
        origin.set_task_name(None);
        assert_eq!((origin.process_name(), origin.names.is_none()), (Some("MainProcess"), true));
        origin.set_process_name(Some(Text::Static("web")));
        origin.set_task_name(Some(Text::Static("poll")));
        assert_eq!((origin.process_name(), origin.task_name()), (Some("web"), Some("poll")));
    }
}
