//! What a class can be given.

use handlers_core::{Error, ErrorKind, Value};

use crate::fault::Fault;
use crate::suggest::{hint, nearest};

/// The parameters of a class: what a configuration may, and must, say about an object of it.
///
/// # Examples
///
/// ```
/// use handlers_config::Parameters;
///
/// // `def __init__(self, host, port=514)`
/// let parameters = Parameters::new().required("host").optional("port");
/// # let _ = parameters;
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Parameters {
    all: Vec<Parameter>,
    open: bool,
    owner: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Parameter {
    name: String,
    required: bool,
    keyword_only: bool,
    role: Role,
}

/// What the loader does with a value before the class gets it, if it is named by `class`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Level,
    #[cfg(feature = "queue")]
    Queue,
    Target,
}

impl Parameters {
    /// Begins without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes whatever it is given: `def __init__(self, *args, **kwargs)`.
    pub fn any() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Adds one that must be given.
    pub fn required(self, name: impl Into<String>) -> Self {
        self.with(name, true, Role::Plain)
    }

    /// Adds one that may be given.
    pub fn optional(self, name: impl Into<String>) -> Self {
        self.with(name, false, Role::Plain)
    }

    /// Adds one that may be given and is a level. Its name becomes its number, where the
    /// configuration names the class by `class` (CONF-40).
    pub fn level(self, name: impl Into<String>) -> Self {
        self.with(name, false, Role::Level)
    }

    /// Adds one that may be given and names another handler. It becomes that handler, where the
    /// configuration names the class by `class`; a handler whose target is not configured yet is
    /// put off until all others are (CONF-31, CONF-41).
    pub fn target(self, name: impl Into<String>) -> Self {
        self.with(name, false, Role::Target)
    }

    /// Adds one that must be given and is a queue. Where the configuration names the class by `class`,
    /// the keys `queue`, `listener`, `handlers` and `respect_handler_level` are the loader's: it makes
    /// the queue and a listener, and the class gets both (CONF-45 to CONF-52).
    #[cfg(feature = "queue")]
    pub fn queue(self, name: impl Into<String>) -> Self {
        self.with(name, true, Role::Queue)
    }

    /// Adds one that may be given, but by its name alone.
    pub(crate) fn keyword(self, name: &str) -> Self {
        let mut parameters = self.with(name, false, Role::Plain);
        if let Some(parameter) = parameters.all.last_mut() {
            parameter.keyword_only = true;
        }
        parameters
    }

    /// Names the class whose `__init__` this is, if it is inherited.
    pub(crate) fn owned_by(mut self, class: &'static str) -> Self {
        self.owner = Some(class);
        self
    }

    fn with(mut self, name: impl Into<String>, required: bool, role: Role) -> Self {
        self.all.push(Parameter { name: name.into(), required, keyword_only: false, role });
        self
    }

    /// The names of those that have a role.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&str, Role)> {
        let of = |parameter: &Parameter| parameter.role;
        let special = self.all.iter().filter(move |parameter| of(parameter) != Role::Plain);
        special.map(|parameter| (parameter.name.as_str(), parameter.role))
    }

    /// The name of the parameter at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&str> {
        let parameter = self.all.iter().filter(|parameter| !parameter.keyword_only).nth(place)?;
        Some(&parameter.name)
    }

    /// What is wrong with a call, in CPython's order: names that are not known, values that are too
    /// many, names that are missing. A name that is not known may have been meant for one of `keys`.
    pub(crate) fn faults(
        &self,
        class: &str,
        places: usize,
        names: &[&str],
        keys: &[&str],
    ) -> Vec<Fault> {
        if self.open {
            return Vec::new();
        }
        let last = class.rsplit('.').next().unwrap_or(class);
        let init = format!("{}.__init__()", self.owner.unwrap_or(last));
        let unknown = names.iter().filter(|name| !self.takes(name)).take(MAX_UNKNOWN);
        let mut faults: Vec<_> =
            unknown.map(|name| self.unexpected(&init, last, name, keys)).collect();
        let positional = self.all.iter().filter(|parameter| !parameter.keyword_only);
        let most = positional.clone().count();
        if places > most {
            faults.push(too_many(&init, last, most, places));
        }
        let given = |name: &str| names.contains(&name);
        let missing = positional.skip(places).filter(|parameter| parameter.required);
        let missing: Vec<&str> =
            missing.map(|parameter| parameter.name.as_str()).filter(|name| !given(name)).collect();
        if !missing.is_empty() {
            faults.push(incomplete(&init, last, &missing));
        }
        faults
    }

    /// Whether an argument of that name may be given.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.open || self.all.iter().any(|parameter| parameter.name == name)
    }

    fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.iter().map(|parameter| parameter.name.as_str())
    }

    fn unexpected(&self, init: &str, class: &str, name: &str, keys: &[&str]) -> Fault {
        let shown = Value::from(name).repr();
        let mut text = format!("{init} got an unexpected keyword argument {shown}");
        if let Some(meant) = nearest(name, self.names()) {
            text = format!("{text}. Did you mean '{meant}'?");
        }
        let fault = Fault::new(ErrorKind::Type, text, format!("{class} does not take `{name}`"));
        let known = self.names().chain(keys.iter().copied());
        #[cfg(feature = "queue")]
        let known = {
            let has_queue = self.roles().any(|(_, role)| role == Role::Queue);
            known.chain(QUEUE_KEYS.into_iter().filter(move |_| has_queue))
        };
        fault.help(hint(name, known)).at_key(name)
    }
}

