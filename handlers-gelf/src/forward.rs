//! What handlers that are made of another handler pass on to it.

/// Gives a builder the setters of the builder in its field.
macro_rules! forwarded_setters {
    ($inner:ident) => {
        $crate::forward::forwarded_setters!($inner, "one second");
    };
    ($inner:ident, $timeout:literal) => {
        /// Sets the level below which loggers do not call the handler. Optional; `NOTSET`, which
        /// takes every record, by default.
        pub fn level(mut self, level: ::handlers_core::Level) -> Self {
            self.$inner = self.$inner.level(level);
            self
        }

        /// Sets what makes the messages. Optional; a [`GelfFormatter`](crate::GelfFormatter) with
        /// all defaults by default. What another formatter makes is sent as it is (GELF-21).
        pub fn formatter(mut self, formatter: impl ::handlers_core::Formatter + 'static) -> Self {
            self.$inner = self.$inner.formatter(formatter);
            self
        }

        /// Adds a filter. Optional; none by default.
        pub fn filter(mut self, filter: impl ::handlers_core::Filter + 'static) -> Self {
            self.$inner = self.$inner.filter(filter);
            self
        }

        /// Names the handler. Optional; without a name by default.
        pub fn name(mut self, name: &str) -> Self {
            self.$inner = self.$inner.name(name);
            self
        }

        /// Sets who is told of errors. Optional; Python's report on standard error by default.
        pub fn error_hook(mut self, hook: impl ::handlers_core::ErrorHook + 'static) -> Self {
            self.$inner = self.$inner.error_hook(hook);
            self
        }

        /// Sets how long a logging call may take at most, with everything: waiting for other
        /// threads, finding the peer, connecting, and sending. Optional;
        #[doc = concat!($timeout, " by default.")]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.$inner = self.$inner.timeout(timeout);
            self
        }

        /// Sets when a peer that is away is tried again. Optional; 1, 2, 4 … 30 seconds by default.
        pub fn backoff(mut self, backoff: ::handlers_net::Backoff) -> Self {
            self.$inner = self.$inner.backoff(backoff);
            self
        }

        /// Keeps records while the peer is away, and sends them in order when it is back. Optional;
        /// by default such records are lost and counted.
        pub fn backlog(mut self, backlog: ::handlers_net::Backlog) -> Self {
            self.$inner = self.$inner.backlog(backlog);
            self
        }

        /// Sets whether an error closes the connection, or the socket, instead of being reported.
        /// Optional; it is reported by default.
        pub fn close_on_error(mut self, close: bool) -> Self {
            self.$inner = self.$inner.close_on_error(close);
            self
        }

        /// Sets the clock that the back-off goes by. Optional; the system's by default.
        pub fn clock(mut self, clock: impl ::handlers_core::Clock + 'static) -> Self {
            self.$inner = self.$inner.clock(clock);
            self
        }
    };
}
pub(crate) use forwarded_setters;

/// Makes a handler of one that does the work, which is in its field.
macro_rules! forwarded_handler {
    ($handler:ident, $inner:ident) => {
        impl ::handlers_core::Handler for $handler {
            fn base(&self) -> &::handlers_core::HandlerBase {
                self.$inner.base()
            }

            fn emit(&self, record: &::handlers_core::Record<'_>) -> ::handlers_core::Result<()> {
                self.$inner.emit(record)
            }

            /// Sends what is queued or held back, at once and within the timeout. Without a backlog,
            /// and unless the handler is buffered, nothing is.
            fn flush(&self) -> ::handlers_core::Result<()> {
                self.$inner.flush()
            }

            /// Sends what is queued or held back, within the timeout, and closes everything.
            fn close(&self) -> ::handlers_core::Result<()> {
                self.$inner.close()
            }

            fn handle_error(
                &self,
                record: &::handlers_core::Record<'_>,
                error: &::handlers_core::Error,
            ) {
                self.$inner.handle_error(record, error);
            }

            fn flush_on_close(&self) -> bool {
                self.$inner.flush_on_close()
            }

            fn pending(&self) -> u64 {
                self.$inner.pending()
            }
        }

        impl ::std::fmt::Debug for $handler {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let level = ::handlers_core::Handler::base(self).level();
                write!(f, concat!("<", stringify!($handler), " ({})>"), level)
            }
        }
    };
}
pub(crate) use forwarded_handler;
