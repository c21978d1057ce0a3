//! Frames as requests, over HTTP/1.1.

mod connector;
mod exchange;
mod status;
#[cfg(test)]
mod tests;

pub use connector::Http;
