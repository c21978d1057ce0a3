//! Flush, close and drop.

use std::sync::Arc;

use handlers_core::{Handler, Record, get_handler_by_name, register_handler};

use super::{Check, Clause, every, taking};
use crate::suite::subject::AfterClose;
use crate::suite::trial::{Trial, unique_name};

pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        promise: "what was handled before a flush is delivered after it, and nothing is pending",
        concerns: every,
        holds: Check::Using(a_flush_delivers_everything),
    },
    Clause {
        promise: "flush and close may be called twice, in any order",
        concerns: every,
        holds: Check::Using(flush_and_close_may_be_called_twice),
    },
    Clause {
        promise: "what was handled before a close is delivered after it",
        concerns: taking,
        holds: Check::Using(a_close_delivers_everything),
    },
    Clause {
        promise: "a record after close meets the fate that the documentation says",
        concerns: taking,
        holds: Check::Using(a_record_after_close),
    },
    Clause {
        promise: "a handler is found by its name until it is closed",
        concerns: every,
        holds: Check::Using(a_close_gives_up_the_name),
    },
    Clause {
        promise: "a drop does not panic, and delivers what the documentation says",
        concerns: every,
        holds: Check::Ending(a_drop_delivers),
    },
    Clause {
        promise: "`Debug` tells the handler's name or class but nothing of what was logged",
        concerns: every,
        holds: Check::Using(debug_shows_no_record),
    },
    Clause {
        promise: "a message is delivered byte for byte, whatever it looks like",
        concerns: taking,
        holds: Check::Using(a_message_is_data),
    },
    Clause {
        promise: "a record of eight megabytes, or as many as a line may have, is delivered whole, and so \
                  is the next one",
        concerns: taking,
        holds: Check::Using(a_large_record_is_whole),
    },
];

fn a_flush_delivers_everything(trial: &Trial) {
    trial.deliver("one");
    trial.deliver("two");
    trial.expect(&["one", "two"]);
    assert_eq!(trial.handler.pending(), 0, "records pending");
    trial.expect(&["one", "two"]);
}

fn flush_and_close_may_be_called_twice(trial: &Trial) {
    trial.deliver("one");
    for step in ["flush", "flush", "close", "close", "flush", "close"] {
        let done = match step {
            "flush" => trial.handler.flush(),
            _ => trial.handler.close(),
        };
        assert!(done.is_ok(), "a {step} failed: {done:?}");
    }
    assert!(trial.handler.base().is_closed(), "the handler does not say that it is closed");
    trial.expect(&["one"]);
}

fn a_close_delivers_everything(trial: &Trial) {
    trial.deliver("one");
    let closed = trial.handler.close();
    assert!(closed.is_ok(), "the close failed: {closed:?}");
    trial.expect(&["one"]);
}

fn a_record_after_close(trial: &Trial) {
    trial.deliver("before");
    let closed = trial.handler.close();
    assert!(closed.is_ok(), "the close failed: {closed:?}");
    assert!(trial.handle("after"), "`handle` answers for the filters alone");
    assert_eq!(trial.take_errors(), []);
    let (emitted, dropped, failed) = trial.counters();
    match trial.nature.after_close {
        AfterClose::Take => trial.expect(&["before", "after"]),
        AfterClose::Keep => {
            trial.expect(&["before"]);
            assert_eq!(trial.handler.pending(), 1, "records pending");
        }
        AfterClose::Drop => {
            trial.expect(&["before"]);
            assert_eq!((emitted, dropped, failed), (1, 1, 0), "emitted, dropped, failed");
        }
    }
    assert_eq!(emitted + dropped + failed, 2, "records counted");
}

fn a_close_gives_up_the_name(trial: &Trial) {
    let name = unique_name();
    trial.handler.base().set_name(Some(&name));
    register_handler(&trial.handler);
    let found = get_handler_by_name(&name).expect("the handler has a name and is alive");
    assert!(Arc::ptr_eq(&found, &trial.handler), "another handler has the name");
    let closed = trial.handler.close();
    assert!(closed.is_ok(), "the close failed: {closed:?}");
    assert!(get_handler_by_name(&name).is_none(), "a closed handler was found by its name");
}

fn a_drop_delivers(trial: Trial) {
    trial.deliver("one");
    trial.deliver("two");
    let nature = trial.nature;
    let lines = trial.into_lines();
    if nature.takes_records && nature.delivers_on_drop {
        assert_eq!(lines, ["one", "two"]);
    }
}

fn debug_shows_no_record(trial: &Trial) {
    let secret = Record::builder()
        .name("suite.hunter2")
        .message("the password is hunter2")
        .field("token", "hunter2")
        .expect("no attribute is called `token`")
        .build();
    trial.handler.handle(&secret);
    let shown = format!("{:?} {:#?}", trial.handler, trial.handler);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.trim().is_empty(), "nothing at all is shown");
}

fn a_message_is_data(trial: &Trial) {
    for message in HARMLESS {
        trial.deliver(message);
    }
    trial.expect(HARMLESS);
    assert_eq!(trial.take_errors(), []);
}

fn a_large_record_is_whole(trial: &Trial) {
    let large = "x".repeat(trial.nature.longest.min(8 << 20));
    trial.deliver(&large);
    trial.deliver("small");
    let lines = trial.lines();
    let lengths: Vec<usize> = lines.iter().map(String::len).collect();
    assert_eq!(lengths, [large.len(), "small".len()], "the lengths of the lines");
    assert!(lines[0] == large, "the large line was changed");
}

/// What some logging library once took for more than text.
const HARMLESS: &[&str] = &[
    "${jndi:ldap://127.0.0.1/a}",
    "${env:HOME} ${sys:user.home} ${lower:X}",
    "{0.__class__.__init__} {} {0} {message} {{",
    "%(x)s %s %d %n %900000000s %",
    "$message $$ ${message}",
    "tab\tbell\u{7}escape\u{1b}[2Jdelete\u{7f}",
    "carriage\rreturn",
    "separators \u{85} \u{2028} \u{2029}",
    "\u{feff}mark \u{202e}turned \u{0}zero",
    "",
    "héllo 日本 😀",
];
