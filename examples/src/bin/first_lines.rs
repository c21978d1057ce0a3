//! The shortest program that logs: the root logger configures itself.
//!
//! `cargo run -p handlers-examples --bin first_lines`

use handlers_core::{BasicConfig, Level, Result, info, warning};

fn main() -> Result<()> {
    BasicConfig::new().level(Level::INFO).format("%(levelname)s: %(message)s").apply()?;

    info!("starting version {}", env!("CARGO_PKG_VERSION"));
    warning!(disk = "sda", used = 91; "the disk is nearly full");
    Ok(())
}
