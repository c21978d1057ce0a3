//! Records as JSON, between CPython and us.

use std::io::Write;
use std::process::{Command, Stdio};

use handlers_core::{Record, Value};

use crate::receiver::record;

/// What CPython prints for a script and its input.
fn python(script: &str, input: &[u8]) -> String {
    let mut command = Command::new("python3");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the tests need python3");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).expect("the script reads all"));
        child.wait_with_output().expect("the script ends")
    });
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).expect("the script prints ASCII")
}

fn attributes(record: &Record<'_>) -> Value<'static> {
    let attributes = record.attributes().map(|(name, value)| (Value::from(name), value));
    Value::Dict(attributes.collect()).into_owned()
}

#[test]
fn python_makes_of_our_json_the_record_that_we_wrote() {
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    for number in 0..3000 {
        let record = record(number);
        record.write_json(&mut lines).expect("the message can be formatted");
        lines.push(b'\n');
        let message = Value::from(record.message().expect("the message can be formatted"));
        let Value::Dict(mut entries) = attributes(&record) else { unreachable!("it is one") };
        for (name, value) in &mut entries {
            match name.as_str() {
                Some("msg") => *value = message.clone().into_owned(),
                Some("args") => *value = Value::None,
                _ => {}
            }
        }
        expected.push(Value::Dict(entries).ascii());
    }
    let script = "import json, logging, sys
for line in sys.stdin:
    sent = json.loads(line)
    record = logging.makeLogRecord(sent)
    record.getMessage()
    print(ascii({name: record.__dict__[name] for name in sent}))";
    let printed = python(script, &lines);
    for (line, expected) in printed.lines().zip(&expected) {
        assert_eq!(line, expected);
    }
    assert_eq!(printed.lines().count(), expected.len());
}

#[test]
fn we_make_of_pythons_json_the_record_that_python_makes_of_it() {
    let script = r#"import json, logging, random
random.seed(1)
def value(depth=0):
    kind = random.randrange(9 if depth < 4 else 7)
    if kind == 0:
        return random.choice([None, True, False])
    if kind == 1:
        return random.randrange(-10 ** random.randrange(1, 60), 10 ** random.randrange(1, 60))
    if kind == 2:
        special = [0.0, -0.0, 1e22, 5e-324, float("inf"), float("nan")]
        return random.choice(special + [random.uniform(-1, 1) * 10.0 ** random.randrange(-300, 300)])
    if kind < 7:
        letters = "a\"\\\n\x00\x7f/é\u2028\U0001f600\ud83d\ude00"
        return "".join(random.choices(letters, k=random.randrange(10)))
    if kind == 7:
        return [value(depth + 1) for _ in range(random.randrange(5))]
    return {"".join(random.choices("ab é", k=2)): value(depth + 1) for _ in range(random.randrange(5))}
def whole(value):
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(whole, value))
    if isinstance(value, dict):
        return {whole(name): whole(inner) for name, inner in value.items()}
    return value
for number in range(3000):
    args = (number, value()) if number % 3 else ()
    msg = "%d: %s" if args else str(value())
    record = logging.LogRecord("app", number % 60, "/srv/app.py", number, msg, args, None, "work")
    record.__dict__.setdefault("taskName", None)
    extra = {f"field{key}": value() for key in range(random.randrange(4))}
    line = json.dumps(record.__dict__ | extra, ensure_ascii=number % 2 == 0)
    line = line.encode("utf-8", "replace").decode() if number % 2 else line
    read = logging.makeLogRecord(whole(json.loads(line)))
    # JSON has no tuples.
    read.args = tuple(read.args)
    attributes = ascii(read.__dict__)
    print(ascii(line.encode())); print(attributes); print(ascii(read.getMessage()))
"#;
    let printed = python(script, b"");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 9000);
    for three in lines.chunks(3) {
        let json = unquoted(three[0]);
        let record = Record::from_json(&json).unwrap_or_else(|error| panic!("{error}: {three:?}"));
        assert_eq!(attributes(&record).ascii(), three[1]);
        let message = record.message().expect("Python has formatted it, too");
        assert_eq!(Value::from(message).ascii(), three[2]);
    }
}

/// The bytes that Python shows as `b'…'`.
fn unquoted(literal: &str) -> Vec<u8> {
    let inner = literal.get(2..literal.len() - 1).expect("it is a literal of bytes");
    let mut bytes = Vec::new();
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'x') => {
                let digits = [rest.next(), rest.next()].map(|digit| digit.expect("there are two"));
                let digits = std::str::from_utf8(&digits).expect("they are ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("they are digits"));
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b't') => bytes.push(b'\t'),
            Some(other) => bytes.push(other),
            None => panic!("an escape has no end"),
        }
    }
    bytes
}
