//! What can be measured, and the table of it.

use std::io;
use std::ops::Range;

use crate::{file, logger, net, queue, raw, record};

/// Something that takes records.
pub(crate) trait Workload: Sync {
    /// What one thread works with, made by that thread.
    fn worker(&self) -> Box<dyn Worker + '_>;

    /// Brings out what is held back. It is part of what is measured.
    fn finish(&self) {}
}

/// One thread's part of a workload.
pub(crate) trait Worker {
    /// Logs the record of that number.
    fn log(&mut self, number: u64);

    /// Gets ready for the record of that number; not timed.
    fn get_ready(&mut self, _number: u64) {}

    /// Logs records one after the other, in a loop that the compiler sees through.
    fn log_all(&mut self, numbers: Range<u64>) {
        for number in numbers {
            self.log(number);
        }
    }

    /// Brings out what this worker holds back.
    fn finish(&mut self) {}
}

/// One line of the table.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) default_n: u64,
    pub(crate) make: Make,
}

/// Makes a workload, with files and whatever else it needs.
pub(crate) type Make = fn() -> io::Result<Box<dyn Workload>>;

const fn entry(name: &'static str, default_n: u64, make: Make, about: &'static str) -> Entry {
    Entry { name, about, default_n, make }
}

/// Every workload, by family.
pub(crate) const WORKLOADS: &[Entry] = &[
    entry("raw_write", WRITES, raw::write, "the line, ready made, in one write a record"),
    entry("raw_fmt", WRITES, raw::write_fmt, "… put together by hand"),
    entry("raw_stdfmt", WRITES, raw::write_stdfmt, "… with the message through core::fmt"),
    entry("raw_buffered", LINES, raw::buffered, "the line, ready made, through 64 KiB"),
    entry("raw_buffered_fmt", LINES, raw::buffered_fmt, "… put together by hand"),
    entry(
        "raw_buffered_stdfmt",
        LINES,
        raw::buffered_stdfmt,
        "… with the message through core::fmt",
    ),
    entry("format_only_raw", LINES, raw::discard, "the line, ready made, thrown away"),
    entry("format_only_raw_fmt", LINES, raw::discard_fmt, "… put together by hand"),
    entry(
        "format_only_raw_stdfmt",
        LINES,
        raw::discard_stdfmt,
        "… with the message through core::fmt",
    ),
    entry(
        "format_only",
        LINES,
        || Ok(logger::format_only()),
        "a handler that formats and throws away",
    ),
    entry(
        "disabled",
        CALLS,
        || Ok(logger::disabled()),
        "a level that is disabled in the whole tree",
    ),
    entry("disabled_here", CALLS, || Ok(logger::disabled_here()), "… here, and enabled elsewhere"),
    entry("raw_json", LINES, || Ok(record::raw()), "a record as JSON, checked and copied"),
    entry("record_to_json", LINES, || Ok(record::to_json()), "a record, written as JSON"),
    entry("record_from_json", LINES, || Ok(record::from_json()), "… and read"),
    entry("file_flush", WRITES, file::flush, "FileHandler: one write a record"),
    entry("file_buffered", LINES, file::buffered, "FileHandler, buffered with 64 KiB"),
    entry("rotate_size", WRITES, file::rotate_size, "RotatingFileHandler: 1 MiB, 5 backups"),
    entry("raw_udp", WRITES, net::raw_udp, "a datagram for syslog, ready made"),
    entry("raw_udp_stdfmt", WRITES, net::raw_udp_stdfmt, "… with the message through core::fmt"),
    entry("syslog_udp", WRITES, net::syslog_udp, "SysLogHandler: one datagram a record"),
    entry("raw_tcp", WRITES, net::raw_tcp, "a frame of 551 bytes, ready made"),
    entry("socket_pickle", WRITES, net::socket_pickle, "SocketHandler: one pickle a record"),
    entry(
        "socket_pickle_batched",
        LINES,
        net::socket_pickle_batched,
        "SocketHandler, buffered with 64 KiB",
    ),
    entry("udp_pickle", WRITES, net::udp_pickle, "DatagramHandler: one pickle a record"),
    entry("raw_gelf_tcp", WRITES, net::raw_gelf_tcp, "a GELF message put together by core::fmt"),
    entry("gelf_tcp", WRITES, net::gelf_tcp, "GelfTcpHandler: one message a record"),
    entry("gelf_tcp_batched", LINES, net::gelf_tcp_batched, "GelfTcpHandler, buffered with 64 KiB"),
    entry("gelf_udp", WRITES, net::gelf_udp, "GelfUdpHandler: the same, compressed by zlib"),
    entry(
        "memory",
        LINES,
        || Ok(queue::memory()),
        "MemoryHandler of 1000 before one that does nothing",
    ),
    entry("raw_queue", LINES, || Ok(queue::raw()), "the line, ready made, in a slot of a channel"),
    entry(
        "raw_queue_stdfmt",
        LINES,
        || Ok(queue::raw_stdfmt()),
        "… put together, with the message through core::fmt",
    ),
    entry(
        "queue_producer",
        LINES,
        queue::producer,
        "QueueHandler before a listener that throws away",
    ),
    entry(
        "raw_queue_bursts",
        BURSTS,
        || Ok(queue::raw_bursts()),
        "raw_queue_stdfmt in bursts of 100, one a millisecond",
    ),
    entry("queue_bursts", BURSTS, queue::bursts, "queue_producer in such bursts"),
    entry(
        "queue_throughput",
        LINES,
        queue::throughput,
        "QueueHandler before a listener that writes a file of 64 KiB of buffer",
    ),
];

/// Records that each cost a system call.
const WRITES: u64 = 300_000;
/// Records that cost a line.
const LINES: u64 = 1_000_000;
/// Records with pauses between them: so many that few of them find their slot for the first time.
const BURSTS: u64 = 1_000_000;
/// Records that cost next to nothing.
const CALLS: u64 = 50_000_000;
