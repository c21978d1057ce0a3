//! Where messages come from.

/// The name of this machine; `localhost` if it has none.
pub(crate) fn host_name() -> String {
    let name = system_name();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

/// The name of this machine with that of its domain, if the file of the hosts knows it.
pub(crate) fn qualified_host_name() -> String {
    let name = host_name();
    let hosts = if name.contains('.') { None } else { std::fs::read_to_string(HOSTS).ok() };
    hosts.and_then(|hosts| qualified(&name, &hosts).map(str::to_owned)).unwrap_or(name)
}

/// The first name with a dot of the address that has the name `name`.
fn qualified<'h>(name: &str, hosts: &'h str) -> Option<&'h str> {
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.into_iter().find_map(|line| {
        let mut names = line.split_ascii_whitespace().skip(1);
        let has_name = names.clone().any(|known| known == name);
        names.find(|known| has_name && known.contains('.'))
    })
}

#[cfg(unix)]
fn system_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn system_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

const HOSTS: &str = "/etc/hosts";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_name() {
        assert!(!host_name().is_empty() && qualified_host_name().starts_with(&host_name()));
    }

    #[test]
    fn the_domain_is_found_in_the_file_of_the_hosts() {
        let hosts = "127.0.0.1 localhost # web1 x.example\n::1\n10.0.0.1\tweb1  web1.example w.e\n";
        assert_eq!(qualified("web1", hosts), Some("web1.example"));
        assert_eq!(qualified("localhost", hosts), None);
        assert_eq!(qualified("web2", hosts), None);
    }
}
