//! What the suite is given: a fresh handler, and a way to see what came of it.

use std::fmt;

/// A handler that no clause has touched yet, and where its lines can be read.
///
/// By default the suite expects of it what is true of most handlers: it formats the record in
/// `emit`, a record after `close` is taken like any other, and what it holds is delivered when it is
/// dropped. A handler of another nature says so.
pub struct Subject<H> {
    pub(super) handler: H,
    pub(super) lines: Lines,
    pub(super) nature: Nature,
}

/// Reads all lines that have been delivered so far.
pub(super) type Lines = Box<dyn Fn() -> Vec<String> + Send + Sync>;

/// What the suite must know of a handler before it can say what is right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nature {
    pub(super) after_close: AfterClose,
    pub(super) delivers_on_drop: bool,
    pub(super) formats: bool,
    pub(super) takes_records: bool,
    pub(super) longest: usize,
}

/// What becomes of a record that comes after `close`, by the handler's own documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterClose {
    /// It is dropped and counted.
    Drop,
    /// It is kept until somebody makes use of it.
    Keep,
    /// It is delivered like any other.
    Take,
}

impl<H> Subject<H> {
    /// Makes a subject; `lines` gives every line that the handler has delivered, in order and
    /// without line ends. It is called after a flush.
    pub fn new(handler: H, lines: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        let nature = Nature {
            after_close: AfterClose::Take,
            delivers_on_drop: true,
            formats: true,
            takes_records: true,
            longest: usize::MAX,
        };
        Self { handler, lines: Box::new(lines), nature }
    }

    /// Says what becomes of a record after `close`.
    #[must_use]
    pub fn after_close(mut self, after_close: AfterClose) -> Self {
        self.nature.after_close = after_close;
        self
    }

    /// Says that what the handler holds is lost when it is dropped without a flush.
    #[must_use]
    pub fn forgets_on_drop(mut self) -> Self {
        self.nature.delivers_on_drop = false;
        self
    }

    /// Says that the handler keeps or passes on records and has no use for a formatter.
    #[must_use]
    pub fn passes_records_on(mut self) -> Self {
        self.nature.formats = false;
        self
    }

    /// Says that a line of more bytes is an error, as it is where each is a datagram.
    #[must_use]
    pub fn takes_no_more_than(mut self, bytes: usize) -> Self {
        self.nature.longest = bytes;
        self
    }

    /// Says that the handler answers no to every record and looks at none.
    #[must_use]
    pub fn takes_no_records(mut self) -> Self {
        self.nature.takes_records = false;
        self.nature.formats = false;
        self
    }
}

impl<H: fmt::Debug> fmt::Debug for Subject<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handler, nature, .. } = self;
        f.debug_struct("Subject").field("handler", handler).field("nature", nature).finish()
    }
}
