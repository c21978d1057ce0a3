//! The socket at which producers connect, and its place in the file system.

use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use handlers_core::{fork_generation, process_id};
use socket2::{Domain, SockAddr, Socket, Type};

/// A socket that listens, and its file, which is removed with it.
#[derive(Debug)]
pub(super) struct Bound {
    socket: Socket,
    path: PathBuf,
    /// Which file was made: another process may put its own in its place.
    file: Option<File>,
    /// The process that made it. Its children have it, too, and the file is none of their business.
    generation: u64,
}

/// The device and the number of a file.
type File = (u64, u64);

impl Bound {
    /// Listens at `path`; a socket file at which nobody listens any more is replaced.
    pub(super) fn new(path: &Path, mode: u32) -> io::Result<Self> {
        let address = SockAddr::unix(path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        match socket.bind(&address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_stale(path, error)?;
                socket.bind(&address)?;
            }
            outcome => outcome?,
        }
        let file = identity(path);
        // Before anybody can connect. An abstract name has no file.
        if file.is_some() {
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
        let bound = Self { socket, path: path.to_owned(), file, generation: fork_generation() };
        bound.socket.listen(BACKLOG)?;
        bound.socket.set_nonblocking(true)?;
        Ok(bound)
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The next one who has connected, or [`io::ErrorKind::WouldBlock`].
    pub(super) fn accept(&self) -> io::Result<Socket> {
        loop {
            match self.socket.accept() {
                Ok((socket, _)) => return Ok(socket),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets nobody connect any more. Those who have can still be accepted.
    pub(super) fn refuse(&self) {
        self.remove();
        // Linux refuses from now on; elsewhere the backlog fills up.
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    pub(super) fn is_of_this_process(&self) -> bool {
        self.generation == fork_generation()
    }

    fn remove(&self) {
        if self.is_of_this_process() && self.file.is_some() && identity(&self.path) == self.file {
            // What cannot be removed is replaced by the next one who listens here.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Removes a socket at which nobody listens.
///
/// It is taken aside first, and looked at again: another process may have replaced it in the
/// meantime.
///
/// # Errors
///
/// `in_use`, if somebody listens or it is no socket; those of the system.
fn remove_stale(path: &Path, in_use: io::Error) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path)?.file_type().is_socket();
    if !is_socket || somebody_listens(path)? {
        return Err(in_use);
    }
    let aside = path.with_file_name(format!(".{}", process_id()));
    fs::rename(path, &aside)?;
    if somebody_listens(&aside)? {
        fs::rename(&aside, path)?;
        return Err(in_use);
    }
    fs::remove_file(&aside)
}

fn somebody_listens(path: &Path) -> io::Result<bool> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Somebody whose backlog is full listens, too.
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        _ => Ok(true),
    }
}

fn identity(path: &Path) -> Option<File> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// How many may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 1024;
