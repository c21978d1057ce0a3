//! What becomes of messages that are too long for a datagram.

use std::fmt::Write;
use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::read::ZlibDecoder;
use handlers_core::{Error, Handler, HandlerBase, Record};
use handlers_gelf::{Chunked, Compression, GelfUdpHandler};
use handlers_net::{DatagramHandler, Encode};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results};
use super::scripted::Recorder;
use super::values::to_hex;

pub(super) const INPUTS: [&str; 7] =
    ["chunk_size", "message_len", "message", "message_id", "truncating", "compress", "input"];

pub(super) const OUTPUTS: [&str; 8] = [
    "datagrams",
    "lengths",
    "headers",
    "last_header",
    "warnings",
    "hex",
    "input_chunks_needed",
    "rebuilt_json",
];

/// One message.
pub(super) fn message(case: &Case<'_>) -> Result<Results, Skip> {
    if case.flag_or("truncating", false)? { truncated(case) } else { chunked(case) }
}

/// Bytes that count up, in chunks.
fn chunked(case: &Case<'_>) -> Result<Results, Skip> {
    if case.text("message")? != "byte i = i mod 251" {
        return Err(Skip::unknown("message", case.text("message")?));
    }
    let length = case.integer("message_len")?;
    let message: Vec<u8> = (0..=250).cycle().take(usize::try_from(length).unwrap_or(0)).collect();
    let digits = case.text("message_id")?.trim_start_matches("0x");
    let id = u64::from_str_radix(digits, 16).map_err(|_| Skip::unknown("number", digits))?;
    let recorder = Recorder::default();
    let chunked = Chunked::new(recorder.clone())
        .chunk_size(chunk_size(case)?)
        .chunk_at_size(true)
        .message_ids(move || id);
    let warnings = Warnings::default();
    let handler = DatagramHandler::builder("the recorder", 0)
        .connector(chunked)
        .encoder(Bytes(message))
        .error_hook(warnings.hook())
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    handler.handle(&Record::builder().build());
    let sent = recorder.take();
    let hex: Vec<String> = sent.iter().map(|datagram| to_hex(datagram)).collect();
    let heads: Vec<&str> = hex.iter().filter_map(|hex| header(hex)).collect();
    let mut lengths: Vec<Json> = sent.iter().map(|datagram| json!(datagram.len())).collect();
    if lengths.len() > SHOWN {
        lengths.truncate(SHOWN);
        lengths.push(json!("..."));
    }
    let shown = &heads[..heads.len().min(SHOWN)];
    let shown = if shown.is_empty() { Json::Null } else { json!(shown) };
    let mut results = results([
        ("datagrams", json!(sent.len())),
        ("lengths", json!(lengths)),
        ("headers", shown),
        ("last_header", json!(heads.last())),
        ("warnings", warnings.names()),
    ]);
    if case.has("hex") {
        results.insert("hex".to_owned(), json!(hex));
    }
    Ok(results)
}

/// A message that is shortened if need be.
fn truncated(case: &Case<'_>) -> Result<Results, Skip> {
    let message = ascii(&case.need("input")?.to_string());
    let compresses = case.flag_or("compress", true)?;
    let compression = if compresses { Compression::Zlib } else { Compression::None };
    let (recorder, warnings) = (Recorder::default(), Warnings::default());
    let handler = GelfUdpHandler::builder("the recorder", 0)
        .connector(recorder.clone())
        .compression(compression)
        .chunk_size(chunk_size(case)?)
        .chunk_at_size(true)
        .truncate(true)
        .formatter(Fixed(message.clone()))
        .error_hook(warnings.hook())
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    handler.handle(&Record::builder().build());
    let sent = recorder.take();
    let is_cut = sent.first().is_some_and(|datagram| datagram.starts_with(&[0x1e, 0x0f]));
    let skipped = if is_cut { HEADER } else { 0 };
    let whole: Vec<u8> = sent.iter().flat_map(|datagram| &datagram[skipped..]).copied().collect();
    let mut results = results([
        ("rebuilt_json", json!(read(&whole, compresses)?)),
        ("warnings", warnings.names()),
    ]);
    if !compresses {
        let needed = message.len().div_ceil(chunk_size(case)?.get());
        results.insert("input_chunks_needed".to_owned(), json!(needed));
        results.insert("datagrams".to_owned(), json!(sent.len()));
    }
    Ok(results)
}

/// JSON with all that is not ASCII escaped, as Python writes it.
fn ascii(json: &str) -> String {
    let mut text = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

fn read(message: &[u8], is_compressed: bool) -> Result<String, Skip> {
    let mut text = String::new();
    let read = if is_compressed {
        ZlibDecoder::new(message).read_to_string(&mut text)
    } else {
        (&*message).read_to_string(&mut text)
    };
    read.map_err(|error| Skip::new(error.to_string()))?;
    Ok(text)
}

fn chunk_size(case: &Case<'_>) -> Result<NonZeroUsize, Skip> {
    let size = usize::try_from(case.integer("chunk_size")?).ok().and_then(NonZeroUsize::new);
    size.ok_or_else(|| Skip::new("a chunk without room"))
}

/// The header of a chunk.
fn header(hex: &str) -> Option<&str> {
    hex.get(..2 * HEADER).filter(|header| header.starts_with("1e0f"))
}

/// Drops how small zlib's own compressor makes a message: there are others.
pub(super) fn expect_only_the_message(fields: &mut Object) {
    fields.remove("input_chunks_needed");
    fields.remove("datagrams");
}

pub(super) fn is_compressed(case: &Case<'_>) -> bool {
    case.flag_or("truncating", false) == Ok(true) && case.flag_or("compress", true) == Ok(true)
}

/// How often the error hook was called.
#[derive(Debug, Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl Warnings {
    fn hook(&self) -> impl Fn(&Record<'_>, &Error) + Send + Sync + 'static {
        let count = Arc::clone(&self.0);
        move |_: &Record<'_>, _: &Error| {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn names(&self) -> Json {
        json!(vec!["GELFChunkOverflowWarning"; self.0.load(Ordering::Relaxed)])
    }
}

/// The same bytes for every record.
struct Bytes(Vec<u8>);

impl Encode for Bytes {
    fn encode(
        &self,
        _: &HandlerBase,
        _: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> handlers_core::Result<()> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

/// The same text for every record.
struct Fixed(String);

impl handlers_core::Formatter for Fixed {
    fn format(&self, _: &Record<'_>, out: &mut String) -> handlers_core::Result<()> {
        out.push_str(&self.0);
        Ok(())
    }
}

const HEADER: usize = 12;

/// So many of a list are in the file.
const SHOWN: usize = 4;
