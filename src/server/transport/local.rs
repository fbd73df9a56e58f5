//! The administration socket: for whoever may read the server's own files, on this machine alone.
//!
//! Its file is the owner's before anybody can connect, and goes with the server. It must never take a running server's
//! socket away, nor a file that is none.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::{UnixListener as Bound, UnixStream as Probe},
    },
    path::{Path, PathBuf},
};

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with,
};
use tokio::net::{UnixListener, UnixStream};

/// Nobody but the owner may connect.
const SOCKET_MODE: u32 = 0o600;
/// Connections that wait to be taken.
const WAITING_MAX: i32 = 64;

/// The socket, bound. Its file is removed when it is dropped.
#[derive(Debug)]
pub struct Local {
    listener: UnixListener,
    _file: Removed,
}

#[derive(Debug)]
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        // Where it is gone already, there is nothing to do.
        fs::remove_file(&self.0).ok();
    }
}

impl Local {
    /// Binds the socket. A file that an earlier server left is replaced.
    pub fn bind(path: &Path) -> io::Result<Self> {
        clear(path)?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        bind(&socket, &SocketAddrUnix::new(path)?)?;
        let file = Removed(path.to_owned());
        // Until it listens, nobody can connect.
        fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE))?;
        listen(&socket, WAITING_MAX)?;
        let listener = UnixListener::from_std(Bound::from(socket))?;
        Ok(Self {
            listener,
            _file: file,
        })
    }

    /// The next connection.
    pub async fn accept(&self) -> io::Result<UnixStream> {
        let (stream, _) = self.listener.accept().await?;
        Ok(stream)
    }
}

/// The user at the other end, if it is root or the server's own.
pub fn administrator(stream: &UnixStream) -> Option<u32> {
    let uid = stream.peer_cred().ok()?.uid();
    let own = rustix::process::geteuid().as_raw();
    (uid == 0 || uid == own).then_some(uid)
}

/// Makes way for a new socket, if nobody listens at the old one.
fn clear(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(why),
    };
    let in_use = |why: &str| Err(io::Error::new(io::ErrorKind::AddrInUse, why));
    if !found.file_type().is_socket() {
        return in_use("there is a file that is no socket");
    }
    match Probe::connect(path) {
        Err(why) if why.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(why) => Err(why),
        Ok(_) => in_use("a server listens there"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_the_owners_and_goes_with_the_server() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("admin.sock");
        let local = Local::bind(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, SOCKET_MODE);
        let (near, far) = tokio::join!(UnixStream::connect(&path), local.accept());
        drop(near.unwrap());
        let own = rustix::process::geteuid().as_raw();
        assert_eq!(administrator(&far.unwrap()), Some(own));
        drop(local);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_is_left_is_replaced_and_what_is_used_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("admin.sock");
        drop(Bound::bind(&path).unwrap());
        assert!(path.exists(), "a crash leaves the file");
        let local = Local::bind(&path).unwrap();
        let said = Local::bind(&path).unwrap_err().to_string();
        assert!(said.contains("a server listens"), "{said}");
        drop(local);
        fs::write(&path, "precious").unwrap();
        assert!(Local::bind(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
