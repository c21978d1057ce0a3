//! The expected pickles are CPython 3.13's: `pickle.dumps({"a": 1, "k": value}, 1)`.

use handlers_core::{Error, Object, Result, Value};

use super::{Pickler, with_memo};

fn pickle(value: impl Into<Value<'static>>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    with_memo(|memo| {
        let mut pickler = Pickler::begin_dict(&mut out, memo);
        pickler.entry("a", &Value::from(1))?;
        pickler.entry("k", &value.into())?;
        pickler.end();
        Ok::<_, Error>(())
    })?;
    Ok(out)
}

/// What stands between the key and the end.
fn pickled(value: impl Into<Value<'static>>) -> Vec<u8> {
    let out = pickle(value).unwrap();
    let start = b"}q\0(X\x01\0\0\0aq\x01K\x01X\x01\0\0\0kq\x02";
    let value = out.strip_prefix(start).and_then(|rest| rest.strip_suffix(b"u."));
    value.unwrap_or_else(|| panic!("{} is the dictionary", out.escape_ascii())).to_vec()
}

fn list(items: impl IntoIterator<Item = Value<'static>>) -> Value<'static> {
    Value::List(items.into_iter().collect())
}

// NET-25 to NET-29.
#[test]
fn plain_values_have_their_own_instructions() {
    assert_eq!(pickled(Value::None), b"N");
    assert_eq!(pickled(true), b"I01\n");
    assert_eq!(pickled(false), b"I00\n");
    assert_eq!(pickled(255), b"K\xff");
    assert_eq!(pickled(256), b"M\0\x01");
    assert_eq!(pickled(65_536), b"J\0\0\x01\0");
    assert_eq!(pickled(-1), b"J\xff\xff\xff\xff");
    assert_eq!(pickled(1_i64 << 31), b"L2147483648L\n");
    assert_eq!(pickled(u128::MAX), b"L340282366920938463463374607431768211455L\n");
    assert_eq!(pickled(1.5), b"G\x3f\xf8\0\0\0\0\0\0");
    assert_eq!(pickled("é"), b"X\x02\0\0\0\xc3\xa9q\x03");
    assert_eq!(pickled(Value::Tuple(vec![])), b")");
    assert_eq!(pickled(Value::Tuple(vec![1.into()])), b"(K\x01tq\x03");
    assert_eq!(pickled(list([])), b"]q\x03");
    assert_eq!(pickled(list([Value::None])), b"]q\x03Na");
    assert_eq!(pickled(list([Value::None, true.into()])), b"]q\x03(NI01\ne");
    assert_eq!(pickled(Value::Dict(vec![])), b"}q\x03");
    assert_eq!(pickled(Value::Dict(vec![(1.into(), Value::None)])), b"}q\x03K\x01Ns");
}

// NET-21.
#[test]
fn large_containers_come_in_batches() {
    let ends_with = |value: Value<'static>, end: &[u8]| {
        let bytes = pickled(value);
        assert!(bytes.ends_with(end), "{}", bytes[bytes.len() - 12..].escape_ascii());
    };
    let nones = |count: usize| list((0..count).map(|_| Value::None));
    ends_with(nones(1000), b"NNNe");
    ends_with(nones(1001), b"NNNe(Ne");
    let dict = |count: u32| Value::Dict((0..count).map(|n| (n.into(), Value::None)).collect());
    ends_with(dict(999), b"M\xe6\x03Nu");
    // CPython begins a batch that stays empty.
    ends_with(dict(1000), b"M\xe7\x03Nu(u");
    ends_with(dict(1001), b"Nu(M\xe8\x03Nu");
    let ordered = |count: u32| {
        let entries = (0..count).map(|number| (number.into(), Value::None));
        Value::from(Object::new("collections", "OrderedDict").dict_items(entries))
    };
    ends_with(ordered(1000), b"M\xe7\x03Nu");
    ends_with(ordered(1001), b"M\xe7\x03NuM\xe8\x03Ns");
}

// NET-23.
#[test]
fn the_memo_counts_beyond_a_byte() {
    let texts = (0..254).map(|number| Value::from(format!("text {number}")));
    let bytes = pickled(list(texts));
    assert!(bytes.windows(14).any(|bytes| bytes == b"\x08\0\0\0text 251q\xff"));
    assert!(bytes.windows(17).any(|bytes| bytes == b"\x08\0\0\0text 252r\0\x01\0\0"));
}

