//! Certificates of all kinds, made by OpenSSL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use handlers_tests::support::Dir;

/// A certificate authority in a directory of its own.
pub(crate) struct Authority<'a> {
    dir: &'a Dir,
    name: &'static str,
}

/// A certificate and its key.
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl<'a> Authority<'a> {
    pub(crate) fn new(dir: &'a Dir, name: &'static str) -> Self {
        let authority = Self { dir, name };
        dir.write(&authority.path("cnf"), CONFIG.replace("NAME", name));
        dir.write(&authority.path("index"), "");
        let (certificate, key) = (authority.path("pem"), authority.path("key"));
        let subject = format!("/CN={name}");
        openssl(
            dir.path(),
            &[
                &["req", "-x509", "-config", &authority.path("cnf"), "-extensions", "authority"],
                &["-days", "30", "-subj", &subject, "-out", &certificate, "-keyout", &key],
                KEY,
            ],
        );
        authority
    }

    /// The file of its certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.dir.join(self.path("pem"))
    }

    /// A good certificate for `names`, such as `DNS:localhost`.
    pub(crate) fn issue(&self, file: &str, names: &str) -> Pair {
        self.issue_between(file, names, "20200101000000Z", "20991231235959Z")
    }

    /// A certificate that is good for some time only.
    pub(crate) fn issue_between(&self, file: &str, names: &str, from: &str, until: &str) -> Pair {
        let pair = Pair::of(self.dir, file);
        let request = format!("{file}.csr");
        let (key, subject) = (format!("{file}.key"), format!("/CN={file}"));
        let extensions = format!("{file}.cnf");
        self.dir.write(&extensions, format!("basicConstraints=CA:FALSE\nsubjectAltName={names}\n"));
        openssl(
            self.dir.path(),
            &[
                &["req", "-new", "-config", &self.path("cnf"), "-subj", &subject],
                &["-out", &request, "-keyout", &key],
                KEY,
            ],
        );
        openssl(
            self.dir.path(),
            &[
                &["ca", "-batch", "-notext", "-config", &self.path("cnf"), "-extfile", &extensions],
                &["-in", &request, "-out", &format!("{file}.pem")],
                &["-cert", &self.path("pem"), "-keyfile", &self.path("key"), "-name", "ca"],
                &["-startdate", from, "-enddate", until],
            ],
        );
        // The next certificate may be for the same subject.
        self.dir.write(&self.path("index"), "");
        pair
    }

    fn path(&self, extension: &str) -> String {
        format!("{}.{extension}", self.name)
    }
}

impl Pair {
    /// A certificate that nobody has issued but its own key; by default OpenSSL makes it one of an
    /// authority.
    pub(crate) fn self_signed(dir: &Dir, file: &str, is_authority: bool) -> Self {
        dir.write("openssl.cnf", CONFIG);
        let constraints = if is_authority { "CA:TRUE" } else { "CA:FALSE" };
        openssl(
            dir.path(),
            &[
                &[
                    "req",
                    "-x509",
                    "-config",
                    "openssl.cnf",
                    "-days",
                    "30",
                    "-subj",
                    "/CN=localhost",
                ],
                &["-addext", "subjectAltName=DNS:localhost"],
                &["-addext", &format!("basicConstraints={constraints}")],
                &["-out", &format!("{file}.pem"), "-keyout", &format!("{file}.key")],
                KEY,
            ],
        );
        Self::of(dir, file)
    }

    /// The same certificate with its key written in another way.
    pub(crate) fn convert_key(&self, arguments: &[&str], file: &Path) {
        let key = self.key.to_str().expect("the path is text");
        let file = file.to_str().expect("the path is text");
        openssl(Path::new("/"), &[arguments, &["-in", key, "-out", file]]);
    }

    /// Writes the certificate and the key into one file.
    pub(crate) fn together(&self, file: &Path) {
        let parts = [&self.certificate, &self.key].map(|path| fs::read(path).expect("it is there"));
        fs::write(file, parts.concat()).expect("a file can be written");
    }

    fn of(dir: &Dir, file: &str) -> Self {
        let (certificate, key) = (format!("{file}.pem"), format!("{file}.key"));
        Self { certificate: dir.join(certificate), key: dir.join(key) }
    }
}

fn openssl(directory: &Path, arguments: &[&[&str]]) {
    let mut command = Command::new("openssl");
    let output = command.args(arguments.concat()).current_dir(directory).output();
    let output = output.expect("openssl can be run");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {complaint}");
}

const KEY: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[ca]
database = NAME.index
new_certs_dir = .
policy = policy
default_md = sha256
rand_serial = yes
[policy]
commonName = supplied
";
