//! What the tests stand on: directories of their own, handlers that keep what they get, a standard
//! error that can be read, and the process to themselves.

mod alone;
mod dir;
mod list_handler;
mod port;
mod shared_buffer;
mod socket_path;
mod standard_error;
mod test_tree;
mod wait;

pub use alone::{Alone, alone};
pub use dir::Dir;
pub use list_handler::ListHandler;
pub use port::free_port;
pub use shared_buffer::SharedBuffer;
pub use socket_path::SocketPath;
pub use standard_error::CapturedError;
pub use test_tree::TestTree;
pub use wait::{wait_for, wait_until};
