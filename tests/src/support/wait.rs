//! Waiting for what other threads, processes and the system do.

use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until there is something.
///
/// # Panics
///
/// If there is nothing within a minute.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        thread::park_timeout(PAUSE);
    }
}

/// Looks again and again until it is so.
///
/// # Panics
///
/// If it is not so within a minute.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}

/// More than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_the_end_is_given() {
        let mut looks = 0;
        let found = wait_for("the third look", || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found, 3);
        wait_until("a fact", || true);
    }
}
