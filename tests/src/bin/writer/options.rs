//! The command line.

use std::str::FromStr;

/// What the program is told.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Which handler: see `handlers.rs`.
    pub(crate) handler: String,
    pub(crate) path: String,
    pub(crate) ack: Option<String>,
    pub(crate) summary: Option<String>,
    /// How many records.
    pub(crate) n: u32,
    /// The number of the first.
    pub(crate) start: u32,
    /// After how many bytes a file is put aside; by default 2000, or never by a timed handler.
    pub(crate) max: Option<u64>,
    pub(crate) backup: u32,
    /// What the periods of a timed handler are, and how many go into one file.
    pub(crate) when: String,
    pub(crate) interval: i64,
    /// What a timed handler looks at: `records`, a second for each number, or `library`, what C's
    /// library says; else the system's clock.
    pub(crate) clock: Option<String>,
    /// By how many seconds the clock `records` runs ahead.
    pub(crate) ahead: u32,
    pub(crate) watch: bool,
    /// `gzip` or `zstd`, if backups are compressed.
    pub(crate) compress: Option<String>,
    /// How many `x` end a line.
    pub(crate) pad: usize,
    /// Where on this machine a receiver listens.
    pub(crate) port: u16,
    pub(crate) tag: String,
    pub(crate) mode: String,
    pub(crate) delay: bool,
    /// What lines of a file look like.
    pub(crate) format: String,
    /// How many bytes are held back; 0 is none.
    pub(crate) buffered: usize,
    /// Other processes write and rotate the same file.
    pub(crate) shared: bool,
    /// Wait before and after each record until no backup is being compressed; else only at the end.
    pub(crate) settle: bool,
    /// Before which records to say `paused NUMBER` and to wait for a line on standard input.
    pub(crate) pause_at: Vec<u32>,
    /// Leave the error hook out, so that errors are reported on standard error.
    pub(crate) report: bool,
    /// End without a shutdown.
    pub(crate) abandon: bool,
}

impl Options {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} wants a value"));
            match name.as_str() {
                "--handler" => options.handler = value()?,
                "--path" => options.path = value()?,
                "--ack" => options.ack = Some(value()?),
                "--summary" => options.summary = Some(value()?),
                "--n" => options.n = number(&value()?)?,
                "--start" => options.start = number(&value()?)?,
                "--max" => options.max = Some(number(&value()?)?),
                "--backup" => options.backup = number(&value()?)?,
                "--when" => options.when = value()?,
                "--interval" => options.interval = number(&value()?)?,
                "--clock" => options.clock = Some(value()?),
                "--ahead" => options.ahead = number(&value()?)?,
                "--watch" => options.watch = true,
                "--compress" => options.compress = Some(value()?),
                "--pad" => options.pad = number(&value()?)?,
                "--port" => options.port = number(&value()?)?,
                "--tag" => options.tag = value()?,
                "--mode" => options.mode = value()?,
                "--delay" => options.delay = true,
                "--format" => options.format = value()?,
                "--buffered" => options.buffered = number(&value()?)?,
                "--shared" => options.shared = true,
                "--settle" => options.settle = true,
                "--pause-at" => options.pause_at.push(number(&value()?)?),
                "--report" => options.report = true,
                "--abandon" => options.abandon = true,
                _ => return Err(format!("there is no option {name}")),
            }
        }
        Ok(options)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            handler: "rotating".to_owned(),
            path: "app.log".to_owned(),
            ack: None,
            summary: None,
            n: 200,
            start: 0,
            max: None,
            backup: 5,
            when: "S".to_owned(),
            interval: 1,
            clock: None,
            ahead: 0,
            watch: false,
            compress: None,
            pad: 40,
            port: 0,
            tag: "p0".to_owned(),
            mode: "a".to_owned(),
            delay: false,
            format: "%(message)s".to_owned(),
            buffered: 0,
            shared: false,
            settle: false,
            pause_at: Vec::new(),
            report: false,
            abandon: false,
        }
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is no number that fits"))
}
