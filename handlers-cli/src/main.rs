//! The program `handlers`: checks, shows and runs Python logging configurations.

mod arguments;
mod check;
mod output;
mod problems;
mod render;
mod run;
mod source;
mod tree;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check(arguments) => check::check(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Tree(arguments) => tree::tree(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        output::complain(&render::Failure(&error));
        ExitCode::FAILURE
    })
}
