//! The codecs of CPython, by all their names.

use std::fmt;

use Charset::{
    Ascii, Cp932, EucJp, EucKr, Gb18030, Hz, Iso2022Jp, Iso2022Kr, Latin1, Pairs, ShiftJis,
};
use Order::{Big, Little, Marked};
use Unicode::{Utf7, Utf8, Utf8Sig, Utf16, Utf32};

use super::charmap::{Charmap, dos, ebcdic, iso8859, mac, others, windows};
use super::charset::Charset;
use super::cjk::chinese::{BIG5, CP950, GB2312, GBK};
use super::cjk::iso2022::Set;
use super::cjk::korean::CP949;
use super::unicode::{Order, Unicode};

/// An encoding and the names of CPython's codec for it.
pub(super) struct Codec {
    /// The name that the codec gives itself.
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// More names, normalized.
    aliases: &'static str,
}

/// How text becomes bytes.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Charset(Charset),
    Unicode(Unicode),
}

/// What a name stands for in CPython.
pub(super) enum Found {
    Codec(&'static Codec),
    Nothing,
    NotSupported,
    NotText,
}

impl Codec {
    /// The name in the codec's errors, which is not always its own.
    pub(super) fn error_name(&self) -> &'static str {
        match self.form {
            Form::Charset(Charset::Charmap(_)) => "charmap",
            Form::Charset(Latin1) => "latin-1",
            _ => self.name,
        }
    }

    pub(super) fn is_utf8(&self) -> bool {
        matches!(self.form, Form::Unicode(Utf8))
    }

    fn answers_to(&self, key: &str, undotted: &str) -> bool {
        // The name of the module is that of the codec, in Python's spelling.
        let module = self.name.bytes().map(|byte| if byte == b'-' { b'_' } else { byte });
        module.eq(key.bytes()) || has_word(self.aliases, key, undotted)
    }
}

/// Gives the name alone: nobody wants to see the tables.
impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Looks a name up as `codecs.lookup` does: normalized, then among the aliases, there also with
/// full stops taken as underscores, then among the modules.
pub(super) fn find(name: &str) -> Found {
    let key = normalize(name);
    let undotted = key.replace('.', "_");
    if let Some(codec) = CODECS.iter().find(|codec| codec.answers_to(&key, &undotted)) {
        Found::Codec(codec)
    } else if has_word(NOT_TEXT, &key, &undotted) {
        Found::NotText
    } else if has_word(NOT_SUPPORTED, &key, &undotted) {
        Found::NotSupported
    } else {
        Found::Nothing
    }
}

/// Puts a name in lower case, with one underscore for whatever is between its words.
fn normalize(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
        if !key.is_empty() && !word.is_empty() {
            key.push('_');
        }
        key.push_str(word);
    }
    key.make_ascii_lowercase();
    key
}

fn has_word(words: &str, key: &str, undotted: &str) -> bool {
    words.split_ascii_whitespace().any(|word| word == key || word == undotted)
}

const fn charmap(name: &'static str, charmap: &'static Charmap, aliases: &'static str) -> Codec {
    charset(name, Charset::Charmap(charmap), aliases)
}

const fn charset(name: &'static str, charset: Charset, aliases: &'static str) -> Codec {
    Codec { name, form: Form::Charset(charset), aliases }
}

const fn unicode(name: &'static str, format: Unicode, aliases: &'static str) -> Codec {
    Codec { name, form: Form::Unicode(format), aliases }
}

pub(super) const UTF_8: Codec = unicode("utf-8", Utf8, "cp65001 u8 utf utf8 utf8_ucs2 utf8_ucs4");

const ISO2022_JP: &[Set] = &[Set::Ascii, Set::JisX0208, Set::JisX0201Roman];
const ISO2022_JP_1: &[Set] = &[Set::Ascii, Set::JisX0208, Set::JisX0212, Set::JisX0201Roman];
const ISO2022_JP_2: &[Set] =
    &[Set::Ascii, Set::JisX0208, Set::JisX0212, Set::KsX1001, Set::Gb2312, Set::JisX0201Roman];
const ISO2022_JP_EXT: &[Set] =
    &[Set::Ascii, Set::JisX0208, Set::JisX0212, Set::JisX0201Roman, Set::JisX0201Katakana];

/// Codecs between other things than text and bytes.
const NOT_TEXT: &str = "base64_codec base64 base_64 bz2_codec bz2 hex_codec hex quopri_codec \
     quopri quoted_printable quotedprintable rot_13 rot13 uu_codec uu zlib_codec zip zlib";

