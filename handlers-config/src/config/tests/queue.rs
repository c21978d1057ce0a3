//! Queue handlers and the listeners behind them (CONF-45 to CONF-55).

use std::sync::atomic::{AtomicU32, Ordering};

use handlers_queue::{Channel, QueueHandler, RecordQueue};

use super::*;
use crate::registry::{Parameters, Prepared};

type Queued = QueueHandler<Arc<dyn RecordQueue>>;

const LONG: Duration = Duration::from_secs(30);

/// The end of a configuration whose handler `h` has a queue, in front of `m`.
const BEHIND: &str = "
  m: {class: logging.handlers.MemoryHandler, capacity: 100, level: CRITICAL}
root: {handlers: [h]}
";

fn with_queue(settings: &str) -> String {
    let class = "class: logging.handlers.QueueHandler, handlers: [m]";
    format!("version: 1\nhandlers:\n  h: {{{class}{settings}}}{BEHIND}")
}

fn messages(configured: &Configured) -> Vec<String> {
    let memory = configured.handler("m").expect("there is one");
    let any: &dyn std::any::Any = &**memory;
    let memory: &handlers_queue::MemoryHandler = any.downcast_ref().expect("it is of that class");
    let message = |record: &Record<'_>| record.message().map(String::from);
    memory.buffered().iter().map(message).collect::<Result<_>>().expect("they have messages")
}

// CONF-51, CONF-52, CONF-54.
#[test]
fn a_listener_is_made_and_left_to_the_program_to_start() {
    let _alone = alone();
    let manager = Manager::new();
    let configured = apply(&with_queue(""), &manager);
    log(&manager, "waits");
    let listener = configured.listener("h").expect("there is one");
    assert!(!listener.is_running() && !listener.respect_handler_level());
    assert_eq!((messages(&configured).len(), handler::<Queued>(&configured).queue().len()), (0, 1));

    let listening = configured.start_listeners().unwrap();
    assert_eq!(listening.len(), 1);
    // Running ones are left alone.
    assert_eq!(configured.start_listeners().unwrap().len(), 0);
    log(&manager, "comes");
    drop(listening);
    assert_eq!(messages(&configured), ["waits", "comes"]);
    assert!(configured.listener("m").is_none() && configured.listener("x").is_none());
}

#[test]
fn whoever_respects_levels_gets_none_below_them() {
    let _alone = alone();
    let manager = Manager::new();
    let configured = apply(&with_queue(", respect_handler_level: true"), &manager);
    let listening = configured.start_listeners().unwrap();
    log(&manager, "an error, which is not critical");
    drop(listening);
    assert_eq!(messages(&configured), [""; 0]);
}

// CONF-46 to CONF-48.
#[test]
fn a_queue_is_named_or_described_or_has_always_room() {
    let _alone = alone();
    for (settings, room) in [
        ("", 5),
        (", queue: queue.Queue", 5),
        (", queue: queue.SimpleQueue", 5),
        (", queue: {(): queue.Queue}", 5),
        (", queue: {(): queue.Queue, maxsize: 0}", 5),
        (", queue: {(): queue.Queue, maxsize: -1}", 5),
        (", queue: {(): queue.Queue, maxsize: 3}", 3),
        (", queue: {(): queue.Queue, maxsize: 2.5}", 3),
    ] {
        let manager = Manager::new();
        let configured = apply(&with_queue(settings), &manager);
        let queue = handler::<Queued>(&configured);
        queue.base().set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {})));
        (0..5).for_each(|_| log(&manager, "fills it"));
        assert_eq!((queue.queue().len(), queue.base().counters().failed), (room, 5 - room as u64));
    }
}

#[test]
fn listeners_of_queues_in_a_row_are_stopped_from_the_front() {
    let _alone = alone();
    let manager = Manager::new();
    let text = "
version: 1
handlers:
  z: {class: logging.handlers.QueueHandler, handlers: [y]}
  y: {class: logging.handlers.QueueHandler, handlers: [m]}
  m: {class: logging.handlers.MemoryHandler, capacity: 9999}
root: {handlers: [z]}
";
    let configured = apply(text, &manager);
    let names: Vec<&str> = configured.listeners().map(|(name, _)| name).collect();
    assert_eq!(names, ["y", "z"]);
    let listening = configured.start_listeners().unwrap();
    (0..1000).for_each(|_| log(&manager, "through both"));
    drop(listening);
    assert_eq!(messages(&configured).len(), 1000);
}

#[test]
fn shutdown_waits_for_what_is_queued() {
    let _alone = alone();
    let manager = Manager::new();
    let configured = apply(&with_queue(""), &manager);
    for listening in configured.start_listeners().unwrap() {
        listening.detach();
    }
    (0..50).for_each(|_| log(&manager, "queued"));
    shutdown(LONG);
    assert_eq!(handler::<Queued>(&configured).pending(), 0);
    assert!(!configured.listener("h").expect("there is one").stop(LONG).timed_out);
}

