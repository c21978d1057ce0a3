//! Handlers that are faces of another one, with settings of their own.

/// The methods of [`Handler`](handlers_core::Handler) for a handler whose field `$handler` does the
/// work.
macro_rules! handled_by {
    ($handler:ident) => {
        fn base(&self) -> &::handlers_core::HandlerBase {
            self.$handler.base()
        }

        fn emit(&self, record: &::handlers_core::Record<'_>) -> ::handlers_core::Result<()> {
            self.$handler.emit(record)
        }

        fn flush(&self) -> ::handlers_core::Result<()> {
            self.$handler.flush()
        }

        fn close(&self) -> ::handlers_core::Result<()> {
            self.$handler.close()
        }

        fn handle_error(
            &self,
            record: &::handlers_core::Record<'_>,
            error: &::handlers_core::Error,
        ) {
            self.$handler.handle_error(record, error);
        }

        fn pending(&self) -> u64 {
            self.$handler.pending()
        }
    };
}
pub(crate) use handled_by;

/// What all handlers can do whose field `rolling` is a
/// [`RollingHandler`](crate::rolling::RollingHandler).
macro_rules! rolling_methods {
    () => {
        /// The absolute path of the file that is written.
        pub fn path(&self) -> &::std::path::Path {
            self.rolling.path()
        }

        /// The encoding of the file; none for a binary mode (FILE-3).
        pub fn encoding(&self) -> Option<&$crate::encoding::Encoding> {
            self.rolling.settings().encoding.as_ref()
        }

        /// What becomes of characters that the encoding does not have.
        pub fn errors(&self) -> $crate::encoding::EncodeErrors {
            self.rolling.settings().errors
        }

        /// Whether the file is opened by the first record.
        pub fn delay(&self) -> bool {
            self.rolling.settings().delay
        }

        /// Puts the file aside now, even if it is empty or missing (FILE-52, FILE-96).
        ///
        /// # Errors
        ///
        /// A file could not be moved or opened, or a dated backup has its name already: everything
        /// is where it was, and the handler goes on. Or the file was put aside, and one that should
        /// have gone could not be removed.
        pub fn do_rollover(&self) -> ::handlers_core::Result<()> {
            self.rolling.do_rollover()
        }

        /// Whether the file would be put aside before `record` is written.
        ///
        /// # Errors
        ///
        /// The record cannot be formatted, or the file cannot be opened.
        pub fn should_rollover(
            &self,
            record: &::handlers_core::Record<'_>,
        ) -> ::handlers_core::Result<bool> {
            self.rolling.should_rollover(record)
        }

        /// Waits until no backup is being compressed, and says whether that came within `timeout`. At
        /// once, if backups are not compressed.
        ///
        /// A program need not wait before it ends: what was not finished then is done by the next
        /// one.
        pub fn wait_until_compressed(&self, timeout: ::std::time::Duration) -> bool {
            self.rolling.wait_until_compressed(timeout)
        }
    };
}
pub(crate) use rolling_methods;
