//! `StreamHandler`.

use std::sync::Arc;

use handlers_core::{Handler, Result, Value};
use handlers_file::{StandardStream, StreamHandler};

use crate::argument::Argument;
use crate::registry::{Arguments, Parameters, Prepared, Registry};
use crate::stream::{Stream, Target};

pub(super) fn add(registry: Registry) -> Registry {
    registry.handler("logging.StreamHandler", Parameters::new().optional("stream"), stream_handler)
}

fn stream_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let terminator = arguments.text_attribute("terminator")?;
    let stream = match arguments.take("stream") {
        None | Some(Argument::Value(Value::None)) => Stream::stderr(),
        Some(Argument::Stream(stream)) => stream,
        // Python takes anything, and fails at the first record.
        Some(other) => {
            let expected = "a stream such as `ext://sys.stdout`";
            return Err(arguments.wrong("stream", expected, &other));
        }
    };
    Ok(Prepared::new(move || Ok(open_stream(stream, terminator))))
}

/// A handler for a stream, with the stream's name if it has one.
pub(crate) fn open_stream(stream: Stream, terminator: Option<String>) -> Arc<dyn Handler> {
    let terminator = terminator.unwrap_or_else(|| "\n".to_owned());
    let standard = |stream, name: &str| {
        StreamHandler::builder(stream).stream_name(name).terminator(terminator.clone()).build()
    };
    match stream.into_target() {
        Target::Stderr => Arc::new(standard(StandardStream::Stderr, "<stderr>")),
        Target::Stdout => Arc::new(standard(StandardStream::Stdout, "<stdout>")),
        Target::Other(stream) => {
            Arc::new(StreamHandler::builder(stream).terminator(terminator).build())
        }
    }
}
