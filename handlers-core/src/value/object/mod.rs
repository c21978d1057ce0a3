//! Python objects that are no plain data, as the recipes that make them.

mod ready;
mod time;

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::Value;

/// A Python object that no other variant of [`Value`] holds: a date, a `Decimal`, a set, a member of
/// an enumeration, an instance of a class, a class or a function.
///
/// Rust has nothing of it but its texts and a [`Recipe`], as Python's `__reduce__` gives it: whom a
/// receiver that runs Python calls, and with which arguments, to have the object again. A formatter
/// shows the texts; a pickle holds the recipe.
///
/// There are ready ones: [`date`](Self::date), [`time`](Self::time), [`datetime`](Self::datetime),
/// [`instant`](Self::instant), [`timedelta`](Self::timedelta), [`timezone`](Self::timezone),
/// [`decimal`](Self::decimal), [`set`](Self::set), [`frozenset`](Self::frozenset),
/// [`uuid`](Self::uuid).
///
/// # Differences from Python
///
/// Formats that a class has of its own, such as those of dates, are not known: every format
/// specification but the empty one is an error. Objects are equal if their recipes are, and in no
/// case equal to plain data.
///
/// # Examples
///
/// ```
/// use handlers_core::{Object, Value};
///
/// let third = Object::new("fractions", "Fraction").argument(1).argument(3);
/// assert_eq!(Value::from(third.clone()).to_string(), "Fraction(1, 3)");
/// let third = third.shown_as("1/3", "Fraction(1, 3)");
/// assert_eq!(Value::from(third).to_string(), "1/3");
/// ```
#[derive(Debug, Clone)]
pub struct Object {
    class: Global,
    recipe: Option<Recipe>,
    text: Option<Box<str>>,
    repr: Option<Box<str>>,
    is_false: bool,
    is_shared: bool,
}

/// A name that a Python module has, such as that of a class or of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Global {
    /// The module, as Python 3 calls it.
    pub module: Cow<'static, str>,
    /// The name in the module, with dots if it is nested in a class: Python's `__qualname__`.
    pub name: Cow<'static, str>,
}

/// How Python gets an object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Recipe {
    /// Calls something, which returns the object.
    Call(Box<Construction>),
    /// Imports the object by its name.
    Import(Global),
}

/// What makes an object: the tuple that `__reduce__` returns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Construction {
    /// What is called.
    pub callable: Arc<Object>,
    /// What it is called with.
    pub arguments: Vec<Value<'static>>,
    /// What the new object is extended by.
    pub list_items: Vec<Value<'static>>,
    /// What is stored in the new object by key.
    pub dict_items: Vec<(Value<'static>, Value<'static>)>,
    /// What is passed to `__setstate__`, or becomes the attributes.
    pub state: Option<Value<'static>>,
}

impl Object {
    /// An object that is made by calling the class or function `name` of `module`.
    ///
    /// Its class is taken for the one that is called, and its text is the call, until
    /// [`class`](Self::class) and [`shown_as`](Self::shown_as) say otherwise.
    pub fn new(module: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self::call(Self::global(module, name))
    }

    /// An object that is made by calling another object.
    pub fn call(callable: impl Into<Arc<Self>>) -> Self {
        let callable = callable.into();
        let class = match &callable.recipe {
            Some(Recipe::Import(global)) => global.clone(),
            _ => callable.class.clone(),
        };
        let construction = Construction {
            callable,
            arguments: Vec::new(),
            list_items: Vec::new(),
            dict_items: Vec::new(),
            state: None,
        };
        Self::with_recipe(class, Some(Recipe::Call(Box::new(construction))))
    }

    /// A class, or what else a module has under a name; if it is no class, it wants
    /// [`class`](Self::class) and [`shown_as`](Self::shown_as).
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let class = Value::from(Object::global("app.model", "User"));
    /// assert_eq!(class.to_string(), "<class 'app.model.User'>");
    /// ```
    pub fn global(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
    ) -> Self {
        let global = Global { module: module.into(), name: name.into() };
        let class = Global { module: "builtins".into(), name: "type".into() };
        Self::with_recipe(class, Some(Recipe::Import(global)))
    }

