//! What the status of an answer means.

use std::io;

use ureq_proto::http::StatusCode;

use crate::transport::Refusal;

/// What the server says of a frame.
pub(super) fn judge(status: StatusCode, retried: &[u16]) -> io::Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let reason = status.canonical_reason().unwrap_or_default();
    let text = format!("the server answered {} {reason}", status.as_str());
    Err(Refusal::error(text.trim_end(), !retried.contains(&status.as_u16())))
}

/// Those that the same request may succeed after: too slow, too many, and what those say that stand
/// before a server which is away.
pub(super) const RETRIED: [u16; 5] = [408, 429, 502, 503, 504];

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16) -> (String, Option<bool>) {
        let status = StatusCode::from_u16(status).unwrap();
        match judge(status, &RETRIED) {
            Ok(()) => (String::new(), None),
            Err(error) => (error.to_string(), Refusal::of(&error).map(|refusal| refusal.is_final)),
        }
    }

    #[test]
    fn every_answer_but_success_is_a_refusal() {
        for status in [200, 202, 204, 299] {
            assert_eq!(judged(status), (String::new(), None));
        }
        for (status, text, is_final) in [
            (101, "the server answered 101 Switching Protocols", true),
            (301, "the server answered 301 Moved Permanently", true),
            (404, "the server answered 404 Not Found", true),
            (429, "the server answered 429 Too Many Requests", false),
            (500, "the server answered 500 Internal Server Error", true),
            (503, "the server answered 503 Service Unavailable", false),
            (999, "the server answered 999", true),
        ] {
            assert_eq!(judged(status), (text.to_owned(), Some(is_final)));
        }
    }
}
