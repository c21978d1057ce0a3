//! Values and records as JSON, the way Python's `json` writes and reads them.

mod plain;
mod read;
mod record;
mod text;
mod write;

pub use text::write_json_text;
pub use write::JsonObject;
