//! Which module runs which list of which file.

use super::case::{Case, Results, Skip};
use super::document::CASES;
use super::{
    basic_config, dict_config, ending, errors, files, formats, loggers, memory, pickles, records,
    retention, socket_backoff, syslog, syslog_transports, timed, timed_files, times,
};

/// Cases of one kind.
#[derive(Debug)]
pub(super) struct Family {
    /// The name of the file, without `.json`.
    pub(super) file: &'static str,
    /// The list in the file.
    pub(super) list: &'static str,
    /// The fields that say what to do. `name` and `id` are known in every family.
    pub(super) inputs: &'static [&'static str],
    /// The fields that say what came of it; a case has all of them or some.
    pub(super) outputs: &'static [&'static str],
    /// Does it.
    pub(super) run: fn(&Case<'_>) -> Result<Results, Skip>,
}

/// The family of a list, if there is one.
pub(super) fn family(file: &str, list: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.file == file && family.list == list)
}

/// Labels of a case, which decide nothing.
pub(super) const LABELS: [&str; 2] = ["name", "id"];

const OK_OR_ERROR: &[&str] = &["ok", "error", "message"];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        file: "asctime",
        list: CASES,
        inputs: &[
            "tz",
            "converter",
            "datefmt",
            "default_time_format",
            "default_msec_format",
            "created",
            "msecs",
        ],
        outputs: OK_OR_ERROR,
        run: times::asctime,
    },
    Family {
        file: "basic_config",
        list: CASES,
        inputs: &["preexisting_root_handler", "kwargs"],
        outputs: &["error", "root_level", "handlers"],
        run: basic_config::configure,
    },
    Family {
        file: "dict_config",
        list: CASES,
        inputs: &["existing", "first_config", "config"],
        outputs: &["state", "error_chain", "state_after"],
        run: dict_config::configure,
    },
    Family {
        file: "dispatch",
        list: CASES,
        inputs: &["tree", "disable", "logs"],
        outputs: &["enabled", "received", "stderr", "loggers"],
        run: loggers::dispatch,
    },
    Family {
        file: "file_handlers",
        list: CASES,
        inputs: &[
            "kind",
            "base",
            "kw",
            "fmt",
            "terminator",
            "namer",
            "rotator",
            "pre",
            "ops",
            "stop_after_errors",
        ],
        outputs: &["expect"],
        run: files::scenario,
    },
    Family {
        file: "files_to_delete",
        list: CASES,
        inputs: &["base", "when", "listing", "namer", "backup_count"],
        outputs: &["delete"],
        run: retention::files_to_delete,
    },
    Family {
        file: "filter_name",
        list: CASES,
        inputs: &["filter", "record_name"],
        outputs: &["ok"],
        run: records::filter_name,
    },
    Family {
        file: "format_brace",
        list: CASES,
        inputs: &["fmt", "v", "w", "attrs"],
        outputs: OK_OR_ERROR,
        run: formats::brace,
    },
    Family {
        file: "format_buffering",
        list: CASES,
        inputs: &["class", "linefmt", "msgs"],
        outputs: &["out"],
        run: formats::buffering,
    },
    Family {
        file: "format_defaults",
        list: CASES,
        inputs: &["style", "fmt", "defaults", "attrs"],
        outputs: OK_OR_ERROR,
        run: formats::defaults,
    },
    Family {
        file: "format_dollar",
        list: CASES,
        inputs: &["fmt", "v", "w", "attrs"],
        outputs: OK_OR_ERROR,
        run: formats::dollar,
    },
    Family {
        file: "format_layout",
        list: CASES,
        inputs: &["msg", "exc_text", "stack_info"],
        outputs: &["out"],
        run: formats::layout,
    },
    Family {
        file: "format_percent",
        list: CASES,
        inputs: &["fmt", "v", "w", "attrs"],
        outputs: OK_OR_ERROR,
        run: formats::percent,
    },
    Family {
        file: "format_record",
        list: CASES,
        inputs: &["style", "fmt", "datefmt", "tz"],
        outputs: OK_OR_ERROR,
        run: formats::record,
    },
    Family {
        file: "format_uses_time",
        list: CASES,
        inputs: &["style", "fmt"],
        outputs: &["uses_time"],
        run: formats::uses_time,
    },
    Family {
        file: "format_validate",
        list: CASES,
        inputs: &["style", "fmt"],
        outputs: OK_OR_ERROR,
        run: formats::validate,
    },
    Family {
        file: "get_logger",
        list: CASES,
        inputs: &["getLogger", "base", "getChild"],
        outputs: &["is_root", "name"],
        run: loggers::get_logger,
    },
    Family {
        file: "get_message",
        list: CASES,
        inputs: &["msg", "call_args"],
        outputs: &["stored_args", "ok", "error", "message"],
        run: records::get_message,
    },
    Family {
        file: "handle_error",
        list: CASES,
        inputs: &["msg", "args", "raiseExceptions"],
        outputs: &[
            "call",
            "first_line",
            "traceback_header",
            "exception_line",
            "has_call_stack",
            "tail",
            "empty",
        ],
        run: errors::report,
    },
    Family {
        file: "levels",
        list: CASES,
        inputs: &["x"],
        outputs: &["getLevelName", "checkLevel"],
        run: records::levels,
    },
    Family {
        file: "logger_tree",
        list: CASES,
        inputs: &["set_levels_in_order"],
        outputs: &["result", "root_children"],
        run: loggers::tree,
    },
    Family {
        file: "memory_handler",
        list: CASES,
        inputs: &["class", "kwargs", "target_level", "target_filter"],
        outputs: &["steps"],
        run: memory::scenario,
    },
    Family {
        file: "pickles",
        list: CASES,
        // `dis` is `hex` in words.
        inputs: &["attrs", "exc_text_from_formatter", "formatter", "datefmt", "note", "dis"],
        outputs: &[
            "hex",
            "len",
            "sha256",
            "decoded",
            "record_after",
            "record_after_keys",
            "record_after_msg",
            "record_after_args",
            "record_after_exc_info_is_set",
            "record_after_message",
            "error",
            "message",
        ],
        run: pickles::make,
    },
    Family {
        file: "record_paths",
        list: CASES,
        inputs: &["pathname"],
        outputs: &["filename", "module"],
        run: records::paths,
    },
    Family {
        file: "record_time",
        list: CASES,
        inputs: &["time_ns", "start_ns"],
        outputs: &["created", "msecs", "relativeCreated"],
        run: times::record_time,
    },
    Family {
        file: "shutdown",
        list: CASES,
        inputs: &["handlers_created", "fail_at", "failing_handler", "exception", "raiseExceptions"],
        outputs: &["calls", "propagated"],
        run: ending::shutdown,
    },
    Family {
        file: "socket_backoff",
        list: CASES,
        inputs: &["attrs"],
        outputs: &["steps"],
        run: socket_backoff::scenario,
    },
    Family {
        file: "syslog",
        list: "map_priority",
        inputs: &["levelname"],
        outputs: &["mapped"],
        run: syslog::map_priority,
    },
    Family {
        file: "syslog",
        list: "encode_priority",
        inputs: &["facility", "priority"],
        outputs: &["encoded", "error", "message"],
        run: syslog::encode_priority,
    },
    Family {
        file: "syslog",
        list: "transports",
        inputs: &["case", "note"],
        outputs: &[
            "bytes",
            "socktype",
            "unixsocket",
            "error",
            "socktype_after_init",
            "first_emit_error",
            "second_emit_error",
            "raised",
            "socket_none_after_close",
            "errors",
            "socket_kept",
        ],
        run: syslog_transports::scenario,
    },
    Family {
        file: "syslog",
        list: "datagrams",
        inputs: &["levelno", "levelname", "facility", "ident", "append_nul", "record_overrides"],
        outputs: &["datagram", "error"],
        run: syslog::datagram,
    },
    Family {
        file: "timed_files",
        list: CASES,
        inputs: &[
            "tz",
            "when",
            "interval",
            "at_time",
            "utc",
            "backup_count",
            "namer",
            "start",
            "emits",
            "pre",
            "premtime",
            "delay",
        ],
        outputs: &["steps", "errors"],
        run: timed_files::scenario,
    },
    Family {
        file: "timed_rollover",
        list: CASES,
        inputs: &["tz", "when", "interval", "at_time", "utc", "now", "roll_now"],
        outputs: &["rollover_at", "suffix_name", "after_rollover_at"],
        run: timed::rollover,
    },
    Family {
        file: "timed_rollover_chain",
        list: CASES,
        inputs: &["tz", "when", "interval", "at_time", "utc", "now"],
        outputs: &["steps"],
        run: timed::chain,
    },
    Family {
        file: "timed_rollover_invalid",
        list: CASES,
        inputs: &["when"],
        outputs: &[
            "ok",
            "error",
            "message",
            "stored_when",
            "interval_seconds",
            "suffix",
            "ext_match",
        ],
        run: timed::names,
    },
    Family {
        file: "timed_rollover_mtime",
        list: CASES,
        inputs: &["tz", "when", "interval", "at_time", "utc", "mtime", "now"],
        outputs: &["rollover_at", "should_rollover", "suffix_name", "after_rollover_at"],
        run: timed::existing_file,
    },
];
