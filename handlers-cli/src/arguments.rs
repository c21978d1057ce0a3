//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use handlers_core::Level;

/// Checks, shows and runs Python logging configurations (dictConfig, as YAML or JSON).
#[derive(Debug, Parser)]
#[command(name = "handlers", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says what is wrong with a configuration, where, and what would be right.
    ///
    /// Nothing is built and no file is touched. Exits with 1 if there is an error in it.
    Check(CheckArguments),
    /// Sends lines through the handlers of a configuration.
    #[command(long_about = RUN, after_help = EXAMPLES)]
    Run(RunArguments),
    /// Shows the tree of loggers that a configuration makes, with handlers, formatters and filters.
    ///
    /// Exits with 1 if there is an error in the configuration.
    Tree(TreeArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The configuration; `-` is standard input.
    pub(crate) config: PathBuf,

    /// How the result is printed: problems as text, or the tree and the problems as JSON.
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Json,
    Text,
}

#[derive(Debug, Args)]
pub(crate) struct TreeArguments {
    /// The configuration; `-` is standard input.
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The configuration.
    #[arg(long, short)]
    pub(crate) config: PathBuf,

    /// The logger that the records are logged to.
    #[arg(long, short, default_value = "root")]
    pub(crate) logger: String,

    /// The level of lines that carry none: a name, or a number.
    #[arg(long, default_value = "INFO", value_parser = level)]
    pub(crate) level: Level,

    /// The level of the lines that COMMAND writes to standard error.
    #[arg(long, default_value = "ERROR", value_name = "LEVEL", value_parser = level)]
    pub(crate) stderr_level: Level,

    /// Takes the level from the line, where it has one: `ERROR …`, `[error] …`, `level=error`.
    #[arg(long)]
    pub(crate) detect_level: bool,

    /// Seconds that the handlers are given to finish at the end.
    #[arg(long, default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// A command whose output is logged, with its arguments.
    #[arg(last = true)]
    pub(crate) command: Vec<OsString>,
}

/// Names are taken in any case here: this is a shell, not a configuration file.
fn level(text: &str) -> Result<Level, String> {
    if let Ok(number) = text.parse::<i64>() {
        return Ok(Level::new(number));
    }
    Level::by_name(text)
        .or_else(|| Level::by_name(&text.to_ascii_uppercase()))
        .ok_or_else(|| "use a number or one of DEBUG, INFO, WARNING, ERROR, CRITICAL".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds.ok_or_else(|| "use a number of seconds, such as 10 or 0.5".to_owned())
}

const RUN: &str = "\
Sends lines through the handlers of a configuration.

Each line of standard input becomes a record; or each line that COMMAND writes
to its standard output or standard error, and then the exit status is that of
COMMAND.

Exits with 1 if the configuration cannot be used, or if a record got lost; then
standard error says where. SIGTERM and SIGINT end the input; what was read is
logged first. With a COMMAND they are handed on to it.

SIGHUP puts the log files of rotating handlers aside, unless they are empty, and
opens those of the other handlers anew if they have been moved.";

const EXAMPLES: &str = "\
Examples:
  handlers run --config logging.yaml --logger service < lines
  handlers run --config logging.yaml --detect-level -- ./service --port 8000";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn levels_are_names_in_any_case_or_numbers() {
        assert_eq!(level("warning"), Ok(Level::WARNING));
        assert_eq!(level("25"), Ok(Level::new(25)));
        assert!(level("loud").is_err());
        assert!(level("").is_err());
        assert!(level("99999999999999999999").is_err());
    }

    #[test]
    fn a_timeout_is_a_number_that_time_can_have() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "x", "-1", "inf", "nan", "1e30"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
