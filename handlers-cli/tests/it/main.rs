//! The program `handlers` as its users meet it: files in, exit status and text out.

mod check;
#[cfg(unix)]
mod command;
#[cfg(unix)]
mod hangup;
mod lines;
#[cfg(unix)]
mod losses;
mod queue;
mod sample;
#[cfg(unix)]
mod signals;
mod support;
mod tree;
mod usage;
