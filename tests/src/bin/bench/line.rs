//! The line that all workloads write, and the ways to make it without a logger.
//!
//! With its line end it has 95 bytes:
//!
//! ```text
//! 2026-11-21 10:00:00,123 - app.module - INFO - request 123456 served in 0.123 ms for user alice
//! ```

use std::fmt::{self, Write};
use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use handlers_core::TimeText;

/// The name of the logger.
pub(crate) const NAME: &str = "app.module";

/// The format of the line.
pub(crate) const FORMAT: &str = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";

/// The first argument: six digits, whatever the number of the record, so that all lines have one
/// length. The compiler knows none of the three.
pub(crate) fn request(number: u64) -> u64 {
    black_box(100_000 + number % 900_000)
}

/// The second argument.
pub(crate) fn millis() -> f64 {
    black_box(0.123)
}

/// The third argument.
pub(crate) fn user() -> &'static str {
    black_box("alice")
}

/// Makes lines.
pub(crate) trait Compose: Default {
    fn compose(&mut self, number: u64) -> &[u8];
}

/// The line is always the same.
#[derive(Default)]
pub(crate) struct Ready;

impl Compose for Ready {
    fn compose(&mut self, _number: u64) -> &[u8] {
        black_box(
            b"2026-11-21 10:00:00,123 - app.module - INFO - \
              request 123456 served in 0.123 ms for user alice\n",
        )
    }
}

/// The line is put together byte by byte; the text of the second is kept.
#[derive(Default)]
pub(crate) struct ByHand {
    line: Line,
    time: Second,
}

impl Compose for ByHand {
    fn compose(&mut self, number: u64) -> &[u8] {
        let line = &mut self.line;
        line.begin(&mut self.time);
        line.push("request ");
        line.push_number(request(number));
        line.push(" served in ");
        line.push_thousandths(millis());
        line.push(" ms for user ");
        line.push(user());
        line.push("\n");
        line.bytes()
    }
}

/// The same, but for the message, which goes the way of any logger that takes a format string.
#[derive(Default)]
pub(crate) struct CoreFmt {
    line: Line,
    time: Second,
}

impl Compose for CoreFmt {
    fn compose(&mut self, number: u64) -> &[u8] {
        let line = &mut self.line;
        line.begin(&mut self.time);
        let (request, millis, user) = (request(number), millis(), user());
        let message = format_args!("request {request} served in {millis:.3} ms for user {user}");
        line.write_fmt(message).expect("a line fits into its buffer");
        line.push("\n");
        line.bytes()
    }
}

/// A line on the stack.
struct Line {
    bytes: [u8; 256],
    length: usize,
}

impl Line {
    fn begin(&mut self, time: &mut Second) {
        self.length = 0;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.push_bytes(time.text(now));
        self.push(",");
        self.push_padded(now.subsec_millis());
        self.push(" - ");
        self.push(NAME);
        self.push(" - INFO - ");
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    #[inline]
    fn push(&mut self, text: &str) {
        let end = self.length + text.len();
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
    }

    #[inline]
    fn push_bytes<const N: usize>(&mut self, bytes: &[u8; N]) {
        let end = self.length + N;
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    fn push_number(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = digit(number);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        let end = self.length + digits.len() - start;
        self.bytes[self.length..end].copy_from_slice(&digits[start..]);
        self.length = end;
    }

    #[inline]
    fn push_padded(&mut self, thousandths: u32) {
        let number = thousandths.into();
        self.push_bytes(&[digit(number / 100), digit(number / 10), digit(number)]);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small")]
    fn push_thousandths(&mut self, value: f64) {
        let thousandths = (value * 1000.0 + 0.5) as u32;
        self.push_number((thousandths / 1000).into());
        self.push(".");
        self.push_padded(thousandths % 1000);
    }
}

impl Default for Line {
    fn default() -> Self {
        Self { bytes: [0; 256], length: 0 }
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

/// The last digit.
#[inline]
fn digit(number: u64) -> u8 {
    b'0' + (number % 10) as u8
}

/// The text of the last second.
#[derive(Default)]
struct Second {
    second: u64,
    text: [u8; 19],
}

impl Second {
    #[inline]
    fn text(&mut self, now: Duration) -> &[u8; 19] {
        if self.second != now.as_secs() {
            self.render(now.as_secs());
        }
        &self.text
    }

    #[cold]
    fn render(&mut self, second: u64) {
        self.second = second;
        let mut text = String::new();
        let time = TimeText::new().default_msec_format(None);
        let written = time.write(Duration::from_secs(second).as_secs_f64(), 0.0, &mut text);
        written.expect("a date of this millennium");
        self.text = text.as_bytes().try_into().expect("its year has four digits");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_the_same_but_for_the_time() {
        let number = 23_456;
        let ready = Ready.compose(number).to_vec();
        assert_eq!(ready.len(), 95);
        let by_hand = ByHand::default().compose(number).to_vec();
        let core_fmt = CoreFmt::default().compose(number).to_vec();
        assert_eq!((&by_hand[23..], &core_fmt[23..]), (&ready[23..], &ready[23..]));
        let shape = |line: &[u8]| line[..23].iter().map(u8::is_ascii_digit).collect::<Vec<_>>();
        assert_eq!((shape(&by_hand), shape(&core_fmt)), (shape(&ready), shape(&ready)));
    }
}
