//! Values and records as JSON, the way Python's `json` writes and reads them.

mod plain;
mod read;
mod record;
mod write;

pub use write::JsonObject;
