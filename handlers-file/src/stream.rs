//! Writing lines to a stream.

use std::fmt;
use std::io::{self, Write};

use handlers_core::{Error, Handler, HandlerBase, Record, Result};

use crate::output::{Combiner, Line, Outcome, Pending, Target, UNWRITTEN_LIMIT, emit};
use crate::standard::{StandardStream, StreamName};

/// Writes each record as a line to a stream: Python's `StreamHandler`.
///
/// Each line is one write, followed by a flush (CORE-123). Lines of several threads are never mixed.
/// What the stream does not take at once is kept and finished before anything else, so that an error
/// in the middle of a line leaves no torn one behind.
///
/// The stream is not closed with the handler (CORE-126), but given back or dropped with it.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, PatternFormatter, Record};
/// use handlers_file::StreamHandler;
///
/// let handler = StreamHandler::builder(Vec::new())
///     .formatter(PatternFormatter::new("[%(levelname)s] %(message)s")?)
///     .build();
/// handler.handle(&Record::builder().level(handlers_core::Level::INFO).message("ready").build());
/// assert_eq!(handler.into_inner(), b"[INFO] ready\n");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct StreamHandler<W> {
    base: HandlerBase,
    terminator: String,
    name: StreamName,
    output: Combiner<StreamTarget<W>>,
}

/// Builds a [`StreamHandler`].
#[derive(Debug)]
#[must_use = "call `build` to get the handler"]
pub struct StreamHandlerBuilder<W> {
    base: HandlerBase,
    terminator: String,
    name: StreamName,
    stream: W,
}

impl StreamHandler<StandardStream> {
    /// Makes a handler for standard error: Python's default (CORE-122).
    pub fn stderr() -> Self {
        Self::builder(StandardStream::Stderr).stream_name("<stderr>").build()
    }

    /// Makes a handler for standard output.
    pub fn stdout() -> Self {
        Self::builder(StandardStream::Stdout).stream_name("<stdout>").build()
    }
}

impl<W: Write + Send + 'static> StreamHandler<W> {
    /// Makes a handler for `stream` with all defaults.
    pub fn new(stream: W) -> Self {
        Self::builder(stream).build()
    }

    /// Begins a handler for `stream`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](StreamHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](StreamHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](StreamHandlerBuilder::filter) | none |
    /// | [`name`](StreamHandlerBuilder::name) | none |
    /// | [`error_hook`](StreamHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`terminator`](StreamHandlerBuilder::terminator) | `"\n"` |
    /// | [`stream_name`](StreamHandlerBuilder::stream_name) | none |
    pub fn builder(stream: W) -> StreamHandlerBuilder<W> {
        StreamHandlerBuilder {
            base: HandlerBase::new(),
            terminator: "\n".to_owned(),
            name: StreamName::default(),
            stream,
        }
    }

    /// What ends each line.
    pub fn terminator(&self) -> &str {
        &self.terminator
    }

    /// Puts another stream in the place of this one, which is flushed and given back (CORE-127).
    ///
    /// # Errors
    ///
    /// The old stream could not be flushed. It is replaced all the same and dropped; what it did not
    /// take goes to the new one.
    pub fn set_stream(&self, stream: W) -> Result<W> {
        self.output.with(|target| {
            let flushed = target.flush();
            let old = std::mem::replace(&mut target.stream, stream);
            flushed.map(|()| old)
        })
    }

    /// Gives the stream back, flushed as far as it lets itself.
    pub fn into_inner(self) -> W {
        let mut target = self.output.into_target();
        let _ = target.flush();
        target.stream
    }
}

impl<W: Write + Send + 'static> Handler for StreamHandler<W> {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        emit(self, &self.output, &self.terminator, record)
    }

    fn flush(&self) -> Result<()> {
        self.output.with(StreamTarget::flush)
    }
}

impl<W> fmt::Debug for StreamHandler<W> {
    /// CORE-128.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<StreamHandler {}({})>", self.name, self.base.level())
    }
}

impl<W: Write + Send + 'static> StreamHandlerBuilder<W> {
    handlers_core::base_setters!();

    /// Sets what ends each line. Optional; `"\n"` by default.
    pub fn terminator(mut self, terminator: impl Into<String>) -> Self {
        self.terminator = terminator.into();
        self
    }

    /// Sets what the stream is called when the handler is shown. Optional; nothing by default.
    pub fn stream_name(mut self, name: impl fmt::Display) -> Self {
        self.name = StreamName::new(&name);
        self
    }

    /// Finishes the handler.
    pub fn build(self) -> StreamHandler<W> {
        let target = StreamTarget { stream: self.stream, pending: Pending::default() };
        StreamHandler {
            base: self.base,
            terminator: self.terminator,
            name: self.name,
            output: Combiner::new(target),
        }
    }
}

#[derive(Debug)]
struct StreamTarget<W> {
    stream: W,
    pending: Pending,
}

impl<W: Write> StreamTarget<W> {
    fn flush(&mut self) -> Result<()> {
        let written = self.pending.write_to(&mut self.stream);
        written.and_then(|()| flush(&mut self.stream)).map_err(failed)
    }
}

impl<W: Write> Target for StreamTarget<W> {
    fn append(&mut self, line: &Line<'_>) -> Outcome {
        if self.pending.len() > UNWRITTEN_LIMIT
            && let Err(error) = self.pending.write_to(&mut self.stream)
        {
            return Outcome::failed(failed(error));
        }
        self.pending.buffer().extend_from_slice(line.text.as_bytes());
        Outcome::default()
    }

    fn commit(&mut self) -> Result<()> {
        self.flush()
    }

    fn appended(&self) -> u64 {
        self.pending.appended()
    }

    fn written(&self) -> u64 {
        self.pending.written()
    }
}

fn flush(stream: &mut impl Write) -> io::Result<()> {
    loop {
        match stream.flush() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn failed(error: io::Error) -> Error {
    Error::io("write to the stream", error)
}
