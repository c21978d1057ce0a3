//! A way to a server that is encrypted.

mod builder;
mod session;
mod settings;

pub use builder::RedisTlsBuilder;
pub(super) use session::Session;
pub use settings::RedisTls;
