//! Text that is more than ASCII: CPython's `EncodingTest`.

use std::io::{self, Write};
use std::sync::Arc;

use handlers_core::{Handler, Manager, warning};
use handlers_file::encoding::{EncodeErrors, Encoder, Encoding};
use handlers_file::{FileHandler, StreamHandler};
use handlers_tests::support::SharedBuffer;
use handlers_tests::test_dir;

// EncodingTest.test_encoding_plain_file; FILE-3, FILE-12.
#[test]
fn a_file_holds_what_was_logged_in_its_encoding() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("test.log")).encoding(Encoding::UTF_8);
    let handler: Arc<dyn Handler> = Arc::new(builder.build().unwrap());
    let log = Manager::new().get_logger("test");
    log.add_handler(Arc::clone(&handler));
    warning!(log, "foo\u{80}");
    log.remove_handler(&handler);
    handler.close().unwrap();
    assert_eq!(dir.read_bytes("test.log"), b"foo\xc2\x80\n");
}

// EncodingTest.test_encoding_cyrillic_unicode; CORE-123. A stream that encodes what it is given
// works, because it is given a whole line at a time.
#[test]
fn a_stream_may_have_an_encoding_of_its_own() {
    struct Encoded {
        encoder: Encoder,
        stream: SharedBuffer,
    }

    impl Write for Encoded {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
            let mut encoded = Vec::new();
            self.encoder.encode(text, &mut encoded).map_err(io::Error::other)?;
            self.stream.write_all(&encoded)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.stream.flush()
        }
    }

    let stream = SharedBuffer::new();
    let cp1251 = Encoding::by_name("cp1251").unwrap();
    let encoder = Encoder::new(&cp1251, EncodeErrors::Strict);
    let log = Manager::new().get_logger("test");
    log.add_handler(Arc::new(StreamHandler::new(Encoded { encoder, stream: stream.clone() })));
    warning!(log, "до свидания");
    assert_eq!(stream.bytes(), b"\xe4\xee \xf1\xe2\xe8\xe4\xe0\xed\xe8\xff\n");
}
