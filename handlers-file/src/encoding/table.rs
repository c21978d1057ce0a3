//! From characters to byte codes, in constant time.

/// Stands in tables for "no character" and "no code"; U+FFFF is no character in any charset.
pub(super) const HOLE: u16 = 0xffff;

/// A map from the characters of the Basic Multilingual Plane to codes of one or two bytes.
///
/// Characters come in pages of 256, and only the pages that a charset uses take memory: some
/// 4 KiB for a code page, 60 KiB for a charset of East Asia.
pub(super) struct CodeTable {
    pages: [Option<Box<[u16; 256]>>; 256],
}

impl CodeTable {
    pub(super) const fn new() -> Self {
        Self { pages: [const { None }; 256] }
    }

    /// The code of `c`.
    pub(super) fn code(&self, c: char) -> Option<u16> {
        let [page, cell] = u16::try_from(u32::from(c)).ok()?.to_be_bytes();
        let code = self.pages[usize::from(page)].as_ref()?[usize::from(cell)];
        (code != HOLE).then_some(code)
    }

    /// Gives `c` a code, or takes its code away with a [`HOLE`].
    pub(super) fn insert(&mut self, c: u16, code: u16) {
        *self.cell(c) = code;
    }

    /// Gives `c` a code unless it has one.
    pub(super) fn insert_first(&mut self, c: u16, code: u16) {
        let cell = self.cell(c);
        if *cell == HOLE {
            *cell = code;
        }
    }

    fn cell(&mut self, c: u16) -> &mut u16 {
        let [page, cell] = c.to_be_bytes();
        let page = self.pages[usize::from(page)].get_or_insert_with(|| Box::new([HOLE; 256]));
        &mut page[usize::from(cell)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_code_stays_and_a_hole_takes_it_away() {
        let mut table = CodeTable::new();
        assert_eq!(table.code('é'), None);
        table.insert_first(0xe9, 0x8821);
        table.insert_first(0xe9, 0x8822);
        assert_eq!(table.code('é'), Some(0x8821));
        table.insert(0xe9, HOLE);
        assert_eq!(table.code('é'), None);
        assert_eq!(table.code('è'), None);
    }
}
