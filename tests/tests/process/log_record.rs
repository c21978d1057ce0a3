//! What records gather: the rest of CPython's `LogRecordTest`.

use std::cell::RefCell;

use handlers_core::{
    Fields, Record, RecordSwitches, Value, set_process_name, set_record_switches,
    set_task_name_provider,
};
use handlers_tests::support::alone;

const ALL_OFF: RecordSwitches =
    RecordSwitches { threads: false, processes: false, multiprocessing: false, async_tasks: false };

// LogRecordTest.test_optional; CORE-28 to CORE-31.
#[test]
fn what_is_switched_off_is_not_in_the_record() {
    let _alone = alone();
    let names = ["thread", "threadName", "process", "processName", "taskName"];
    let is_none = || {
        let record = Record::builder().build();
        names.map(|name| Fields::get(&record, name) == Some(Value::None))
    };
    assert_eq!(is_none(), [false, false, false, false, true]);
    set_record_switches(ALL_OFF);
    assert_eq!(is_none(), [true; 5]);
    set_record_switches(RecordSwitches { processes: true, ..ALL_OFF });
    assert_eq!(is_none(), [true, true, false, true, true]);
}

// LogRecordTest.test_multiprocessing; CORE-30.
#[test]
fn a_process_that_has_a_name_is_called_by_it() {
    let _alone = alone();
    assert_eq!(Record::builder().build().process_name(), Some("MainProcess"));
    set_process_name("Process-1");
    assert_eq!(Record::builder().build().process_name(), Some("Process-1"));
    set_record_switches(RecordSwitches { multiprocessing: false, ..RecordSwitches::default() });
    assert_eq!(Record::builder().build().process_name(), None);
}

// LogRecordTest.test_taskName_with_asyncio_imported; CORE-31.
#[test]
fn a_task_is_called_by_the_name_that_the_program_gives_it() {
    thread_local! {
        static TASK: RefCell<Option<String>> = const { RefCell::new(None) };
    }

    let _alone = alone();
    set_task_name_provider(|| TASK.with_borrow(Clone::clone));
    assert_eq!(Record::builder().build().task_name(), None);
    TASK.set(Some("Task-1".to_owned()));
    assert_eq!(Record::builder().build().task_name(), Some("Task-1"));
    set_record_switches(RecordSwitches { async_tasks: false, ..RecordSwitches::default() });
    assert_eq!(Record::builder().build().task_name(), None);
}

// LogRecordTest.test_taskName_without_asyncio_imported; CORE-31.
#[test]
fn a_program_that_does_not_name_its_tasks_has_none() {
    let _alone = alone();
    for async_tasks in [true, false] {
        set_record_switches(RecordSwitches { async_tasks, ..RecordSwitches::default() });
        assert_eq!(Record::builder().build().task_name(), None);
    }
}
