//! What both forms of the RFCs can be told.

/// Gives a form, which has the fields `host_name`, `zone` and `multiline`, their setters.
macro_rules! header_setters {
    () => {
        /// Sets HOSTNAME, of which 255 characters are sent at most. Optional; the name of the
        /// machine by default.
        pub fn host_name(mut self, name: impl Into<String>) -> Self {
            self.host_name = name.into();
            self
        }

        /// Sets the zone in which the time is written. Optional; the one of the process by default.
        pub fn time_zone(mut self, zone: ::handlers_core::TimeZone) -> Self {
            self.zone = zone;
            self
        }

        /// Sends the message as it is, in lines. Optional; by default the ends of its lines are
        /// escaped.
        ///
        /// The receiver must keep the lines together, and whoever reads what it wrote must know that
        /// a message can look like two. On a stream with [`Framing::NonTransparent`] the ends of
        /// lines are escaped all the same.
        ///
        /// [`Framing::NonTransparent`]: super::Framing::NonTransparent
        pub fn multiline(mut self, multiline: bool) -> Self {
            self.multiline = multiline;
            self
        }

        pub(super) fn is_multiline(&self) -> bool {
            self.multiline
        }
    };
}
pub(super) use header_setters;
