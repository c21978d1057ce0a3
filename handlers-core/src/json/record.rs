//! Records as JSON, under Python's names.

use super::read;
use super::write::JsonObject;
use crate::context::with_line_buffer;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Given, Record};
use crate::value::Value;

impl Record<'_> {
    /// Appends one JSON object of the record's attributes under Python's names, from which
    /// [`from_json`](Self::from_json), and Python's `logging.makeLogRecord(json.loads(line))`, make
    /// the record again.
    ///
    /// The message is merged, and there are no arguments and no exception, but its text, as in what
    /// Python's `SocketHandler` sends. [`JsonObject`] says how values are written; there is no line
    /// end in it.
    ///
    /// # Errors
    ///
    /// The message cannot be merged; nothing was appended then.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Record, Value};
    ///
    /// let record = Record::builder().name("app").template("%d files", [Value::from(3)]).build();
    /// let mut json = Vec::new();
    /// record.write_json(&mut json)?;
    /// assert!(json.starts_with(br#"{"name": "app", "msg": "3 files", "args": null, "#));
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn write_json(&self, out: &mut Vec<u8>) -> Result<()> {
        self.exception_text_or_init(ToString::to_string);
        match self.as_text() {
            Some(text) => write(self, text, out),
            None => with_line_buffer(|message| {
                self.write_message(message)?;
                write(self, message, out);
                Ok::<_, Error>(())
            })?,
        }
        Ok(())
    }

    /// Reads a record that was written as one JSON object of its attributes: by
    /// [`write_json`](Self::write_json), or in Python by `json.dumps(record.__dict__)`.
    ///
    /// Attributes that no record has become fields; those that are left out are as
    /// [`from_attributes`](Self::from_attributes) has them. What Python's reader takes is taken:
    /// `NaN` and `Infinity`, integers beyond 64 bits, of two entries of one name the second. A half
    /// of a surrogate pair, and bytes that are not UTF-8, become U+FFFD.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Value`]: it is no JSON, in Python's words, or containers are nested more than
    ///   128 deep.
    /// - [`ErrorKind::Type`]: it is no object, or an attribute has a value of another type than
    ///   handlers expect in it, such as text in `levelno`. `null` is taken everywhere.
    ///
    /// # Differences from Python
    ///
    /// - Python checks no types, and fails where the attribute is used.
    /// - JSON has no tuples. A list in `args` or `exc_info` is the tuple that it was, so that a
    ///   message with two arguments can still be merged.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Level, Record};
    ///
    /// let line = br#"{"name": "app", "levelno": 30, "msg": "%s left", "args": [2], "disk": "sda"}"#;
    /// let record = Record::from_json(line)?;
    /// assert_eq!((record.name(), record.level()), ("app", Level::WARNING));
    /// assert_eq!(record.message()?, "2 left");
    ///
    /// let error = Record::from_json(br#"{"levelno": "high"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "attribute 'levelno' of a record must be an integer, not str");
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn from_json(json: &[u8]) -> Result<Record<'static>> {
        let text = read::text(json);
        let (mut given, mut unfit) = (Given::default(), None);
        read::object(&text, |name, value| match attribute(&name, value) {
            Ok(value) => given.set(name, value),
            Err(error) => unfit = unfit.take().or(Some(error)),
        })?;
        // What is no JSON is no record, whatever stands before the place where it ceases to be any.
        unfit.map_or_else(|| Ok(given.into_record()), Err)
    }
}

fn write(record: &Record<'_>, message: &str, out: &mut Vec<u8>) {
    let mut object = JsonObject::begin(out);
    for (name, value) in record.attributes() {
        match name {
            "msg" => object.entry(name, &Value::from(message)),
            "args" | "exc_info" => object.entry(name, &Value::None),
            // A formatter makes it of the others.
            "message" => {}
            _ => object.entry(name, &value),
        }
    }
    object.end();
}

