//! The instructions of protocol 1.

/// Appends the value on top to the list below it.
pub(super) const APPEND: u8 = b'a';
/// Appends all above the mark to the list below it.
pub(super) const APPENDS: u8 = b'e';
/// Pushes a double, big-endian.
pub(super) const BINFLOAT: u8 = b'G';
/// Pushes what the memo has under a number of one byte.
pub(super) const BINGET: u8 = b'h';
/// Pushes a signed integer of four bytes, little-endian.
pub(super) const BININT: u8 = b'J';
/// Pushes an integer of one byte.
pub(super) const BININT1: u8 = b'K';
/// Pushes an integer of two bytes, little-endian.
pub(super) const BININT2: u8 = b'M';
/// Puts the value on top into the memo, under a number of one byte.
pub(super) const BINPUT: u8 = b'q';
/// Pushes text: four bytes of length, little-endian, then UTF-8.
pub(super) const BINUNICODE: u8 = b'X';
/// Gives the value on top to the object below it as its state.
pub(super) const BUILD: u8 = b'b';
pub(super) const EMPTY_DICT: u8 = b'}';
pub(super) const EMPTY_LIST: u8 = b']';
pub(super) const EMPTY_TUPLE: u8 = b')';
/// `False`, as the integer that it was in Python 2.
pub(super) const FALSE: &[u8] = b"I00\n";
/// Pushes what a module has under a name: two lines of text.
pub(super) const GLOBAL: u8 = b'c';
/// Pushes an integer of any size: its decimal digits, an `L` and the end of the line.
pub(super) const LONG: u8 = b'L';
/// Like [`BINGET`], with a number of four bytes, little-endian.
pub(super) const LONG_BINGET: u8 = b'j';
/// Like [`BINPUT`], with a number of four bytes, little-endian.
pub(super) const LONG_BINPUT: u8 = b'r';
/// Marks a place on the stack.
pub(super) const MARK: u8 = b'(';
pub(super) const NONE: u8 = b'N';
/// Calls what is below the tuple on top with it.
pub(super) const REDUCE: u8 = b'R';
/// Stores one key and its value in the dictionary below them.
pub(super) const SETITEM: u8 = b's';
/// Stores all keys and values above the mark in the dictionary below it.
pub(super) const SETITEMS: u8 = b'u';
/// Ends the pickle.
pub(super) const STOP: u8 = b'.';
/// `True`, as the integer that it was in Python 2.
pub(super) const TRUE: &[u8] = b"I01\n";
/// Makes a tuple of all above the mark.
pub(super) const TUPLE: u8 = b't';
