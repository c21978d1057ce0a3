//! A formatter of one's own: each record is a JSON object, fields included.
//!
//! `cargo run -p handlers-examples --bin json_lines`

use std::fmt::Write;
use std::sync::Arc;

use handlers_core::{Handler, Level, Record, Result, Value, get_logger, info};
use handlers_file::StreamHandler;

fn main() {
    let screen = Arc::new(StreamHandler::stdout());
    screen.base().set_formatter(Some(Arc::new(json)));
    let app = get_logger("app");
    app.set_level(Level::INFO);
    app.add_handler(screen);

    info!(app, user = "ann", attempt = 2; "logged in from {:?}", "home");
    info!(app, ratio = 0.5, ok = true; "done");
}

fn json(record: &Record<'_>, out: &mut String) -> Result<()> {
    out.push_str("{\"time\":");
    let _ = write!(out, "{:.3}", record.created().created());
    for (name, text) in [("level", record.level_name()), ("logger", record.name())] {
        push_member(out, name, text);
    }
    push_member(out, "message", &record.message()?);
    for (name, value) in record.extra() {
        match value {
            Value::Int(_) | Value::Float(_) => {
                let _ = write!(out, ",\"{name}\":{value}");
            }
            Value::Bool(value) => {
                let _ = write!(out, ",\"{name}\":{value}");
            }
            other => push_member(out, name, &other.to_string()),
        }
    }
    out.push('}');
    Ok(())
}

fn push_member(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, ",\"{name}\":\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
