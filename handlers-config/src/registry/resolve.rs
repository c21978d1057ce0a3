//! From a dotted name to what it stands for, or to the error that Python's import has for it.

use handlers_core::{Error, ErrorKind, Value};

use super::{Named, Registry};
use crate::fault::{Fault, Outcome};
use crate::suggest::{hint, nearest};

impl Registry {
    /// What a name stands for, with what an import of Python's would answer (CONF-19).
    pub(crate) fn import(&self, name: &str) -> Outcome<Named> {
        if let Some(named) = self.get(name) {
            return Ok(named);
        }
        let fault = Fault::from_error(self.import_error(name));
        let word = if name.contains('.') { name.rsplit('.').next() } else { Some(name) };
        let plain = match word {
            Some("") | None => format!("`{name}` is no name of a class"),
            Some(_) => format!("nothing is known by the name `{name}`"),
        };
        Err(fault.say(plain).help(self.hint(name)))
    }

    /// What a name stands for, with the error of a configuration (CONF-34).
    pub(crate) fn resolve(&self, name: &str) -> Outcome<Named> {
        self.import(name).map_err(|fault| {
            // Python wraps errors of imports, and others not.
            if fault.error().kind() != ErrorKind::Import {
                return fault;
            }
            let shown = Value::from(name).repr();
            let attempt = format!("Cannot resolve {shown}: {}", fault.error());
            fault.within(attempt)
        })
    }

    fn import_error(&self, name: &str) -> Error {
        let import = |text: String| Error::new(ErrorKind::Import, text);
        let mut steps = name.split('.');
        let first = steps.next().unwrap_or_default();
        if first.is_empty() {
            return Error::new(ErrorKind::Value, "Empty module name");
        }
        if !self.is_module(first) {
            return import(format!("No module named '{first}'"));
        }
        let mut used = first.to_owned();
        for step in steps {
            let next = format!("{used}.{step}");
            if self.get(&next).is_none() {
                return self.attribute_error(&used, step);
            }
            used = next;
        }
        import(format!("No module named '{name}'"))
    }

    /// What comes of looking for `step` in `used`, which is there and has no such attribute: an
    /// attempt to import it as a module.
    fn attribute_error(&self, used: &str, step: &str) -> Error {
        let (parent, last) = used.rsplit_once('.').unwrap_or(("", used));
        let (package, module, cause) = if self.is_module(used) {
            let cause = format!("module '{used}' has no attribute '{step}'");
            (used, format!("{used}.{step}"), cause)
        } else {
            (parent, used.to_owned(), format!("type object '{last}' has no attribute '{step}'"))
        };
        if !self.is_package(package) {
            let text = format!("No module named '{module}'; '{package}' is not a package");
            return Error::new(ErrorKind::Import, text);
        }
        let cause = Error::new(ErrorKind::Attribute, cause);
        Error::with_source(ErrorKind::Import, format!("No module named '{module}'"), cause)
    }

    /// What the name was meant to be: one with the same last word, or one that is spelt alike.
    fn hint(&self, name: &str) -> Option<String> {
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let word = last(name);
        let (before, _) = name.rsplit_once('.').unwrap_or_default();
        let is_pythons = ["", "handlers", "logging", "logging.handlers"].contains(&before);
        let same = || self.names().find(|known| is_pythons && last(known) == word);
        if let Some(meant) = nearest(name, self.names()).or_else(same) {
            return Some(format!("did you mean `{meant}`?"));
        }
        let first = name.split('.').next().unwrap_or_default();
        if self.is_module(first) {
            let inside = self.names().filter(|known| known.starts_with(&format!("{first}.")));
            return hint(name, inside);
        }
        Some(format!("a program that has `{name}` can add it to the registry"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(name: &str) -> Vec<(String, String)> {
        let fault = Registry::standard().resolve(name).unwrap_err();
        let mut chain = Vec::new();
        let mut error = Some(fault.error() as &(dyn std::error::Error + 'static));
        while let Some(cause) = error {
            let kind = cause.downcast_ref::<Error>().map_or("?", Error::python_name);
            chain.push((kind.to_owned(), cause.to_string()));
            error = cause.source();
        }
        chain
    }

    // What CPython 3.13.0 says.
    #[test]
    fn errors_are_those_of_pythons_import() {
        let import = "ModuleNotFoundError";
        let cases: [(&str, &str, &str); 8] = [
            ("nomod.X", "No module named 'nomod'", ""),
            ("open", "No module named 'open'", ""),
            ("sys.nosuch", "No module named 'sys.nosuch'; 'sys' is not a package", ""),
            (
                "logging.handlers.NoSuch",
                "No module named 'logging.handlers.NoSuch'; 'logging.handlers' is not a package",
                "",
            ),
            (
                "logging.handlers.a.b",
                "No module named 'logging.handlers.a'; 'logging.handlers' is not a package",
                "",
            ),
            (
                "logging.NoHandler",
                "No module named 'logging.NoHandler'",
                "module 'logging' has no attribute 'NoHandler'",
            ),
            ("logging..x", "No module named 'logging.'", "module 'logging' has no attribute ''"),
            (
                "logging.NullHandler.foo",
                "No module named 'logging.NullHandler'",
                "type object 'NullHandler' has no attribute 'foo'",
            ),
        ];
        for (name, text, cause) in cases {
            let owned = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
            let mut expected = vec![
                owned("ValueError", &format!("Cannot resolve '{name}': {text}")),
                owned(import, text),
            ];
            if !cause.is_empty() {
                expected.push(owned("AttributeError", cause));
            }
            assert_eq!(chain(name), expected);
        }
    }

    #[test]
    fn a_name_without_a_first_word_is_not_wrapped() {
        for name in ["", ".x"] {
            let expected = ("ValueError".to_owned(), "Empty module name".to_owned());
            assert_eq!(chain(name), [expected]);
        }
    }

    #[test]
    fn the_name_that_was_meant_is_found_by_its_last_word_or_its_spelling() {
        let registry = Registry::standard();
        let hint = |name| registry.hint(name).unwrap();
        assert_eq!(hint("NullHandler"), "did you mean `logging.NullHandler`?");
        assert_eq!(hint("logging.nullhandler"), "did you mean `logging.NullHandler`?");
        assert_eq!(hint("loging.NulHandler"), "did you mean `logging.NullHandler`?");
        assert_eq!(
            hint("rich.logging.RichHandler"),
            "a program that has `rich.logging.RichHandler` can add it to the registry"
        );
    }
}
