//! What graypy sends, and what a handler that takes its place does.

use std::io::Write;
use std::process::{Command, Stdio};

use handlers_core::{Handler, Record, Value};
use handlers_gelf::{Compression, GraypyFormatter};
use serde_json::{Value as Json, json};

use super::handler;
use crate::gelf::server::Server;
use crate::sources::root;

/// Records, as lists of attributes.
fn records() -> Vec<Json> {
    let numbers = (0..COUNT).map(|number: i32| {
        json!([
            ["name", format!("app.part{number}")],
            ["msg", "caf\u{e9} \u{1f600} \"%s\" </a> \u{7f}".repeat(if number % 5 == 0 { 200 } else { 1 })],
            ["args", null],
            ["levelno", number],
            ["levelname", "LEVEL"],
            ["created", 1_700_000_000.125 + f64::from(number)],
            ["pathname", "/srv/app.py"],
            ["lineno", number],
            ["funcName", null],
            ["process", 4242],
            ["processName", "web"],
            ["threadName", "t"],
            ["stack_info", null],
            ["taskName", null],
            ["exc_text", if number % 3 == 0 { Json::from("Traceback\n  x") } else { Json::Null }],
            ["user", "Zo\u{eb}"],
            ["count", i64::from(number) * 1_000_000_007],
            ["ratio", 0.1],
            ["nested", {"a": [1, null, true, {"b": ""}]}],
            ["_private", "x"],
        ])
    });
    numbers.collect()
}

const COUNT: i32 = 15;

fn value(json: &Json) -> Value<'static> {
    match json {
        Json::Null => Value::None,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64().expect("it is a float").into(),
        },
        Json::String(text) => text.clone().into(),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(fields) => Value::Dict(
            fields.iter().map(|(name, item)| (name.clone().into(), value(item))).collect(),
        ),
    }
}

/// The time of a message, as its text has it; all are of one length.
fn time(text: &str) -> String {
    let (_, rest) = text.split_once("\"timestamp\":").expect("every message has a time");
    rest.split(',').next().unwrap_or_default().to_owned()
}

fn log_with_graypy(port: u16, lines: &[Json]) {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/peers/graypy_http.py")).arg(port.to_string());
    command.env("PYTHONPATH", root().join("target/peers")).stdin(Stdio::piped());
    let mut child = command.spawn().expect("the tests need python3");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    for line in lines {
        writeln!(input, "{line}").expect("it reads");
    }
    drop(input);
    assert!(child.wait().expect("it was started").success());
}

#[test]
fn a_server_gets_the_same_from_graypy() {
    let server = Server::http(0, &[]);
    for (compresses, path) in [(true, "/gelf"), (false, "/gelf/other?x=1")] {
        let arguments = json!({
            "compress": compresses, "path": path, "localname": "web1", "facility": "shop",
            "level_names": compresses,
        });
        let records = records();
        let lines: Vec<Json> = records.iter().map(|record| json!([record, arguments])).collect();
        log_with_graypy(server.port(), &lines);
        let mut theirs: Vec<Json> = lines.iter().map(|_| server.message()).collect();
        // Each comes over a connection of its own, and may overtake another.
        theirs.sort_by_key(|request| request["text"].as_str().map(time));
        let formatter = GraypyFormatter::builder().host("web1").facility("shop");
        let formatter = formatter.level_names(compresses).quirks(true).build();
        let compression = if compresses { Compression::Zlib } else { Compression::None };
        let (handler, errors) = handler(server.port(), |builder| {
            builder.graypy(formatter).path(path).compression(compression)
        });
        for (record, theirs) in records.iter().zip(theirs) {
            let attributes = record.as_array().unwrap().iter();
            let pairs =
                attributes.map(|pair| (pair[0].as_str().unwrap().to_owned(), value(&pair[1])));
            handler.handle(&Record::from_attributes(pairs.collect::<Vec<_>>()));
            let ours = server.message();
            for field in ["text", "path"] {
                assert_eq!(ours[field], theirs[field]);
            }
            let coding = |request: &Json| request["headers"]["content-encoding"].clone();
            if compresses {
                // GELF-61: what the body is not. Graylog goes by its first bytes then.
                assert_eq!(
                    (coding(&theirs), &theirs["honest"]),
                    (json!("gzip,deflate"), &json!(false))
                );
                assert_eq!((coding(&ours), &ours["honest"]), (json!("deflate"), &json!(true)));
            } else {
                assert_eq!((coding(&theirs), coding(&ours)), (Json::Null, Json::Null));
            }
        }
        assert_eq!(errors.try_iter().count(), 0);
    }
}