    /// An instance of an ordinary class, with the attributes that it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let point = Object::instance("app.model", "Point", [("x", Value::from(1))]);
    /// assert_eq!(Value::from(point).to_string(), "<app.model.Point object>");
    /// ```
    pub fn instance<N: Into<Cow<'static, str>>>(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = (N, Value<'static>)>,
    ) -> Self {
        let class = Global { module: module.into(), name: name.into() };
        let attribute = |(name, value): (N, _)| (Value::Str(name.into()), value);
        let attributes: Vec<_> = attributes.into_iter().map(attribute).collect();
        let object = Self::new("copyreg", "_reconstructor")
            .argument(Self::global(class.module.clone(), class.name.clone()))
            .argument(Self::global("builtins", "object"))
            .argument(Value::None);
        let shown = format!("<{}.{} object>", class.module, class.name);
        let object = object.class(class.module, class.name).shown_as(shown.clone(), shown);
        // An object without attributes has no state: CPython does not write an empty one.
        if attributes.is_empty() { object } else { object.state(Value::Dict(attributes)) }
    }

    /// An object of which no more is known than what it looks like. It can be shown, but not sent to
    /// where it would have to be made again.
    pub fn opaque(
        module: impl Into<Cow<'static, str>>,
        class: impl Into<Cow<'static, str>>,
        repr: impl Into<Box<str>>,
    ) -> Self {
        let class = Global { module: module.into(), name: class.into() };
        Self { repr: Some(repr.into()), ..Self::with_recipe(class, None) }
    }

    fn with_recipe(class: Global, recipe: Option<Recipe>) -> Self {
        Self { class, recipe, text: None, repr: None, is_false: false, is_shared: false }
    }

    /// Adds an argument of the call.
    #[must_use]
    pub fn argument(self, argument: impl Into<Value<'static>>) -> Self {
        self.constructed(|construction| construction.arguments.push(argument.into()))
    }

    /// Sets what is passed to `__setstate__` of the new object, or becomes its attributes.
    #[must_use]
    pub fn state(self, state: impl Into<Value<'static>>) -> Self {
        self.constructed(|construction| construction.state = Some(state.into()))
    }

    /// Sets what the new object, some kind of list, is extended by.
    #[must_use]
    pub fn list_items(self, items: impl IntoIterator<Item = Value<'static>>) -> Self {
        self.constructed(|construction| construction.list_items = items.into_iter().collect())
    }

    /// Sets what is stored in the new object, some kind of dictionary.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let entries = [("b".into(), 1.into()), ("a".into(), 2.into())];
    /// let ordered = Object::new("collections", "OrderedDict")
    ///     .dict_items(entries)
    ///     .shown_as("OrderedDict({'b': 1, 'a': 2})", "OrderedDict({'b': 1, 'a': 2})");
    /// # let _ = Value::from(ordered);
    /// ```
    #[must_use]
    pub fn dict_items(
        self,
        entries: impl IntoIterator<Item = (Value<'static>, Value<'static>)>,
    ) -> Self {
        self.constructed(|construction| construction.dict_items = entries.into_iter().collect())
    }

    /// Names the class of the object, where it is not what is called.
    #[must_use]
    pub fn class(
        mut self,
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.class = Global { module: module.into(), name: name.into() };
        self
    }

    /// Sets the texts that Python's `str` and `repr` give.
    #[must_use]
    pub fn shown_as(mut self, text: impl Into<Box<str>>, repr: impl Into<Box<str>>) -> Self {
        let (text, repr) = (text.into(), repr.into());
        self.text = (text != repr).then_some(text);
        self.repr = Some(repr);
        self
    }

    /// Makes the object count as false, as an empty set and a time span of nothing do.
    #[must_use]
    pub fn falsy(mut self) -> Self {
        self.is_false = true;
        self
    }

    /// Says that there is one such object in a Python program, as there is of each member of an
    /// enumeration: where it is sent twice, the second is a reference to the first. It is told from
    /// others of its class by its `repr`.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.is_shared = true;
        self
    }

    fn constructed(mut self, change: impl FnOnce(&mut Construction)) -> Self {
        if let Some(Recipe::Call(construction)) = &mut self.recipe {
            change(construction);
        }
        self
    }

    /// How Python gets the object, if that is known.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.recipe.as_ref()
    }

    /// The class of the object.
    pub fn class_of(&self) -> &Global {
        &self.class
    }

    /// Whether there is but one such object in a Python program. Those that are not told apart by
    /// their [`repr`](Self::repr) are not.
    pub fn is_shared(&self) -> bool {
        self.is_shared && self.repr.is_some()
    }

    /// The text that Python's `repr` gives, if it was said which.
    pub fn repr(&self) -> Option<&str> {
        self.repr.as_deref()
    }

    pub(super) fn is_truthy(&self) -> bool {
        !self.is_false
    }

    /// The text of `str`, or else of `repr`; none if it is that of the recipe.
    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref().or_else(|| self.repr())
    }

    pub(super) fn construction(&self) -> Option<&Construction> {
        match &self.recipe {
            Some(Recipe::Call(construction)) => Some(construction),
            _ => None,
        }
    }

    /// What is in an object that is some kind of dictionary.
    pub(crate) fn entries(&self) -> &[(Value<'static>, Value<'static>)] {
        self.construction().map_or(&[], |construction| &construction.dict_items)
    }

    /// Appends the text of a class.
    pub(super) fn write_import(&self, out: &mut String) {
        if let Some(Recipe::Import(Global { module, name })) = &self.recipe {
            out.push_str("<class '");
            // A class of Python's own is known without its module.
            if module != "builtins" {
                out.extend([module, "."]);
            }
            out.extend([&**name, "'>"]);
        }
    }

    /// The class as CPython's messages name it. Classes that are written in C have their module in
    /// their name.
    pub(super) fn type_name(&self) -> &str {
        let Global { module, name } = &self.class;
        match (&**module, &**name) {
            ("array", "array") => "array.array",
            ("collections", "OrderedDict") => "collections.OrderedDict",
            ("collections", "defaultdict") => "collections.defaultdict",
            ("collections", "deque") => "collections.deque",
            ("datetime", "date") => "datetime.date",
            ("datetime", "datetime") => "datetime.datetime",
            ("datetime", "time") => "datetime.time",
            ("datetime", "timedelta") => "datetime.timedelta",
            ("datetime", "timezone") => "datetime.timezone",
            ("decimal", "Decimal") => "decimal.Decimal",
            (_, name) => name.rsplit('.').next().unwrap_or_default(),
        }
    }
}

/// Objects are equal if their recipes are: the texts decide nothing, unless there is nothing else.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        match (&self.recipe, &other.recipe) {
            (Some(recipe), Some(other)) => recipe == other,
            (None, None) => (&self.class, &self.repr) == (&other.class, &other.repr),
            _ => false,
        }
    }
}

impl From<Object> for Value<'_> {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

impl From<Arc<Object>> for Value<'_> {
    fn from(object: Arc<Object>) -> Self {
        Self::Object(object)
    }
}

#[cfg(test)]
mod tests;
