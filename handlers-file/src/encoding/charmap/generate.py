"""Writes the code page tables of this folder, and the digests that the tests compare with.

    python3.13 generate.py && rustfmt *.rs

Every table is read off CPython's own codec, one character at a time, so it holds what CPython
writes and not what a standard says. The digests cover the codecs that are not tables too.
"""

import codecs
import pathlib

HERE = pathlib.Path(__file__).parent
HOLE = 0xFFFF

FILES = {
    "dos": (
        "Code pages of MS-DOS.",
        "cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863"
        " cp864 cp865 cp866 cp869 cp1125",
    ),
    "ebcdic": (
        "Code pages of IBM mainframes.",
        "cp037 cp273 cp424 cp500 cp875 cp1026 cp1140",
    ),
    "iso8859": (
        "The parts of ISO 8859 after the first, and Thailand's TIS-620.",
        "iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9"
        " iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 tis_620",
    ),
    "mac": (
        "Code pages of the classic Mac OS.",
        "mac_arabic mac_croatian mac_cyrillic mac_farsi mac_greek mac_iceland mac_latin2"
        " mac_roman mac_romanian mac_turkish",
    ),
    "others": (
        "Code pages of other systems.",
        "cp1006 hp_roman8 koi8_r koi8_t koi8_u kz1048 palmos ptcp154",
    ),
    "windows": (
        "Code pages of Windows.",
        "cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258",
    ),
}

OTHER_CODECS = (
    "ascii big5 cp932 cp949 cp950 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1"
    " iso2022_jp_2 iso2022_jp_ext iso2022_kr latin_1 shift_jis utf_16_be utf_16_le utf_32_be"
    " utf_32_le utf_7 utf_8 utf_8_sig"
)


def characters():
    """Every character of the Basic Multilingual Plane, and a sample of those beyond."""
    for code in [*range(0x10000), *range(0x10000, 0x110000, 257)]:
        if not 0xD800 <= code < 0xE000:
            yield chr(code)


def encodings(name):
    """Yields each character that the codec can write at the start of a stream, and its bytes."""
    new_encoder = codecs.getincrementalencoder(name)
    for char in characters():
        try:
            yield char, new_encoder().encode(char)
        except UnicodeEncodeError:
            pass


def table(name):
    codes = [HOLE] * 256
    for char, encoded in encodings(name):
        (byte,) = encoded
        assert codes[byte] == HOLE, "a byte stands for one character"
        codes[byte] = ord(char)
    return codes


def rust(name):
    codes = table(name)
    low, high = codes[:128], codes[128:]
    if low == list(range(128)):
        value = f"Charmap::over_ascii([{numbers(high)}])"
    else:
        value = f"Charmap::new([{numbers(low)}], [{numbers(high)}])"
    return f"pub(crate) static {name.upper()}: Charmap = {value};\n"


def numbers(codes):
    return ", ".join(f"0x{code:04x}" for code in codes)


def digest(name):
    """FNV-1a over the number of each character and its bytes."""
    state, count = 0xCBF29CE484222325, 0
    for char, encoded in encodings(name):
        count += 1
        for byte in ord(char).to_bytes(4, "big") + encoded:
            state = (state ^ byte) * 0x100000001B3 % 2**64
    return f"{name} {count} {state:016x}\n"


def main():
    names = OTHER_CODECS.split()
    for file, (title, members) in FILES.items():
        names += members.split()
        head = f"//! {title} Written by `generate.py`.\n\nuse super::Charmap;\n\n"
        tables = "\n".join(rust(name) for name in members.split())
        (HERE / f"{file}.rs").write_text(head + tables)
    (HERE / "digests.txt").write_text("".join(digest(name) for name in sorted(names)))


main()
