//! GELF over HTTP.

mod body;
mod builder;
mod handler;

pub use builder::GelfHttpHandlerBuilder;
pub use handler::GelfHttpHandler;
