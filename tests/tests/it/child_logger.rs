//! From a logger to those beneath it: CPython's `ChildLoggerTest`.

use handlers_core::Manager;

// ChildLoggerTest.test_child_loggers; CORE-138.
#[test]
fn a_child_is_the_logger_of_the_joined_name() {
    let manager = Manager::new();
    let root = manager.root();
    assert_eq!(root.child("xyz"), manager.get_logger("xyz"));
    assert_eq!(root.child("uvw.xyz"), manager.get_logger("uvw.xyz"));

    let abc = manager.get_logger("abc");
    let def = abc.child("def");
    let ghi = def.child("ghi");
    assert_eq!(def, manager.get_logger("abc.def"));
    assert_eq!(ghi, manager.get_logger("abc.def.ghi"));
    assert_eq!(ghi, abc.child("def.ghi"));
}

// ChildLoggerTest.test_get_children; CORE-139. A name that exists for its descendants only is no
// child, and neither are they.
#[test]
fn children_are_the_existing_loggers_one_level_below() {
    let manager = Manager::new();
    let foo = manager.get_logger("foo");
    let foo_bar = manager.get_logger("foo.bar");
    let _bozz = manager.get_logger("foo.bar.baz.bozz");
    let bar = manager.get_logger("bar");

    assert_eq!(manager.root().children(), [bar, foo.clone()]);
    assert_eq!(foo_bar.children(), []);
    assert_eq!(foo.children(), [foo_bar]);
}

// CORE-137. A logger that comes late takes over those below it, but for those that have a nearer
// parent by then.
#[test]
fn a_logger_keeps_the_nearest_parent_it_has() {
    let manager = Manager::new();
    let c = manager.get_logger("a.b.c");
    assert_eq!(c.parent(), Some(manager.root()));
    let b = manager.get_logger("a.b");
    assert_eq!(c.parent(), Some(b.clone()));
    let a = manager.get_logger("a");
    assert_eq!(c.parent(), Some(b.clone()));
    assert_eq!(b.parent(), Some(a));
}