fn too_many(init: &str, class: &str, most: usize, given: usize) -> Fault {
    let (most, given) = (most + 1, given + 1);
    let text = format!("{init} takes from 1 to {most} positional arguments but {given} were given");
    Fault::new(ErrorKind::Type, text, format!("{class} does not take that many arguments"))
}

fn incomplete(init: &str, class: &str, missing: &[&str]) -> Fault {
    let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let (list, plural) = match quoted.as_slice() {
        [one] => (one.clone(), ""),
        [one, other] => (format!("{one} and {other}"), "s"),
        [first @ .., last] => (format!("{}, and {last}", first.join(", ")), "s"),
        [] => (String::new(), "s"),
    };
    let count = missing.len();
    let text = format!("{init} missing {count} required positional argument{plural}: {list}");
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let plain = format!("{class} needs {}", names.join(" and "));
    Fault::from_error(Error::new(ErrorKind::Type, text)).say(plain)
}

/// The loader's keys of a class that has a queue (CONF-45).
#[cfg(feature = "queue")]
const QUEUE_KEYS: [&str; 3] = ["handlers", "listener", "respect_handler_level"];

/// Names that are not known, beyond which nobody reads on.
const MAX_UNKNOWN: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parameters: &Parameters, places: usize, names: &[&str]) -> Vec<String> {
        let faults = parameters.faults("logging.handlers.SMTPHandler", places, names, &[]);
        faults.iter().map(|fault| fault.error().to_string()).collect()
    }

    // Texts from CPython 3.13.
    #[test]
    fn a_call_is_faulted_in_pythons_words() {
        let smtp = Parameters::new()
            .required("mailhost")
            .required("fromaddr")
            .required("toaddrs")
            .required("subject")
            .optional("timeout");
        assert_eq!(texts(&smtp, 0, &["mailhost", "fromaddr", "toaddrs", "subject"]), [""; 0]);
        assert_eq!(
            texts(&smtp, 0, &["timout", "mailhost"]),
            [
                "SMTPHandler.__init__() got an unexpected keyword argument 'timout'. \
                 Did you mean 'timeout'?",
                "SMTPHandler.__init__() missing 3 required positional arguments: \
                 'fromaddr', 'toaddrs', and 'subject'",
            ]
        );
        assert_eq!(
            texts(&smtp, 2, &[]),
            ["SMTPHandler.__init__() missing 2 required positional arguments: \
              'toaddrs' and 'subject'"]
        );
        assert_eq!(
            texts(&smtp, 6, &[]),
            ["SMTPHandler.__init__() takes from 1 to 6 positional arguments but 7 were given"]
        );
    }

    #[test]
    fn an_inherited_init_is_its_owners() {
        let null = Parameters::new().owned_by("Handler");
        let faults = null.faults("logging.NullHandler", 0, &["zzz"], &[]);
        assert_eq!(
            faults[0].error().to_string(),
            "Handler.__init__() got an unexpected keyword argument 'zzz'"
        );
    }

    #[test]
    fn some_take_everything() {
        assert_eq!(texts(&Parameters::any(), 9, &["a", "b"]), [""; 0]);
    }
}
