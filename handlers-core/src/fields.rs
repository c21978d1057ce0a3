//! Names and the values that a template finds under them.

use crate::value::Value;

/// A mapping from names to values: what `%(name)s`, `{name}` and `$name` ask.
///
/// A record is one; so are a [`Value::Dict`] and references to mappings.
///
/// # Examples
///
/// ```
/// use handlers_core::{Fields, Value};
///
/// let fields = Value::Dict(vec![("user".into(), "ann".into())]);
/// assert_eq!(fields.get("user"), Some(Value::from("ann")));
/// assert_eq!(fields.get("host"), None);
/// ```
pub trait Fields {
    /// The value under `name`. Text is borrowed, so that asking costs no allocation.
    fn get(&self, name: &str) -> Option<Value<'_>>;

    /// Everything that is in the mapping, as a [`Value::Dict`].
    fn to_dict(&self) -> Value<'_>;
}

impl<F: Fields + ?Sized> Fields for &F {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        (**self).get(name)
    }

    fn to_dict(&self) -> Value<'_> {
        (**self).to_dict()
    }
}

/// A dictionary has its entries with text for keys; other values have nothing. Names are sought
/// from the end: as in Python, what was inserted last holds.
impl Fields for Value<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match self {
            Value::Dict(entries) => entry(entries, name).map(Value::borrowed),
            _ => None,
        }
    }

    fn to_dict(&self) -> Value<'_> {
        self.borrowed()
    }
}

/// The value under `name`, as it is.
pub(crate) fn entry<'v>(
    entries: &'v [(Value<'_>, Value<'_>)],
    name: &str,
) -> Option<&'v Value<'v>> {
    let found = entries.iter().rev().find(|(key, _)| key.as_str() == Some(name));
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_is_a_name_and_the_last_of_two_holds() {
        let fields = Value::Dict(vec![
            (1.into(), "int".into()),
            ("1".into(), "first".into()),
            ("1".into(), "last".into()),
        ]);
        assert_eq!(fields.get("1"), Some(Value::from("last")));
        assert_eq!(Value::from("text").get("1"), None);
    }

    #[test]
    fn mappings_can_be_passed_as_trait_objects() {
        fn user(fields: &dyn Fields) -> String {
            fields.get("user").unwrap_or_default().to_string()
        }
        let fields = Value::Dict(vec![("user".into(), "ann".into())]);
        assert_eq!(user(&fields), "ann");
        assert_eq!(user(&&fields), "ann");
        assert_eq!(Fields::to_dict(&&fields), fields);
    }
}
