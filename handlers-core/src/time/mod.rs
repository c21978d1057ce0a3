//! Time: when a record was made, and how that is written in a time zone.

mod broken_down;
mod clock;
mod strftime;
mod time_text;
mod timestamp;
mod tz_variable;
mod zone;

pub use broken_down::BrokenDown;
pub use clock::{Clock, ManualClock, SystemClock, start_time};
pub use strftime::strftime;
pub use time_text::TimeText;
pub use timestamp::Timestamp;
pub use zone::TimeZone;
