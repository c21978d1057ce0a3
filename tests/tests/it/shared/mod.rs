//! Several handlers on one file: of several processes, some of them Python's, and of one.

mod company;
mod faults;
mod handlers;
mod lines;
mod processes;
