//! The floor: the line by bare system calls. Threads share the file and nothing else.

use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::{self, Write};
use std::marker::PhantomData;

use crate::line::{ByHand, Compose, CoreFmt, Ready};
use crate::scratch::ScratchDir;
use crate::workload::{Worker, Workload};

pub(crate) fn write() -> io::Result<Box<dyn Workload>> {
    Raw::<Ready, Flush>::make()
}

pub(crate) fn write_fmt() -> io::Result<Box<dyn Workload>> {
    Raw::<ByHand, Flush>::make()
}

pub(crate) fn write_stdfmt() -> io::Result<Box<dyn Workload>> {
    Raw::<CoreFmt, Flush>::make()
}

pub(crate) fn buffered() -> io::Result<Box<dyn Workload>> {
    Raw::<Ready, Buffered>::make()
}

pub(crate) fn buffered_fmt() -> io::Result<Box<dyn Workload>> {
    Raw::<ByHand, Buffered>::make()
}

pub(crate) fn buffered_stdfmt() -> io::Result<Box<dyn Workload>> {
    Raw::<CoreFmt, Buffered>::make()
}

pub(crate) fn discard() -> io::Result<Box<dyn Workload>> {
    Raw::<Ready, Discard>::make()
}

pub(crate) fn discard_fmt() -> io::Result<Box<dyn Workload>> {
    Raw::<ByHand, Discard>::make()
}

pub(crate) fn discard_stdfmt() -> io::Result<Box<dyn Workload>> {
    Raw::<CoreFmt, Discard>::make()
}

/// Lines made by a `C`, brought out by an `O`.
struct Raw<C, O> {
    file: File,
    _dir: ScratchDir,
    parts: PhantomData<fn() -> (C, O)>,
}

impl<C: Compose + 'static, O: Output + 'static> Raw<C, O> {
    fn make() -> io::Result<Box<dyn Workload>> {
        let dir = ScratchDir::new()?;
        let file = OpenOptions::new().append(true).create(true).open(dir.path("raw.log"))?;
        Ok(Box::new(Self { file, _dir: dir, parts: PhantomData }))
    }
}

impl<C: Compose + 'static, O: Output + 'static> Workload for Raw<C, O> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(RawWorker { file: &self.file, compose: C::default(), output: O::default() })
    }
}

struct RawWorker<'w, C, O> {
    file: &'w File,
    compose: C,
    output: O,
}

impl<C: Compose, O: Output> Worker for RawWorker<'_, C, O> {
    fn log(&mut self, number: u64) {
        let line = self.compose.compose(number);
        self.output.put(line, self.file).expect("the disk has room");
    }

    fn finish(&mut self) {
        self.output.finish(self.file).expect("the disk has room");
    }
}

/// What becomes of a line.
trait Output: Default {
    fn put(&mut self, line: &[u8], file: &File) -> io::Result<()>;

    fn finish(&mut self, _file: &File) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Flush;

impl Output for Flush {
    fn put(&mut self, line: &[u8], mut file: &File) -> io::Result<()> {
        file.write_all(line)
    }
}

#[derive(Default)]
struct Buffered(Vec<u8>);

impl Buffered {
    const CAPACITY: usize = 64 * 1024;
}

impl Output for Buffered {
    fn put(&mut self, line: &[u8], file: &File) -> io::Result<()> {
        self.0.extend_from_slice(line);
        if self.0.len() >= Self::CAPACITY { self.finish(file) } else { Ok(()) }
    }

    fn finish(&mut self, mut file: &File) -> io::Result<()> {
        file.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

#[derive(Default)]
struct Discard;

impl Output for Discard {
    fn put(&mut self, line: &[u8], _file: &File) -> io::Result<()> {
        black_box(line);
        Ok(())
    }
}
