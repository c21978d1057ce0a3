//! What can be told of an object without making it, and of a file without opening it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlers_core::{Error, ErrorKind};

use super::walk::Walk;
use crate::fault::{Fault, Outcome};
use crate::registry::{Arguments, Kind, Opens, OpensFile, Prepared, Sharing};

impl Walk<'_> {
    /// Checks an object, and gives something that stands for it.
    pub(super) fn look_at<T: Kind + ?Sized>(
        &mut self,
        prepared: Prepared<T>,
        arguments: &Arguments,
    ) -> Outcome<Arc<T>> {
        let at_argument = |fault: Fault, name: &str| {
            let (key, position) = arguments.place(name).unwrap_or((name, None));
            if key.is_empty() { fault } else { fault.at(position).at_key(key) }
        };
        for name in arguments.unread() {
            let plain = format!("the attribute `{name}` has no effect");
            self.warn(Fault::new(ErrorKind::Attribute, "", plain).at_key(name).at_key("."))?;
        }
        if let Some(file) = prepared.file {
            // Those who take turns have a file for that, which is there from the start.
            let needs_directory = file.at_once || file.sharing == Sharing::TakesTurns;
            let fault = no_directory(&file).map(|fault| (fault, needs_directory));
            match fault.or_else(|| cannot_open(&file).map(|fault| (fault, file.at_once))) {
                Some((fault, true)) => {
                    self.settle::<()>(Err(at_argument(fault, &file.name)))?;
                }
                Some((fault, false)) => self.warn(at_argument(fault, &file.name))?,
                None => {}
            }
            if let Some(fault) = self.clash(&file) {
                self.warn(at_argument(fault, &file.name))?;
            }
        }
        for (name, remark) in prepared.warnings {
            self.warn(at_argument(Fault::new(ErrorKind::Value, "", remark), &name))?;
        }
        for (name, error) in prepared.doubts {
            self.settle::<()>(Err(at_argument(Fault::from(error), &name)))?;
        }
        Ok(T::stand_in())
    }

    /// What is wrong with two handlers for one file, if there was another before.
    fn clash(&mut self, file: &OpensFile) -> Option<Fault> {
        let other = self.note_file(real_path(&file.path)?, file.sharing)?;
        let plain = format!(
            "`{other}` writes this file too; when one puts it aside, records of the other are lost"
        );
        let help = "let one handler have the file, or make all of them \
                    concurrent_log_handler.ConcurrentRotatingFileHandler";
        Some(Fault::new(ErrorKind::Value, "", plain).help(help.to_owned()))
    }
}

/// What is wrong with the directory of a file.
fn no_directory(file: &OpensFile) -> Option<Fault> {
    let path = std::path::absolute(&file.path).ok()?;
    let directory = path.parent()?;
    match fs::metadata(directory) {
        Ok(found) if !found.is_dir() => {
            Some(fault(format!("`{}` is no directory", directory.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let fault = fault(format!("there is no directory `{}`", directory.display()));
            Some(fault.help(help(&file.path)))
        }
        _ => None,
    }
}

/// What opening the file would end with, as far as that can be seen from outside.
fn cannot_open(file: &OpensFile) -> Option<Fault> {
    let path = std::path::absolute(&file.path).ok()?;
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

/// One path for a file, by whatever names it goes.
fn real_path(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let real = fs::canonicalize(&path).ok().or_else(|| {
        let directory = fs::canonicalize(path.parent()?).ok()?;
        Some(directory.join(path.file_name()?))
    });
    Some(real.unwrap_or(path))
}