/// Codecs whose characters are in no table here (Hong Kong's, and JIS X 0213), and those that are
/// no way to write a file.
const NOT_SUPPORTED: &str = "big5hkscs big5_hkscs hkscs euc_jis_2004 euc_jis2004 eucjis2004 \
     jisx0213 euc_jisx0213 eucjisx0213 iso2022_jp_2004 iso2022jp_2004 iso_2022_jp_2004 \
     iso2022_jp_3 iso2022jp_3 iso_2022_jp_3 johab cp1361 ms1361 shift_jis_2004 s_jis_2004 \
     shiftjis2004 sjis_2004 shift_jisx0213 s_jisx0213 shiftjisx0213 sjisx0213 charmap idna \
     punycode raw_unicode_escape undefined unicode_escape mbcs ansi dbcs oem";

static CODECS: [Codec; 96] = [
    charset(
        "ascii",
        Ascii,
        "646 ansi_x3.4_1968 ansi_x3.4_1986 ansi_x3_4_1968 cp367 csascii ibm367 iso646_us \
         iso_646.irv_1991 iso_ir_6 us us_ascii",
    ),
    charset("big5", Pairs(&BIG5), "big5_tw csbig5 x_mac_trad_chinese"),
    charmap(
        "cp037",
        &ebcdic::CP037,
        "037 csibm037 ebcdic_cp_ca ebcdic_cp_nl ebcdic_cp_us ebcdic_cp_wt ibm037 ibm039",
    ),
    charmap("cp273", &ebcdic::CP273, "273 csibm273 ibm273"),
    charmap("cp424", &ebcdic::CP424, "424 csibm424 ebcdic_cp_he ibm424"),
    charmap("cp437", &dos::CP437, "437 cspc8codepage437 ibm437"),
    charmap("cp500", &ebcdic::CP500, "500 csibm500 ebcdic_cp_be ebcdic_cp_ch ibm500"),
    charmap("cp720", &dos::CP720, ""),
    charmap("cp737", &dos::CP737, ""),
    charmap("cp775", &dos::CP775, "775 cspc775baltic ibm775"),
    charmap("cp850", &dos::CP850, "850 cspc850multilingual ibm850"),
    charmap("cp852", &dos::CP852, "852 cspcp852 ibm852"),
    charmap("cp855", &dos::CP855, "855 csibm855 ibm855"),
    charmap("cp856", &dos::CP856, ""),
    charmap("cp857", &dos::CP857, "857 csibm857 ibm857"),
    charmap("cp858", &dos::CP858, "858 csibm858 ibm858"),
    charmap("cp860", &dos::CP860, "860 csibm860 ibm860"),
    charmap("cp861", &dos::CP861, "861 cp_is csibm861 ibm861"),
    charmap("cp862", &dos::CP862, "862 cspc862latinhebrew ibm862"),
    charmap("cp863", &dos::CP863, "863 csibm863 ibm863"),
    charmap("cp864", &dos::CP864, "864 csibm864 ibm864"),
    charmap("cp865", &dos::CP865, "865 csibm865 ibm865"),
    charmap("cp866", &dos::CP866, "866 csibm866 ibm866"),
    charmap("cp869", &dos::CP869, "869 cp_gr csibm869 ibm869"),
    charmap("cp874", &windows::CP874, ""),
    charmap("cp875", &ebcdic::CP875, ""),
    charset("cp932", Cp932, "932 ms932 ms_kanji mskanji windows_31j"),
    charset("cp949", Pairs(&CP949), "949 ms949 uhc"),
    charset("cp950", Pairs(&CP950), "950 ms950"),
    charmap("cp1006", &others::CP1006, ""),
    charmap("cp1026", &ebcdic::CP1026, "1026 csibm1026 ibm1026"),
    charmap("cp1125", &dos::CP1125, "1125 cp866u ibm1125 ruscii"),
    charmap("cp1140", &ebcdic::CP1140, "1140 ibm1140"),
    charmap("cp1250", &windows::CP1250, "1250 windows_1250"),
    charmap("cp1251", &windows::CP1251, "1251 windows_1251"),
    charmap("cp1252", &windows::CP1252, "1252 windows_1252"),
    charmap("cp1253", &windows::CP1253, "1253 windows_1253"),
    charmap("cp1254", &windows::CP1254, "1254 windows_1254"),
    charmap("cp1255", &windows::CP1255, "1255 windows_1255"),
    charmap("cp1256", &windows::CP1256, "1256 windows_1256"),
    charmap("cp1257", &windows::CP1257, "1257 windows_1257"),
    charmap("cp1258", &windows::CP1258, "1258 windows_1258"),
    charset("euc_jp", EucJp, "eucjp u_jis ujis"),
    charset(
        "euc_kr",
        EucKr,
        "euckr korean ks_c_5601 ks_c_5601_1987 ks_x_1001 ksc5601 ksx1001 x_mac_korean",
    ),
    charset(
        "gb2312",
        Pairs(&GB2312),
        "chinese csiso58gb231280 euc_cn euccn eucgb2312_cn gb2312_1980 gb2312_80 iso_ir_58 \
         x_mac_simp_chinese",
    ),
    charset("gb18030", Gb18030, "gb18030_2000"),
    charset("gbk", Pairs(&GBK), "936 cp936 ms936"),
    charmap("hp-roman8", &others::HP_ROMAN8, "cp1051 ibm1051 r8 roman8"),
    charset("hz", Hz, "hz_gb hz_gb_2312 hzgb"),
    charset("iso2022_jp", Iso2022Jp(ISO2022_JP), "csiso2022jp iso2022jp iso_2022_jp"),
    charset("iso2022_jp_1", Iso2022Jp(ISO2022_JP_1), "iso2022jp_1 iso_2022_jp_1"),
    charset("iso2022_jp_2", Iso2022Jp(ISO2022_JP_2), "iso2022jp_2 iso_2022_jp_2"),
    charset("iso2022_jp_ext", Iso2022Jp(ISO2022_JP_EXT), "iso2022jp_ext iso_2022_jp_ext"),
    charset("iso2022_kr", Iso2022Kr, "csiso2022kr iso2022kr iso_2022_kr"),
    charset(
        "iso8859-1",
        Latin1,
        "8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 iso_8859_1_1987 iso_ir_100 \
         l1 latin latin1 latin_1",
    ),
    charmap(
        "iso8859-2",
        &iso8859::ISO8859_2,
        "csisolatin2 iso_8859_2 iso_8859_2_1987 iso_ir_101 l2 latin2",
    ),
    charmap(
        "iso8859-3",
        &iso8859::ISO8859_3,
        "csisolatin3 iso_8859_3 iso_8859_3_1988 iso_ir_109 l3 latin3",
    ),
    charmap(
        "iso8859-4",
        &iso8859::ISO8859_4,
        "csisolatin4 iso_8859_4 iso_8859_4_1988 iso_ir_110 l4 latin4",
    ),
    charmap(
        "iso8859-5",
        &iso8859::ISO8859_5,
        "csisolatincyrillic cyrillic iso_8859_5 iso_8859_5_1988 iso_ir_144",
    ),
    charmap(
        "iso8859-6",
        &iso8859::ISO8859_6,
        "arabic asmo_708 csisolatinarabic ecma_114 iso_8859_6 iso_8859_6_1987 iso_ir_127",
    ),
    charmap(
        "iso8859-7",
        &iso8859::ISO8859_7,
        "csisolatingreek ecma_118 elot_928 greek greek8 iso_8859_7 iso_8859_7_1987 iso_ir_126",
    ),
    charmap(
        "iso8859-8",
        &iso8859::ISO8859_8,
        "csisolatinhebrew hebrew iso_8859_8 iso_8859_8_1988 iso_ir_138",
    ),
    charmap(
        "iso8859-9",
        &iso8859::ISO8859_9,
        "csisolatin5 iso_8859_9 iso_8859_9_1989 iso_ir_148 l5 latin5",
    ),
    charmap(
        "iso8859-10",
        &iso8859::ISO8859_10,
        "csisolatin6 iso_8859_10 iso_8859_10_1992 iso_ir_157 l6 latin6",
    ),
    charmap("iso8859-11", &iso8859::ISO8859_11, "iso_8859_11 iso_8859_11_2001 thai"),
    charmap("iso8859-13", &iso8859::ISO8859_13, "iso_8859_13 l7 latin7"),
    charmap(
        "iso8859-14",
        &iso8859::ISO8859_14,
        "iso_8859_14 iso_8859_14_1998 iso_celtic iso_ir_199 l8 latin8",
    ),
    charmap("iso8859-15", &iso8859::ISO8859_15, "iso_8859_15 l9 latin9"),
    charmap(
        "iso8859-16",
        &iso8859::ISO8859_16,
        "iso_8859_16 iso_8859_16_2001 iso_ir_226 l10 latin10",
    ),
    charmap("koi8-r", &others::KOI8_R, "cskoi8r"),
    charmap("koi8-t", &others::KOI8_T, ""),
    charmap("koi8-u", &others::KOI8_U, ""),
    charmap("kz1048", &others::KZ1048, "kz_1048 rk1048 strk1048_2002"),
    charmap("mac-arabic", &mac::MAC_ARABIC, ""),
    charmap("mac-croatian", &mac::MAC_CROATIAN, ""),
    charmap("mac-cyrillic", &mac::MAC_CYRILLIC, "maccyrillic"),
    charmap("mac-farsi", &mac::MAC_FARSI, ""),
    charmap("mac-greek", &mac::MAC_GREEK, "macgreek"),
    charmap("mac-iceland", &mac::MAC_ICELAND, "maciceland"),
    charmap("mac-latin2", &mac::MAC_LATIN2, "mac_centeuro maccentraleurope maclatin2"),
    charmap("mac-roman", &mac::MAC_ROMAN, "macintosh macroman"),
    charmap("mac-romanian", &mac::MAC_ROMANIAN, ""),
    charmap("mac-turkish", &mac::MAC_TURKISH, "macturkish"),
    charmap("palmos", &others::PALMOS, ""),
    charmap("ptcp154", &others::PTCP154, "cp154 csptcp154 cyrillic_asian pt154"),
    charset("shift_jis", ShiftJis, "csshiftjis s_jis shiftjis sjis x_mac_japanese"),
    charmap(
        "tis-620",
        &iso8859::TIS_620,
        "iso_ir_166 tis620 tis_620_0 tis_620_2529_0 tis_620_2529_1",
    ),
    unicode("utf-7", Utf7, "u7 unicode_1_1_utf_7 utf7"),
    UTF_8,
    unicode("utf-8-sig", Utf8Sig, ""),
    unicode("utf-16", Utf16(Marked), "u16 utf16"),
    unicode("utf-16-be", Utf16(Big), "unicodebigunmarked utf_16be"),
    unicode("utf-16-le", Utf16(Little), "unicodelittleunmarked utf_16le"),
    unicode("utf-32", Utf32(Marked), "u32 utf32"),
    unicode("utf-32-be", Utf32(Big), "utf_32be"),
    unicode("utf-32-le", Utf32(Little), "utf_32le"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::{EncodeErrors, Encoder, Encoding};

    #[test]
    fn every_character_has_the_bytes_that_cpython_writes_at_the_start_of_a_file() {
        let golden = include_str!("charmap/digests.txt");
        for line in golden.lines() {
            let name = line.split(' ').next().unwrap();
            assert_eq!(format!("{name} {}", digest(name)), line);
        }
        // UTF-16 and UTF-32 in the machine's own order are left out.
        assert_eq!(golden.lines().count(), CODECS.len() - 2);
    }

    /// What `generate.py` makes of the encoding: FNV-1a over each character and its bytes.
    fn digest(name: &str) -> String {
        let encoding = Encoding::by_name(name).unwrap();
        // Nothing is written for a character that the encoding does not have.
        let mut encoder = Encoder::new(&encoding, EncodeErrors::Ignore);
        let (mut state, mut count) = (0xcbf2_9ce4_8422_2325_u64, 0);
        let mut out = Vec::new();
        for c in (0..0x1_0000).chain((0x1_0000..0x11_0000).step_by(257)).filter_map(char::from_u32)
        {
            out.clear();
            encoder.start_of_stream();
            encoder.encode(c.encode_utf8(&mut [0; 4]), &mut out).unwrap();
            if !out.is_empty() {
                count += 1;
                for &byte in u32::from(c).to_be_bytes().iter().chain(&out) {
                    state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                }
            }
        }
        format!("{count} {state:016x}")
    }

    #[test]
    fn no_name_stands_for_two_codecs() {
        let names = CODECS.iter().flat_map(|codec| {
            codec.aliases.split(' ').chain([codec.name]).map(move |name| (name, codec.name))
        });
        for (name, codec) in names.filter(|(name, _)| !name.is_empty()) {
            assert!(matches!(find(name), Found::Codec(found) if found.name == codec), "{name}");
            let key = normalize(name);
            assert_eq!(CODECS.iter().filter(|codec| codec.answers_to(&key, &key)).count(), 1);
        }
    }

    #[test]
    fn a_name_is_normalized_as_codecs_lookup_does() {
        for (name, key) in [
            ("UTF-8", "utf_8"),
            ("  latin   1 ", "latin_1"),
            ("iso646.US", "iso646.us"),
            ("utf\u{2013}8", "utf_8"),
            ("\u{e9}utf8\u{e9}", "utf8"),
            ("-", ""),
            ("", ""),
        ] {
            assert_eq!(normalize(name), key);
        }
    }
}
