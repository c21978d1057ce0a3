//! Text encodings: from text to the bytes that Python's text files hold.
//!
//! An [`Encoding`] is found by a name of Python's. An [`Encoder`] writes the texts of one stream in
//! it, with [`EncodeErrors`] for what becomes of characters that the encoding does not have.
//!
//! The bytes are CPython's, character by character. That is not what browsers write under the same
//! name: for them Latin-1 is Windows-1252, GBK has the euro and Shift JIS has the characters of
//! vendors.
//!
//! # Encodings
//!
//! - UTF-7, UTF-8, UTF-8 with a byte-order mark (`utf-8-sig`), UTF-16 and UTF-32;
//! - ASCII, ISO 8859-1 to 16, KOI8-R, -T and -U, TIS-620, the code pages of Windows (1250 to
//!   1258), MS-DOS (437, 850 and so on), the Mac, IBM's mainframes and a few more: all that CPython
//!   has;
//! - for Chinese GB 2312, GBK, GB 18030, HZ, Big5 and code page 950; for Japanese EUC-JP, Shift
//!   JIS, code page 932 and ISO-2022-JP with `-1`, `-2` and `-EXT`; for Korean EUC-KR, code page
//!   949 and ISO-2022-KR.
//!
//! # Differences from Python
//!
//! CPython also has Big5-HKSCS, Johab and the encodings of JIS X 0213. Nor are there here the
//! codecs for host names (`idna`, `punycode`) and for Python's own literals (`unicode_escape`), and
//! no codec can be registered.

mod charmap;
mod charset;
mod cjk;
mod codec;
mod encoder;
mod errors;
mod name;
mod table;
mod unicode;
mod utf7;

pub use self::encoder::Encoder;
pub use self::errors::EncodeErrors;
pub use self::name::Encoding;
