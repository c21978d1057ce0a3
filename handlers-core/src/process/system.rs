//! What only C's library can be asked for, and the one place with unsafe code.
//!
//! Nothing of it is reached by a logging call: each function here is called a few times in the life
//! of a process. What it buys is that a logging call asks the system nothing, where it would have to
//! ask for the number of its process each time.

#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library has no word for forks and exits")]
mod c {
    use std::mem::MaybeUninit;
    use std::ptr;

    /// Has `before`, `in_parent` and `in_child` called at each fork from now on; false if there is
    /// no memory for that.
    pub(crate) fn at_fork(
        before: extern "C" fn(),
        in_parent: extern "C" fn(),
        in_child: extern "C" fn(),
    ) -> bool {
        // SAFETY: the functions are safe to call at any time, on any thread, and never unwind.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) == 0 }
    }

    /// Has `hook` called when the process ends by `exit` or by the end of `main`; false if there is
    /// no memory for that.
    pub(crate) fn at_exit(hook: extern "C" fn()) -> bool {
        // SAFETY: the function is safe to call at any time, on any thread, and never unwinds.
        unsafe { libc::atexit(hook) == 0 }
    }

    /// Whether the process was started to ignore a signal, as `nohup` does it.
    #[cfg_attr(not(feature = "signals"), expect(dead_code, reason = "only signals need it"))]
    pub(crate) fn is_ignored(signal: i32) -> bool {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: without a new action the call changes nothing; it fills `action`, which is large
        // enough, and all of whose fields may be zero.
        let action = unsafe {
            libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
            action.assume_init()
        };
        action.sa_sigaction == libc::SIG_IGN
    }
}

/// Where there are no forks, and where a process ends without asking anybody.
#[cfg(not(unix))]
mod c {
    pub(crate) fn at_fork(
        _before: extern "C" fn(),
        _in_parent: extern "C" fn(),
        _in_child: extern "C" fn(),
    ) -> bool {
        true
    }

    pub(crate) fn at_exit(_hook: extern "C" fn()) -> bool {
        false
    }
}

pub(super) use c::*;
