//! From text to tokens.

mod block;
mod cursor;
mod directive;
mod fetch;
mod plain;
mod property;
mod quoted;
mod scanner;
mod simple_key;
mod token;

pub(super) use scanner::Scanner;
pub(super) use token::{Directive, RawTag, Token, TokenKind};