/// The value of an attribute, if it is one of those that handlers can work with.
fn attribute<'v>(name: &str, value: Value<'v>) -> Result<Value<'v>> {
    let (expected, fits) = match name {
        "name" | "levelname" | "pathname" | "filename" | "module" | "funcName" | "exc_text"
        | "stack_info" | "threadName" | "processName" | "taskName" => {
            ("text", matches!(value, Value::Str(_)))
        }
        "levelno" | "lineno" | "thread" | "process" => {
            ("an integer", matches!(value, Value::Int(_)))
        }
        "created" | "msecs" | "relativeCreated" => {
            ("a number", matches!(value, Value::Int(_) | Value::Float(_)))
        }
        "args" | "exc_info" => {
            return Ok(match value {
                Value::List(items) => Value::Tuple(items),
                other => other,
            });
        }
        _ => return Ok(value),
    };
    if fits || matches!(value, Value::None) {
        return Ok(value);
    }
    let type_name = value.type_name();
    let message = format!("attribute '{name}' of a record must be {expected}, not {type_name}");
    Err(Error::new(ErrorKind::Type, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::fields::Fields;
    use crate::record::Exception;

    fn written(record: &Record<'_>) -> String {
        let mut out = Vec::new();
        record.write_json(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn get(record: &Record<'_>, name: &str) -> String {
        record.get(name).unwrap_or_default().to_string()
    }

    #[test]
    fn a_record_that_is_read_is_written_as_it_was() {
        let record = Record::builder()
            .name("app.db")
            .level(crate::Level::ERROR)
            .template("%s of %d", [Value::from("é\n\"x\""), Value::from(10)])
            .exception(Exception::new(&Error::new(ErrorKind::Value, "no")))
            .field("user", "ann")
            .unwrap()
            .field("sizes", Value::List(vec![1.into(), 0.5.into(), Value::None]))
            .unwrap()
            .build();
        let first = written(&record);
        let read = Record::from_json(first.as_bytes()).unwrap();
        assert_eq!(read.message().unwrap(), record.message().unwrap());
        assert_eq!((read.level(), read.level_name()), (crate::Level::ERROR, "ERROR"));
        assert_eq!(read.exception_text(), Some("no"));
        assert_eq!(read.thread(), record.thread());
        assert_eq!(read.process(), record.process());
        assert_eq!(written(&read), first);
    }

    #[test]
    fn a_message_that_cannot_be_merged_leaves_nothing_behind() {
        let record = Record::builder().template("%d", [Value::from("x")]).build();
        let mut out = b"before".to_vec();
        assert_eq!(record.write_json(&mut out).unwrap_err().kind(), ErrorKind::Type);
        assert_eq!(out, b"before");
    }

    #[test]
    fn lists_are_the_tuples_that_they_were() {
        let json = br#"{"msg": "%s %s", "args": [1, [2]], "exc_info": ["type", "boom", null]}"#;
        let record = Record::from_json(json).unwrap();
        assert_eq!(record.message().unwrap(), "1 [2]");
        assert_eq!(record.exception().unwrap().message(), "boom");
        let record = Record::from_json(br#"{"msg": "%(a)s", "args": {"a": 1}}"#).unwrap();
        assert_eq!(record.message().unwrap(), "1");
    }

    #[test]
    fn what_handlers_cannot_work_with_is_an_error() {
        for (name, value, expected) in [
            ("levelno", "20.0", "an integer, not float"),
            ("thread", "true", "an integer, not bool"),
            ("created", "\"now\"", "a number, not str"),
            ("name", "[]", "text, not list"),
            ("stack_info", "{}", "text, not dict"),
        ] {
            let error =
                Record::from_json(format!("{{\"{name}\": {value}}}").as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Type);
            let message = format!("attribute '{name}' of a record must be {expected}");
            assert_eq!(error.to_string(), message);
            Record::from_json(format!("{{\"{name}\": null}}").as_bytes()).unwrap();
        }
    }

    #[test]
    fn the_first_thing_that_does_not_fit_is_told_unless_it_is_no_json() {
        let refused = |json: &str| Record::from_json(json.as_bytes()).unwrap_err().to_string();
        let json = r#"{"levelno": "high", "name": 1, "levelno": 20}"#;
        assert_eq!(refused(json), "attribute 'levelno' of a record must be an integer, not str");
        assert_eq!(refused(&format!("{json} x")), "Extra data: line 1 column 47 (char 46)");
    }

    #[test]
    fn numbers_beyond_all_bounds_are_taken() {
        let json =
            br#"{"levelno": 99999999999999999999, "lineno": -1, "thread": -5, "process": 1e9}"#;
        assert!(Record::from_json(json).is_err());
        let json = br#"{"levelno": 99999999999999999999, "lineno": -1, "created": 1e300}"#;
        let record = Record::from_json(json).unwrap();
        assert_eq!(get(&record, "levelno"), "99999999999999999999");
        assert_eq!(get(&record, "created"), "1e+300");
        let line = crate::PatternFormatter::new("%(asctime)s %(levelno)s %(lineno)s").unwrap();
        // An error or a text: which, is the formatter's affair.
        let _ = crate::Formatter::format(&line, &record, &mut String::new());
    }
}
