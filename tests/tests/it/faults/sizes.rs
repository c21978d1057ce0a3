//! Records that are large, and records that are larger than they seem: row A9.

use std::fs;

use handlers_core::{Handler, Record};
use handlers_file::RotatingFileHandler;
use handlers_tests::test_dir;

use crate::writer::{Found, Writer};

// Three copies beside the program's own, as with CPython, and nothing that stays.
#[test]
fn a_message_of_a_hundred_megabytes_is_written_whole() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).option("--n", 2).option("--pad", HUGE);
        let mut running = writer.option("--max", 1000).option("--pause-at", 1).start();
        running.wait_for_pause(1);
        let status = fs::read_to_string(format!("/proc/{}/status", running.id()));
        let status = status.expect("the program is running");
        running.go_on();
        let ended = running.finish();
        assert_eq!((ended.count("emitted"), ended.count("failed")), (2, 0), "{handler}");
        let (peak, left) = (memory(&status, "VmHWM:"), memory(&status, "VmRSS:"));
        assert!(peak < HUGE * 43 / 10, "{handler}: {peak} bytes of memory");
        assert!(left < HUGE * 13 / 10, "{handler}: {left} bytes of memory are kept");

        let files = Found::files_in(dir.path()).into_iter().filter(|path| path.exists());
        let sizes: Vec<u64> =
            files.map(|path| path.metadata().expect("it is there").len()).collect();
        let whole = "p0 seq=00000000 \n".len() as u64 + HUGE;
        // A record that is larger than a file gets a file of its own.
        let expected = if handler == "file" { vec![2 * whole] } else { vec![whole; 2] };
        assert_eq!(sizes, expected, "{handler}");
    }
}

// What CPython 3.13 makes of it: it counts the bytes that are there, and the characters to come.
#[test]
fn characters_of_several_bytes_do_not_keep_a_file_from_being_put_aside() {
    for (character, sizes) in
        [('x', [909, 101]), ('é', [1005, 1005]), ('日', [903, 903]), ('😀', [1203, 1203])]
    {
        let dir = test_dir!();
        let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(1000);
        let handler = builder.backup_count(50).build().expect("the file can be opened");
        let message = String::from(character).repeat(100);
        for _ in 0..10 {
            handler.handle(&Record::builder().message(&message).build());
        }
        let files = Found::files_in(dir.path())
            .into_iter()
            .filter_map(|path| fs::read_to_string(path).ok());
        let files: Vec<String> = files.collect();
        assert_eq!([files[0].len(), files[1].len()], sizes, "{character}");
        let lines: Vec<&str> = files.iter().flat_map(|text| text.lines()).collect();
        assert_eq!(lines, vec![message.as_str(); 10], "{character}");
    }
}

fn memory(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"));
    let kilobytes: u64 = line.expect("the line is there").trim().parse().expect("it is a number");
    kilobytes * 1024
}

const HUGE: u64 = 100_000_000;
