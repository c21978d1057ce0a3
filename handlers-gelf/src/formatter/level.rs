//! The numbers that syslog has for levels.

use handlers_core::Level;

/// The number of a level of Python's (GELF-8), and none for the others.
pub(super) fn of_known(level: Level) -> Option<u8> {
    match level {
        Level::CRITICAL => Some(2),
        Level::ERROR => Some(3),
        Level::WARNING => Some(4),
        Level::INFO => Some(6),
        Level::DEBUG => Some(7),
        _ => None,
    }
}

/// The number of any level: that of the level of Python's below it. It is one digit.
pub(super) fn of_any(level: Level) -> u8 {
    let below = [Level::CRITICAL, Level::ERROR, Level::WARNING, Level::INFO];
    below.into_iter().find(|known| level >= *known).and_then(of_known).unwrap_or(7)
}
