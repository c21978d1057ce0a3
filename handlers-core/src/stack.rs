//! The stack of the caller, as Python prints one.

use std::backtrace::Backtrace;
use std::fmt::Write;

/// Takes the stack down, outermost call first, without the frames of this crate (CORE-148).
///
/// Frames have files and lines where the program was built with debug information.
pub(crate) fn capture() -> String {
    render(&Backtrace::force_capture().to_string())
}

/// Turns the text of a Rust backtrace into Python's form.
fn render(backtrace: &str) -> String {
    let mut frames: Vec<(&str, Option<&str>)> = Vec::new();
    for line in backtrace.lines() {
        let line = line.trim_start();
        match line.strip_prefix("at ") {
            Some(place) => {
                if let Some(frame) = frames.last_mut() {
                    frame.1 = Some(place);
                }
            }
            None => frames.push((line.split_once(": ").map_or(line, |(_, name)| name), None)),
        }
    }
    let calls = frames
        .iter()
        .skip_while(|(name, _)| is_internal(name))
        .take_while(|(name, _)| !name.contains("__rust_begin_short_backtrace"));
    let calls: Vec<_> = calls.collect();
    let mut out = String::from("Stack (most recent call last):");
    for (function, place) in calls.into_iter().rev() {
        let _ = match place.map(split_place) {
            Some((file, line)) => write!(out, "\n  File \"{file}\", line {line}, in {function}"),
            None => write!(out, "\n  in {function}"),
        };
    }
    out
}

/// Cuts `path:line:column`.
fn split_place(place: &str) -> (&str, &str) {
    let mut parts = place.rsplitn(3, ':');
    let _column = parts.next();
    let line = parts.next().unwrap_or("0");
    (parts.next().unwrap_or(place), line)
}

/// Whether a frame above the logging call is one of this crate, or of the standard library's between
/// two of those.
fn is_internal(function: &str) -> bool {
    let function = function.trim_start_matches(['<', '&']);
    INTERNAL.iter().any(|prefix| function.starts_with(prefix))
        || function.contains(" as handlers_core::")
}

const INTERNAL: [&str; 5] = ["handlers_core::", "std::", "core::", "alloc::", "backtrace::"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_call_comes_last_and_the_library_is_left_out() {
        let backtrace = "   0: std::backtrace::Backtrace::create\n   \
                         1: handlers_core::stack::capture\n             at src/stack.rs:9:5\n   \
                         2: app::work\n             at ./src/app.rs:12:34\n   \
                         3: app::main\n";
        assert_eq!(
            render(backtrace),
            "Stack (most recent call last):\n  in app::main\n  \
             File \"./src/app.rs\", line 12, in app::work"
        );
    }
}
