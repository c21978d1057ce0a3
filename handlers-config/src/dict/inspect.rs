//! Whether a file could be opened, without opening it.

use std::fs;
use std::path::Path;

use handlers_core::{Error, ErrorKind};

use crate::fault::Fault;
use crate::registry::{Opens, OpensFile};

/// What opening the file would end with, as far as that can be seen from outside.
pub(super) fn file(file: &OpensFile) -> Option<Fault> {
    let path = std::path::absolute(&file.path).ok()?;
    let directory = path.parent()?;
    match fs::metadata(directory) {
        Ok(found) if !found.is_dir() => {
            return Some(fault(format!("`{}` is no directory", directory.display())));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let fault = fault(format!("there is no directory `{}`", directory.display()));
            return Some(fault.help(help(&file.path)));
        }
        _ => {}
    }
    match (fs::metadata(&path), file.how) {
        (Ok(found), _) if found.is_dir() => {
            Some(fault(format!("`{}` is a directory", path.display())))
        }
        (Ok(_), Opens::New) => Some(fault(format!("`{}` is there already", path.display()))),
        (Err(_), Opens::Old) => Some(fault(format!("there is no file `{}`", path.display()))),
        _ => None,
    }
}

fn fault(plain: String) -> Fault {
    Fault::from_error(Error::new(ErrorKind::Io, plain.clone())).say(plain)
}

fn help(path: &Path) -> Option<String> {
    if path.starts_with("~") {
        return Some("a `~` in a file name is itself, as it is in Python".to_owned());
    }
    if path.is_relative() {
        return Some("the name is relative to the working directory".to_owned());
    }
    None
}
