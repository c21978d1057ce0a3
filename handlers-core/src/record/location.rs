//! Where a record was logged.

use std::fmt;
use std::panic;

use crate::text::Text;

/// The place of a logging call in the source: what the macros of this crate leave in the program,
/// once for each call.
pub struct Callsite {
    file: &'static str,
    line: u32,
    module_path: &'static str,
    function: fn() -> &'static str,
}

impl Callsite {
    /// Makes a callsite; `function` gives the type name of an item inside the function, as the
    /// macros do it.
    #[doc(hidden)]
    pub const fn new(
        file: &'static str,
        line: u32,
        module_path: &'static str,
        function: fn() -> &'static str,
    ) -> Self {
        Self { file, line, module_path, function }
    }

    /// The path of the source file, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The path of the Rust module.
    pub fn module_path(&self) -> &'static str {
        self.module_path
    }

    /// The name of the function, without its path; that of the enclosing function in a closure.
    pub fn function(&self) -> &'static str {
        let path = (self.function)();
        let item = split_last(path).map_or(path, |(function, _)| function);
        let mut name = item.strip_suffix("::CALLSITE").unwrap_or(item);
        while let Some(outer) = name.strip_suffix("::{{closure}}") {
            name = outer;
        }
        split_last(name).map_or(name, |(_, last)| last)
    }
}

/// A path of Rust without its last part, and that. The last part is short: to look at each byte costs
/// a tenth of a search for `::`, and no other colon stands in a path.
fn split_last(path: &str) -> Option<(&str, &str)> {
    let colon = path.bytes().rposition(|byte| byte == b':')?;
    let (outer, last) = (path.get(..colon)?, path.get(colon + 1..)?);
    Some((outer.strip_suffix(':')?, last))
}

impl fmt::Debug for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} in {}", self.file, self.line, self.function())
    }
}

/// The place of a record: that of a macro call, that of a caller, or parts put together at run time.
#[derive(Clone)]
pub(crate) enum Location<'a> {
    Unknown,
    Callsite(&'static Callsite),
    Caller(&'static panic::Location<'static>),
    Parts(Box<Parts<'a>>),
}

/// A place that no logging call of this program is at.
#[derive(Clone)]
pub(crate) struct Parts<'a> {
    pub(crate) pathname: Option<Text<'a>>,
    pub(crate) line: u32,
    pub(crate) function: Option<Text<'a>>,
}

impl Location<'_> {
    pub(crate) fn pathname(&self) -> Option<&str> {
        match self {
            Self::Unknown => Some("(unknown file)"),
            Self::Callsite(callsite) => Some(callsite.file),
            Self::Caller(caller) => Some(caller.file()),
            Self::Parts(parts) => parts.pathname.as_deref(),
        }
    }

    pub(crate) fn line(&self) -> u32 {
        match self {
            Self::Unknown => 0,
            Self::Callsite(callsite) => callsite.line,
            Self::Caller(caller) => caller.line(),
            Self::Parts(parts) => parts.line,
        }
    }

    pub(crate) fn function(&self) -> Option<&str> {
        match self {
            Self::Unknown | Self::Caller(_) => Some("(unknown function)"),
            Self::Callsite(callsite) => Some(callsite.function()),
            Self::Parts(parts) => parts.function.as_deref(),
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    pub(crate) fn into_owned(self) -> Location<'static> {
        match self {
            Self::Unknown => Location::Unknown,
            Self::Callsite(callsite) => Location::Callsite(callsite),
            Self::Caller(caller) => Location::Caller(caller),
            Self::Parts(parts) => Location::Parts(Box::new(Parts {
                pathname: parts.pathname.map(Text::into_owned),
                line: parts.line,
                function: parts.function.map(Text::into_owned),
            })),
        }
    }
}

/// CORE-17: what follows the last separator.
pub(crate) fn filename(pathname: &str) -> &str {
    // Separators are ASCII.
    let separator = pathname.bytes().rposition(|byte| std::path::is_separator(byte.into()));
    separator.and_then(|separator| pathname.get(separator + 1..)).unwrap_or(pathname)
}

/// CORE-18: the file name without its last extension; leading dots begin no extension.
pub(crate) fn module(filename: &str) -> &str {
    let leading = filename.len() - filename.trim_start_matches('.').len();
    match filename[leading..].rfind('.') {
        Some(dot) => &filename[..leading + dot],
        None => filename,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_has_the_name_of_its_function() {
        let callsite = Callsite::new("src/a.rs", 7, "app::a", || "app::a::run::{{closure}}::f");
        assert_eq!(callsite.function(), "run");
        assert_eq!(format!("{callsite:?}"), "src/a.rs:7 in run");
    }

    #[test]
    fn the_static_of_a_macro_is_no_function() {
        let callsite = Callsite::new("", 0, "", || "app::run::{{closure}}::CALLSITE::f");
        assert_eq!(callsite.function(), "run");
    }

    #[test]
    fn a_method_has_its_own_name() {
        let callsite = Callsite::new("", 0, "", || "<app::Db as app::Pool>::acquire::f");
        assert_eq!(callsite.function(), "acquire");
    }
}