#[test]
fn a_program_adds_queues_and_listeners_of_its_own() {
    let _alone = alone();
    let manager = Manager::new();
    let queue = Channel::unbounded();
    let (of_registry, built) = (queue.clone(), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&built);
    let registry = Registry::standard()
        .queue("app.queue", Parameters::new().optional("url"), move |arguments| {
            assert_eq!(arguments.text("url")?.as_deref(), Some("redis://host"));
            let queue = of_registry.clone();
            Ok(Prepared::queue(move || Ok(queue)))
        })
        .listener("app.Listener", move |builder| {
            count.fetch_add(1, Ordering::Relaxed);
            builder.stop_timeout(LONG)
        });
    let settings = ", queue: {(): app.queue, url: 'redis://host'}, listener: app.Listener";
    let config = config(&with_queue(settings)).registry(registry);
    assert_eq!(config.check(), []);
    let configured = config.apply_to(&manager).unwrap();
    assert_eq!(built.load(Ordering::Relaxed), 1);
    log(&manager, "in the program's queue");
    assert_eq!(queue.len(), 1);
    drop(configured.start_listeners().unwrap());
    assert_eq!((queue.len(), messages(&configured).len()), (0, 1));
}

// CONF-31: the queue's configuration is read twice, and is whole the second time.
#[test]
fn a_handler_that_is_put_off_gets_its_queue_all_the_same() {
    let _alone = alone();
    let settings = "queue: {(): queue.Queue, maxsize: 2}, handlers: [z]";
    let text = format!(
        "{{version: 1, handlers: {{h: {{class: logging.handlers.QueueHandler, {settings}}}, \
         z: {{class: logging.NullHandler}}}}, root: {{handlers: [h]}}}}"
    );
    let configured = apply(&text, &Manager::new());
    let listener = configured.listener("h").expect("there is one");
    assert_eq!(listener.handlers()[0].base().name().as_deref(), Some("z"));
}

#[test]
fn what_is_wrong_with_a_queue_handler_is_told_with_its_place() {
    let text = "
version: 1
handlers:
  a: {class: logging.handlers.QueueHandler, queue: queue.Quue, handlers: [n]}
  b: {class: logging.handlers.QueueHandler, queue: {maxsize: 9}, handlers: [n]}
  c: {class: logging.handlers.QueueHandler, queue: {(): queue.Queue, maxsize: many}, handlers: [n]}
  d: {class: logging.handlers.QueueHandler, queue: {(): queue.Queue, size: 9}, handlers: [n]}
  e: {class: logging.handlers.QueueHandler, listener: logging.NullHandler, handlers: [n, m]}
  f: {class: logging.handlers.QueueHandler, handlrs: 5, handlers: 5}
  g: {class: logging.handlers.QueueHandler, queue: multiprocessing.Queue, handlers: [n]}
  h: {class: logging.handlers.QueueHandler}
  i: {class: logging.handlers.QueueHandler, queue: {(): queue.Queue, maxsize: 1000000000}, handlers: [n]}
  n: {class: logging.NullHandler}
root: {handlers: [a, b, c, d, e, f, g, h, i]}
";
    assert_eq!(
        problems(text),
        [
            "handlers.a.queue: nothing is known by the name `queue.Quue` \
             (did you mean `queue.Queue`?)",
            "handlers.b.queue: expected the name of a queue class, \
             found a mapping without a class of one",
            "handlers.c.queue.maxsize: `maxsize` must be a number, not text",
            "handlers.d.queue.size: Queue does not take `size` (there is only `maxsize`)",
            "handlers.e.listener: expected the name of a listener class, \
             found `logging.NullHandler`, which is none",
            "handlers.e.handlers: no handler is called 'm' \
             (use one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, …)",
            "handlers.f.handlrs: QueueHandler does not take `handlrs` (did you mean `handlers`?)",
            "handlers.f.handlers: expected a list of names, found an integer",
            "handlers.g.queue: here the queue is one within this process, such as \
             `queue.Queue`",
            "handlers.h: the listener has no handlers, so the records go nowhere \
             (name some under `handlers`)",
            "handlers.i.queue.maxsize: `maxsize` is 1000000 at most; without it there is always \
             room",
        ]
    );
}

// CONF-47, CONF-48, CONF-50.
#[test]
fn errors_are_pythons() {
    let _alone = alone();
    for (settings, expected) in [
        (", queue: 5", "Invalid queue specifier 5"),
        (", queue: {maxsize: 10}", "Invalid queue specifier {'maxsize': 10}"),
        (", queue: logging.INFO", "Invalid queue specifier 'logging.INFO'"),
        (", queue: 'ext://logging.INFO'", "Invalid queue specifier 20"),
        (", listener: logging.NullHandler", "Invalid listener specifier 'logging.NullHandler'"),
        (
            ", listener: 'ext://logging.NullHandler'",
            "Invalid listener specifier <class 'logging.NullHandler'>",
        ),
        (
            ", listener: {(): logging.handlers.QueueListener, queue: 1}",
            "Invalid listener specifier {'()': 'logging.handlers.QueueListener', 'queue': 1}",
        ),
        (", capacity: 1", "QueueHandler.__init__() got an unexpected keyword argument 'capacity'"),
    ] {
        let error = config(&with_queue(settings)).apply_to(&Manager::new()).unwrap_err();
        assert_eq!(chain(&error), ["Unable to configure handler 'h'", expected]);
    }
}
