//! Levels: an open set of integers, some of which have names.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use crate::error::{Error, ErrorKind, Result};
use crate::text::Text;
use crate::value::Value;

/// How severe a record is: any integer, the greater the more severe.
///
/// Six levels have names from the start (CORE-1); [`add_level_name`] names more. A level is parsed
/// from a name alone, exactly as registered: `"15"` and `"debug"` are errors (CORE-11).
///
/// # Examples
///
/// ```
/// use handlers_core::Level;
///
/// assert!(Level::WARNING > Level::INFO);
/// assert_eq!("ERROR".parse::<Level>()?, Level::ERROR);
/// assert_eq!(Level::new(35).to_string(), "Level 35");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Level(i64);

impl Level {
    /// 0: no level of its own. A logger inherits its parent's, a handler takes everything.
    pub const NOTSET: Self = Self(0);
    /// 10: detail that is of use when a problem is being looked for.
    pub const DEBUG: Self = Self(10);
    /// 20: things work as they should.
    pub const INFO: Self = Self(20);
    /// 30: something unexpected happened, or soon will; the program goes on.
    pub const WARNING: Self = Self(30);
    /// 40: the program could not do something.
    pub const ERROR: Self = Self(40);
    /// 50: the program may be unable to go on.
    pub const CRITICAL: Self = Self(50);

    /// Makes a level of any number, named or not, negative ones included (CORE-10).
    #[inline]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number: `levelno`.
    #[inline]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The level registered under `name`, aliases `WARN` and `FATAL` included (CORE-5).
    pub fn by_name(name: &str) -> Option<Self> {
        if RENAMED.load(Ordering::Acquire) {
            return NAMES.read().numbers.get(name).copied();
        }
        BUILT_IN_NUMBERS.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
    }

    /// Reads a level from a configuration value: an integer, a boolean (which Python counts as
    /// one) or a registered name (CORE-10 to CORE-13).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] for a name that is not registered, [`ErrorKind::Type`] for anything
    /// that is neither an integer nor text, [`ErrorKind::Overflow`] for an integer beyond 64 bits.
    pub fn from_value(value: &Value<'_>) -> Result<Self> {
        match value {
            Value::Bool(on) => Ok(Self(i64::from(*on))),
            Value::Int(number) => number.to_i64().map(Self).ok_or_else(|| {
                Error::new(ErrorKind::Overflow, format!("level out of range: {number}"))
            }),
            Value::Str(name) => name.parse(),
            other => Err(Error::new(
                ErrorKind::Type,
                format!("Level not an integer or a valid string: {}", other.repr()),
            )),
        }
    }

    /// The registered name, or `Level N` (CORE-4, CORE-6).
    pub(crate) fn name(self) -> Text<'static> {
        if !RENAMED.load(Ordering::Acquire)
            && let Some(name) = self.built_in_name()
        {
            return Text::Static(name);
        }
        self.looked_up_name()
    }

    fn built_in_name(self) -> Option<&'static str> {
        Some(match self {
            Self::NOTSET => "NOTSET",
            Self::DEBUG => "DEBUG",
            Self::INFO => "INFO",
            Self::WARNING => "WARNING",
            Self::ERROR => "ERROR",
            Self::CRITICAL => "CRITICAL",
            _ => return None,
        })
    }

    fn looked_up_name(self) -> Text<'static> {
        if let Some(name) = NAMES.read().names.get(&self) {
            return Text::Shared(Arc::clone(name));
        }
        Text::Shared(Arc::from(format!("Level {}", self.0)))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

impl FromStr for Level {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::by_name(name).ok_or_else(|| {
            let name = Value::from(name).repr();
            Error::new(ErrorKind::Value, format!("Unknown level: {name}"))
        })
    }
}

impl From<i64> for Level {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

/// Names `level`, for every record made from now on (CORE-8).
///
/// Older names of the same level go on being understood when a level is read from text; records
/// that exist keep the name they have (CORE-15).
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, add_level_name};
///
/// add_level_name(Level::new(25), "NOTICE");
/// assert_eq!(Level::new(25).to_string(), "NOTICE");
/// assert_eq!(Level::by_name("NOTICE"), Some(Level::new(25)));
/// ```
pub fn add_level_name(level: Level, name: &str) {
    let mut names = NAMES.write();
    names.names.insert(level, Arc::from(name));
    names.numbers.insert(name.to_owned(), level);
    RENAMED.store(true, Ordering::Release);
}

/// Every name that stands for a level, as a copy of its own (CORE-3).
pub fn level_names_mapping() -> BTreeMap<String, Level> {
    NAMES.read().numbers.iter().map(|(name, level)| (name.clone(), *level)).collect()
}

/// Looks a level up as Python's `getLevelName` does: a number gives its name, a name its number,
/// anything else the text `Level …` (CORE-4 to CORE-7).
///
/// # Examples
///
/// ```
/// use handlers_core::{Value, get_level_name};
///
/// assert_eq!(get_level_name(&Value::from(30)), Value::from("WARNING"));
/// assert_eq!(get_level_name(&Value::from("WARN")), Value::from(30));
/// assert_eq!(get_level_name(&Value::from("debug")), Value::from("Level debug"));
/// ```
pub fn get_level_name(value: &Value<'_>) -> Value<'static> {
    let names = NAMES.read();
    let by_number = |number: Level| names.names.get(&number).map(ToString::to_string);
    let name = match value {
        Value::Bool(on) => by_number(Level(i64::from(*on))),
        Value::Int(number) => number.to_i64().and_then(|number| by_number(Level(number))),
        // CORE-7: Python's dictionaries find 10 under the key 10.0.
        Value::Float(number) => {
            let equals = |level: &&Level| Value::from(level.0).as_f64() == Some(*number);
            names.names.keys().find(equals).and_then(|level| by_number(*level))
        }
        Value::Str(name) => match names.numbers.get(&**name) {
            Some(level) => return Value::from(level.0),
            None => None,
        },
        _ => None,
    };
    Value::from(name.unwrap_or_else(|| format!("Level {value}")))
}

/// The two tables of CORE-2.
#[derive(Debug)]
struct Names {
    names: HashMap<Level, Arc<str>>,
    numbers: HashMap<String, Level>,
}

/// Set once a name was added: until then no record needs the table's lock.
static RENAMED: AtomicBool = AtomicBool::new(false);

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(|| {
    let named = BUILT_IN_NUMBERS
        .iter()
        .filter_map(|(_, level)| level.built_in_name().map(|name| (*level, Arc::from(name))));
    let numbers = BUILT_IN_NUMBERS.iter().map(|(name, level)| ((*name).to_owned(), *level));
    RwLock::new(Names { names: named.collect(), numbers: numbers.collect() })
});

/// Name to number, with the two aliases that have no place in the other table.
const BUILT_IN_NUMBERS: [(&str, Level); 8] = [
    ("CRITICAL", Level::CRITICAL),
    ("FATAL", Level::CRITICAL),
    ("ERROR", Level::ERROR),
    ("WARN", Level::WARNING),
    ("WARNING", Level::WARNING),
    ("INFO", Level::INFO),
    ("DEBUG", Level::DEBUG),
    ("NOTSET", Level::NOTSET),
];
