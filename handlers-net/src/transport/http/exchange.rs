//! Requests and their answers, on one connection.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call, RecvBodyResult, RecvResponseResult, SendRequestResult};
use ureq_proto::http::{Request, StatusCode, header};
use ureq_proto::{BodyMode, Error as ProtocolError};

use super::status::judge;
use crate::transport::Transport;

/// A connection that is asked and answers.
pub(super) struct Requests {
    connection: Box<dyn Transport>,
    request: Request<()>,
    retried: Arc<[u16]>,
    /// What is sent, kept for its capacity.
    output: Vec<u8>,
    /// What has been received and not been understood yet.
    input: Vec<u8>,
    /// Whether another request may not follow.
    is_spent: bool,
}

impl Requests {
    pub(super) fn new(
        connection: Box<dyn Transport>,
        request: Request<()>,
        retried: Arc<[u16]>,
    ) -> Self {
        let (output, input) = (Vec::new(), Vec::new());
        Self { connection, request, retried, output, input, is_spent: false }
    }

    /// Sends `body`. Gives the status of the answer.
    fn exchange(&mut self, body: &[u8], deadline: Instant) -> io::Result<StatusCode> {
        let call = self.write(body)?;
        let sent = self.connection.send(&self.output, deadline);
        // A server may refuse a body before it has read all of it.
        let answered = self.receive_answer(call, deadline);
        match (sent, answered) {
            (Ok(()), answered) => answered,
            (Err(_), Ok(status)) if !status.is_success() => {
                self.is_spent = true;
                Ok(status)
            }
            (Err(error), _) => {
                self.is_spent = true;
                Err(error)
            }
        }
    }

    /// Writes the request, its head and `body`, to be sent at once.
    fn write(&mut self, body: &[u8]) -> io::Result<Call<RecvResponse>> {
        let mut call = Call::new(self.request.clone()).map_err(invalid)?;
        call.header(header::CONTENT_LENGTH, body.len()).map_err(invalid)?;
        let mut call = call.proceed();
        self.output.resize(self.head_room(), 0);
        let length = call.write(&mut self.output).map_err(invalid)?;
        self.output.truncate(length);
        self.output.extend_from_slice(body);
        let call = match call.proceed().map_err(invalid)? {
            Some(SendRequestResult::RecvResponse(call)) => Some(call),
            Some(SendRequestResult::SendBody(mut call)) => {
                call.consume_direct_write(body.len()).map_err(invalid)?;
                call.proceed()
            }
            Some(SendRequestResult::Await100(_)) | None => None,
        };
        call.ok_or_else(|| invalid(ProtocolError::OutputOverflow))
    }

    /// More than the head of the request needs.
    fn head_room(&self) -> usize {
        let headers = self.request.headers().iter();
        let headers: usize =
            headers.map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let uri = self.request.uri();
        let path = uri.path_and_query().map_or(1, |path| path.as_str().len());
        headers + 2 * path + uri.authority().map_or(0, |authority| authority.as_str().len()) + 256
    }

    fn receive_answer(
        &mut self,
        mut call: Call<RecvResponse>,
        deadline: Instant,
    ) -> io::Result<StatusCode> {
        let mut most = LARGEST_HEAD;
        let status = loop {
            let (used, response) = call.try_response(&self.input, false).map_err(invalid)?;
            self.input.drain(..used);
            most = most.saturating_sub(used);
            match response {
                Some(response) => break response.status(),
                // An answer that is not the last one, such as `100 Continue`.
                None if used > 0 => {}
                None if self.input.len() >= most => {
                    return Err(invalid(ProtocolError::HttpParseTooManyHeaders));
                }
                None => self.fill(deadline)?,
            }
        };
        self.is_spent = match call.proceed() {
            Some(RecvResponseResult::RecvBody(call)) => !self.skip_body(call, deadline),
            Some(RecvResponseResult::Redirect(call)) => call.must_close_connection(),
            Some(RecvResponseResult::Cleanup(call)) => call.must_close_connection(),
            None => true,
        };
        Ok(status)
    }

    /// Reads to the end of an answer, which nobody needs but for what comes after it. Says whether
    /// another request may follow.
    fn skip_body(&mut self, mut call: Call<RecvBody>, deadline: Instant) -> bool {
        let mut text = [0; 1024];
        let mut most = LARGEST_BODY;
        while call.body_mode() != BodyMode::CloseDelimited {
            let Ok((used, _)) = call.read(&self.input, &mut text) else { return false };
            self.input.drain(..used);
            most = most.saturating_sub(used);
            if call.can_proceed() {
                return match call.proceed() {
                    Some(RecvBodyResult::Redirect(call)) => !call.must_close_connection(),
                    Some(RecvBodyResult::Cleanup(call)) => !call.must_close_connection(),
                    None => false,
                };
            }
            if most == 0 || used == 0 && self.fill(deadline).is_err() {
                return false;
            }
        }
        false
    }

    fn fill(&mut self, deadline: Instant) -> io::Result<()> {
        let mut part = [0; 4096];
        match self.connection.receive(&mut part, deadline) {
            Ok(0) => Err(gone()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(gone()),
            Err(error) => Err(error),
            Ok(received) => {
                self.input.extend_from_slice(part.get(..received).unwrap_or_default());
                Ok(())
            }
        }
    }
}

impl Transport for Requests {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        if self.is_spent {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.is_spent = true;
        let status = self.exchange(bytes, deadline)?;
        self.output.shrink_to(LARGEST_KEPT);
        judge(status, &self.retried)
    }

    /// What comes without having been asked for would be taken for the next answer.
    fn is_closed(&mut self) -> bool {
        if !self.is_spent {
            let said = self.connection.receive(&mut [0], Instant::now());
            let is_silent = said.is_err_and(|error| {
                matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
            });
            self.is_spent = !is_silent || !self.input.is_empty();
        }
        self.is_spent
    }

    fn is_confirmed(&self) -> bool {
        true
    }

    fn leave(&mut self) {
        self.is_spent = true;
        self.connection.leave();
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Requests");
        debug.field("connection", &self.connection).field("is_spent", &self.is_spent);
        debug.finish_non_exhaustive()
    }
}

#[cold]
fn gone() -> io::Error {
    let text = "the server has closed the connection without an answer";
    io::Error::new(io::ErrorKind::UnexpectedEof, text)
}

/// The server speaks another protocol.
#[cold]
fn invalid(error: ProtocolError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// What an answer may have before its body, those that are not the last one included.
const LARGEST_HEAD: usize = 32 * 1024;

/// A longer body is not read for the sake of the connection.
const LARGEST_BODY: usize = 64 * 1024;

/// One enormous frame must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;
