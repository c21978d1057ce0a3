//! Where the crates differ from CPython on purpose.
//!
//! A difference is known by the shape of a case and is named after its rule, under which
//! `COMPATIBILITY.md` has it too. What is left of the case is run all the same, unless nothing is.

use std::fmt;

use serde_json::{Value as Json, json};

use super::case::{Case, Object};
use super::{
    basic_config, dict_config, ending, file_differences, gelf, gelf_chunks, gelf_ports, pickles,
    queue_prepare, syslog_transports, timed_files, watched_model,
};

/// One difference.
pub(super) struct Difference {
    file: &'static str,
    rule: &'static str,
    /// What the crates do instead, or why there is nothing to do.
    about: &'static str,
    applies: fn(&Case<'_>) -> bool,
    pub(super) instead: Instead,
}

/// What is checked in the place of CPython's results.
#[derive(Clone, Copy)]
pub(super) enum Instead {
    /// Nothing: the case cannot be said in Rust.
    Nothing,
    /// What the function makes of the case.
    Expect(fn(&mut Object)),
}

/// The differences that a case meets.
pub(super) fn differences<'a>(
    file: &'a str,
    case: &'a Case<'a>,
) -> impl Iterator<Item = &'static Difference> + 'a {
    DIFFERENCES.iter().filter(move |entry| entry.file == file && (entry.applies)(case))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.about)
    }
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        file: "basic_config",
        rule: "FILE-4",
        about: "no error handler and `strict` are one value",
        applies: basic_config::names_strict_errors,
        instead: Instead::Expect(basic_config::expect_no_name_for_strict_errors),
    },
    Difference {
        file: "basic_config",
        rule: "FILE-6",
        about: "an error of the system says what was attempted; the system's words are its cause",
        applies: basic_config::shows_an_error_of_the_system,
        instead: Instead::Expect(basic_config::expect_no_words_of_the_system),
    },
    Difference {
        file: "basic_config",
        rule: "CORE-10",
        about: "a level is a number, also if it was given as a boolean",
        applies: basic_config::has_a_boolean_level,
        instead: Instead::Expect(basic_config::expect_the_number_of_a_boolean),
    },
    Difference {
        file: "dict_config",
        rule: "CONF-17",
        about: "a configuration that fails keeps none of the handlers that it made",
        applies: dict_config::fails_with_handlers,
        instead: Instead::Expect(dict_config::expect_no_handlers_of_a_failed_configuration),
    },
    Difference {
        file: "file_handlers",
        rule: "FILE-6",
        about: "an unknown encoding is an error of the constructor, delayed or not",
        applies: file_differences::has_an_unknown_encoding_for_later,
        instead: Instead::Expect(file_differences::expect_an_error_of_the_constructor),
    },
    Difference {
        file: "file_handlers",
        rule: "FILE-10",
        about: "a file that cannot be opened by a record is reported to the error hook, not raised",
        applies: file_differences::raises_from_emit,
        instead: Instead::Expect(file_differences::expect_a_report_for_what_is_raised),
    },
    Difference {
        file: "file_handlers",
        rule: "FILE-25",
        about: "a watched file that a record has opened is known to the next",
        applies: watched_model::opens_twice,
        instead: Instead::Expect(watched_model::expect_each_file_to_be_opened_once),
    },
    Difference {
        file: "file_handlers",
        rule: "FILE-28",
        about: "a rollover that fails is reported, and the record is written to the file as it is",
        applies: file_differences::loses_records_to_a_failed_rollover,
        instead: Instead::Expect(file_differences::expect_lost_records_in_the_file),
    },
    Difference {
        file: "gelf",
        rule: "GELF-28",
        about: "no formatter leaves `message` and `full_message` on a record",
        applies: gelf::has_traces_of_a_formatter,
        instead: Instead::Expect(gelf::expect_no_traces_of_a_formatter),
    },
    Difference {
        file: "gelf",
        rule: "GELF-61",
        about: "a body that is compressed by zlib is called `deflate`, and JSON is called so",
        applies: gelf_ports::has_headers,
        instead: Instead::Expect(gelf_ports::expect_headers_that_are_true),
    },
    Difference {
        file: "gelf_chunks",
        rule: "GELF-55",
        about: "the compressor is not zlib's own, and what it makes is not of the same length",
        applies: gelf_chunks::is_compressed,
        instead: Instead::Expect(gelf_chunks::expect_only_the_message),
    },
    Difference {
        file: "get_logger",
        rule: "CORE-135",
        about: "the name of a logger is text by its type",
        applies: |case| case.has("getLogger_bad"),
        instead: Instead::Nothing,
    },
    Difference {
        file: "handle_error",
        rule: "CORE-81",
        about: "values whose text cannot be had do not exist",
        applies: |case| case.text("msg").is_ok_and(|msg| msg.starts_with("<object ")),
        instead: Instead::Nothing,
    },
    Difference {
        file: "levels",
        rule: "CORE-10",
        about: "a level has 64 bits",
        applies: |case| integer_digits(case.get("x")) > 18,
        instead: Instead::Nothing,
    },
    Difference {
        file: "pickles",
        rule: "NET-17",
        about: "no formatter leaves `message` and `asctime` on a record",
        applies: pickles::has_traces_of_a_formatter,
        instead: Instead::Expect(pickles::expect_no_traces_of_a_formatter),
    },
    Difference {
        file: "pickles",
        rule: "NET-24",
        about: "two equal texts or containers are two objects",
        applies: pickles::refers_to_an_object_by_accident,
        instead: Instead::Expect(pickles::expect_only_the_values),
    },
    Difference {
        file: "queue_prepare",
        rule: "QUEUE-24",
        about: "no formatter leaves `message` and `asctime` on the record that was logged",
        applies: queue_prepare::has_traces_of_a_formatter,
        instead: Instead::Expect(queue_prepare::expect_no_traces_of_a_formatter),
    },
    Difference {
        file: "shutdown",
        rule: "CORE-165",
        about: "no handler has a lock of its own to take for the shutdown, which might fail",
        applies: |case| case.get("fail_at") == Some(&json!("acquire")),
        instead: Instead::Nothing,
    },
    Difference {
        file: "shutdown",
        rule: "CORE-165",
        about: "no handler has a lock of its own to take for the shutdown",
        applies: |_| true,
        instead: Instead::Expect(ending::expect_no_locks),
    },
    Difference {
        file: "shutdown",
        rule: "CORE-167",
        about: "an error of any kind ends the turn of its handler alone",
        applies: ending::is_propagated_by_python,
        instead: Instead::Expect(ending::expect_all_handlers_to_have_their_turn),
    },
    Difference {
        file: "syslog",
        rule: "NET-60",
        about: "a socket that could not be connected is none",
        applies: syslog_transports::shows_a_closed_socket,
        instead: Instead::Expect(syslog_transports::expect_no_closed_socket),
    },
    Difference {
        file: "syslog",
        rule: "NET-63",
        about: "a connection that is broken is made anew",
        applies: syslog_transports::keeps_a_broken_connection,
        instead: Instead::Expect(syslog_transports::expect_a_new_connection),
    },
    Difference {
        file: "timed_files",
        rule: "FILE-89",
        about: "a name that is taken costs one rollover, which is reported",
        applies: timed_files::gets_stuck,
        instead: Instead::Expect(timed_files::expect_the_next_deadline),
    },
];

fn integer_digits(typed: Option<&Json>) -> usize {
    let Some(Json::Object(fields)) = typed else { return 0 };
    let is_integer = fields.get("t") == Some(&json!("int"));
    fields.get("v").and_then(Json::as_str).filter(|_| is_integer).map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_names_a_rule() {
        for difference in DIFFERENCES {
            let (family, number) = difference.rule.split_once('-').expect("a rule has two parts");
            assert!(
                ["CONF", "CORE", "FILE", "GELF", "NET", "QUEUE"].contains(&family),
                "{difference}"
            );
            assert!(number.parse::<u32>().is_ok(), "{difference}");
        }
    }

    #[test]
    fn only_integers_have_digits() {
        let digits = |json: Json| integer_digits(Some(&json));
        assert_eq!(digits(json!({"t": "int", "v": "-12"})), 3);
        assert_eq!(digits(json!({"t": "str", "v": "1234567890123456789"})), 0);
        assert_eq!(digits(json!(null)), 0);
    }
}
