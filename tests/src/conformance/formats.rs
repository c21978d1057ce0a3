//! Formatters: the three styles, their checks, the layout of a record.

use handlers_core::{
    BufferingFormatter, Error, Formatter, PatternFormatter, PatternFormatterBuilder, Record, Style,
    TimeText, Value,
};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, ok_or_error, results, text};
use super::times;
use super::values;

/// `%` formats that are filled in without being checked.
pub(super) fn percent(case: &Case<'_>) -> Result<Results, Skip> {
    fill_in(Style::Percent, case)
}

/// `{` formats that are filled in without being checked.
pub(super) fn brace(case: &Case<'_>) -> Result<Results, Skip> {
    fill_in(Style::Brace, case)
}

/// `$` formats that are filled in without being checked.
pub(super) fn dollar(case: &Case<'_>) -> Result<Results, Skip> {
    fill_in(Style::Dollar, case)
}

/// Formats that are checked.
pub(super) fn validate(case: &Case<'_>) -> Result<Results, Skip> {
    let built = builder(case)?.and_then(PatternFormatterBuilder::build);
    let shown = |formatter: PatternFormatter| json!({"fmt": formatter.format_string(), "uses_time": formatter.uses_time()});
    Ok(ok_or_error(built.map(shown)))
}

/// Whether a format, checked or not, makes the formatter work out the time.
pub(super) fn uses_time(case: &Case<'_>) -> Result<Results, Skip> {
    let built = builder(case)?.and_then(|builder| builder.validate(false).build());
    let formatter = built.map_err(|error| Skip::new(error.to_string()))?;
    Ok(results([("uses_time", json!(formatter.uses_time()))]))
}

/// Formats with defaults for what a record lacks. Attributes and defaults are plain values.
pub(super) fn defaults(case: &Case<'_>) -> Result<Results, Skip> {
    let plain = |key: &str| {
        let fields = case.nested(key)?.fields.iter();
        let plain = |(name, value): (&String, _)| Ok((name.clone(), values::plain(value)?));
        fields.map(plain).collect::<Result<Vec<_>, Skip>>()
    };
    let (defaults, attributes) = (plain("defaults")?, plain("attrs")?);
    let built = builder(case)?.and_then(|builder| builder.defaults(defaults).build());
    let record = Record::from_attributes(attributes);
    Ok(formatted(built, &record))
}

/// Message, text of the exception and stack, put together.
pub(super) fn layout(case: &Case<'_>) -> Result<Results, Skip> {
    let mut attributes = Vec::new();
    for key in ["msg", "exc_text", "stack_info"] {
        let text = case.optional_text(key)?;
        attributes.push((key.to_owned(), Value::from(text.map(str::to_owned))));
    }
    let formatter = PatternFormatter::builder().build().map_err(|e| Skip::new(e.to_string()))?;
    let mut out = String::new();
    let result = formatter.format(&Record::from_attributes(attributes), &mut out);
    Ok(match result {
        Ok(()) => results([("out", json!(out))]),
        Err(error) => ok_or_error(Err(error)),
    })
}

/// One whole record in many formats.
pub(super) fn record(case: &Case<'_>) -> Result<Results, Skip> {
    let attributes = case.shared.get("record").and_then(Json::as_object);
    let attributes = attributes.ok_or_else(|| Skip::new("the file has no `record`"))?;
    let zone = times::zone(case.text("tz")?)?;
    let time = TimeText::new().zone(zone.clone()).system_zone(zone);
    let date_format = case.optional_text("datefmt")?.map(str::to_owned);
    let built = builder(case)?.and_then(|builder| {
        let builder = builder.time(time);
        match date_format {
            Some(format) => builder.date_format(format),
            None => builder,
        }
        .build()
    });
    let record = Record::from_attributes(values::read_fields(attributes)?);
    Ok(formatted(built, &record))
}

/// Batches of records.
pub(super) fn buffering(case: &Case<'_>) -> Result<Results, Skip> {
    let formatter = match case.text("class")? {
        "default" => BufferingFormatter::new(),
        "header_footer" => BufferingFormatter::new()
            .header(|records: &[Record<'_>]| format!("[({})", records.len()))
            .footer(|records: &[Record<'_>]| format!("({})]", records.len())),
        other => return Err(Skip::unknown("class", other)),
    };
    let formatter = match case.optional_text("linefmt")? {
        None => formatter,
        Some(format) => {
            let line = PatternFormatter::new(format).map_err(|e| Skip::new(e.to_string()))?;
            formatter.line_formatter(line)
        }
    };
    let message = |json| Ok(Record::builder().message(text(json)?).build());
    let records: Vec<_> = case.list("msgs")?.iter().map(message).collect::<Result<_, Skip>>()?;
    let mut out = String::new();
    Ok(match formatter.format(&records, &mut out) {
        Ok(()) => results([("out", json!(out))]),
        Err(error) => ok_or_error(Err(error)),
    })
}

/// Fills a format in from a record with the attributes of the case, `v` and `w` among them.
fn fill_in(style: Style, case: &Case<'_>) -> Result<Results, Skip> {
    let mut attributes = values::read_fields(case.nested("attrs")?.fields)?;
    if let Some(value) = case.get("v") {
        attributes.push(("v".to_owned(), values::read(value)?));
    }
    if let Some(width) = case.get("w") {
        attributes.push(("w".to_owned(), values::plain(width)?));
    }
    let builder = PatternFormatter::builder().style(style).format(case.text("fmt")?);
    Ok(formatted(builder.validate(false).build(), &Record::from_attributes(attributes)))
}

/// A builder with the `style` and the `fmt` of the case. A style may be one that does not exist.
fn builder(case: &Case<'_>) -> Result<Result<PatternFormatterBuilder, Error>, Skip> {
    let format = case.optional_text("fmt")?.unwrap_or_default();
    let style = case.text("style")?.parse::<Style>();
    Ok(style.map(|style| PatternFormatter::builder().style(style).format(format)))
}

fn formatted(built: Result<PatternFormatter, Error>, record: &Record<'_>) -> Results {
    let mut out = String::new();
    let result = built.and_then(|formatter| formatter.format(record, &mut out));
    ok_or_error(result.map(|()| json!(out)))
}
