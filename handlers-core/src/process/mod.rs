//! What happens to the process that logs: it forks, it ends, and it is told to end.

mod exit;
mod fork;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) mod gate;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) mod no_gate;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod system;

pub(crate) use exit::tell;
pub use exit::{ExitClaim, shutdown_at_exit};
pub use fork::{ForkHook, ForkSide, add_fork_hook, fork_generation, process_id};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use no_gate as gate;
#[cfg(all(unix, feature = "signals"))]
pub use signals::shutdown_on_signals;