// NET-24, NET-30.
#[test]
fn what_is_one_object_in_every_program_is_written_once() {
    let x = || Value::from("x");
    assert_eq!(pickled(list([x(), x()])), b"]q\x03(X\x01\0\0\0xq\x04h\x04e");
    let empty = list(["".into(), "".into(), b"".into(), b"".into()]);
    assert_eq!(
        pickled(empty),
        b"]q\x03(X\0\0\0\0q\x04h\x04c__builtin__\nbytes\nq\x05)Rq\x06h\x06e"
    );
    let bytes = list([x(), b"x".into(), b"x".into(), b"yz".into()]);
    assert_eq!(
        pickled(bytes),
        b"]q\x03(X\x01\0\0\0xq\x04c_codecs\nencode\nq\x05(h\x04X\x06\0\0\0latin1q\x06tq\x07Rq\x08\
          h\x08h\x05(X\x02\0\0\0yzq\x09h\x06tq\x0aRq\x0be"
    );
    let utc = || Value::from(Object::timezone(0).unwrap());
    assert_eq!(
        pickled(list([utc(), utc()])),
        b"]q\x03(cdatetime\ntimezone\nq\x04(cdatetime\ntimedelta\nq\x05(K\0K\0K\0tq\x06Rq\x07tq\x08\
          Rq\x09h\x09e"
    );
}

#[test]
fn equal_texts_and_objects_are_not_taken_for_one() {
    let xy = || Value::from("xy");
    assert_eq!(pickled(list([xy(), xy()])), b"]q\x03(X\x02\0\0\0xyq\x04X\x02\0\0\0xyq\x05e");
    let member = |repr: &str| Object::new("m", "C").argument(1).shown_as(repr, repr).shared();
    let bytes = pickled(list([member("<C.A: 1>").into(), member("<C.B: 2>").into()]));
    assert_eq!(bytes, b"]q\x03(cm\nC\nq\x04(K\x01tq\x05Rq\x06h\x04(K\x01tq\x07Rq\x08e");
}

// NET-33.
#[test]
fn nested_classes_are_reached_step_by_step() {
    let inner = || Value::from(Object::global("m", "O.I"));
    let deeper = Object::global("m", "O.I.J").into();
    assert_eq!(
        pickled(list([inner(), inner(), deeper])),
        b"]q\x03(c__builtin__\ngetattr\nq\x04(cm\nO\nX\x01\0\0\0Iq\x05tRq\x06h\x06\
          h\x04(h\x04(cm\nO\nh\x05tRX\x01\0\0\0Jq\x07tRq\x08e"
    );
}

#[test]
fn an_object_is_filled_in_the_order_of_cpython() {
    let object = Object::new("m", "C").argument(Value::None).list_items([1.into(), 2.into()]);
    let object = object.dict_items([(3.into(), 4.into())]).state(Value::Dict(vec![]));
    assert_eq!(pickled(object), b"cm\nC\nq\x03(Ntq\x04Rq\x05(K\x01K\x02eK\x03K\x04s}q\x06b");
    let method = Object::new("builtins", "getattr").argument(5).argument("real");
    assert_eq!(
        pickled(Object::call(method)),
        b"c__builtin__\ngetattr\nq\x03(K\x05X\x04\0\0\0realq\x04tq\x05Rq\x06)Rq\x07"
    );
}

#[test]
fn depth_is_no_danger() {
    let nested = (0..100_000).fold(Value::None, |inner, _| list([inner]));
    let object = (0..100_000).fold(Object::new("m", "C"), |inner, _| Object::call(inner));
    let both = Value::Tuple(vec![nested, object.into()]);
    let mut out = Vec::new();
    let written = with_memo(|memo| Pickler::begin_dict(&mut out, memo).entry("k", &both));
    // Dropping is: see the documentation of `Value`.
    std::mem::forget(both);
    assert!(written.is_ok() && out.len() > 600_000);
}

#[test]
fn what_cannot_be_pickled_is_an_error_in_the_words_of_cpython() {
    let refused = |value: Value<'static>| {
        let error = pickle(value).unwrap_err();
        (error.python_name(), error.to_string())
    };
    let lock = Object::opaque("_thread", "lock", "<unlocked _thread.lock object>");
    let expected = ("TypeError", "cannot pickle 'lock' object".to_owned());
    assert_eq!(refused(list([lock.into()])), expected);
    let huge = handlers_core::Integer::from_signed_bytes_le(&[1; 2000]);
    assert!(refused(huge.into()).1.starts_with("Exceeds the limit (4300 digits)"));
}

#[test]
fn no_name_can_forge_an_instruction() {
    for (module, name) in [
        ("m", "C\nq\x00cos\nsystem"),
        ("m\ncos", "system"),
        ("m", "é"),
        ("", "C"),
        ("m", ""),
        ("m", ".x"),
        ("m d", "C"),
    ] {
        let error = pickle(Object::global(module, name)).unwrap_err();
        assert!(error.to_string().starts_with("can't pickle global identifier"), "{module} {name}");
    }
}
