//! `docs/limits.md` beside the constants that it names.

use std::path::Path;

use anyhow::Result;

/// The page.
pub(crate) const PAGE: &str = "docs/limits.md";

/// One line for each row that differs from the constant it names. Rows of settings and options are compared by the
/// tests of the binary, which knows their defaults.
pub(crate) fn different(page: &str, source: impl Fn(&Path) -> Result<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what |")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [what, limit, place, _] = cells[..] else {
            wrong.push(format!("{PAGE}: a row has {} cells: {row}", cells.len()));
            continue;
        };
        let quoted: Vec<&str> = place.split('`').skip(1).step_by(2).collect();
        let [path, name] = quoted[..] else {
            if !place.starts_with("setting `") && !place.starts_with("option `") {
                wrong.push(format!("{PAGE}: {what} names neither a constant nor a setting"));
            }
            continue;
        };
        let code = source(Path::new(path)).ok().and_then(|text| constant(&text, name));
        match (code, amount(limit)) {
            (None, _) => wrong.push(format!("{PAGE}: {what}: no constant {name} in {path}")),
            (code, page) if code != page => {
                wrong.push(format!("{PAGE}: {what} is not {limit}: {name} in {path} is {code:?}"));
            }
            _ => {}
        }
    }
    wrong
}

/// An amount as people write it, as a number of bytes, of milliseconds or of things.
fn amount(text: &str) -> Option<u64> {
    let mut words = text.split(' ');
    let number: u64 = words.next()?.replace(',', "").parse().ok()?;
    let unit = match words.next().unwrap_or_default() {
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        "GiB" => 1024 * 1024 * 1024,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => 1,
    };
    Some(number * unit)
}

/// The value of a constant of this source text, in the same units.
fn constant(source: &str, name: &str) -> Option<u64> {
    let (_, after) = source.split_once(&format!("const {name}: "))?;
    let (_, after) = after.split_once('=')?;
    value(source, after.split_once(';')?.0)
}

/// Numbers, products, shifts, lengths of time and names of other constants in the same file.
fn value(source: &str, expression: &str) -> Option<u64> {
    let expression = expression.trim();
    let call = expression.strip_suffix(')').and_then(|e| e.split_once('('));
    if let Some((function, argument)) = call.filter(|(function, _)| !function.contains(' ')) {
        let unit = match function.rsplit("::").next()? {
            "from_secs" => 1_000,
            "from_mins" => 60_000,
            "from_hours" => 3_600_000,
            "from_millis" | "Size" => 1,
            _ => return None,
        };
        return Some(value(source, argument)? * unit);
    }
    if let Some((left, right)) = expression.split_once(" * ") {
        return Some(value(source, left)? * value(source, right)?);
    }
    if let Some((left, right)) = expression.split_once(" << ") {
        return Some(value(source, left)? << value(source, right)?);
    }
    match expression.replace('_', "").parse() {
        Ok(number) => Some(number),
        Err(_) => constant(source, expression),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "const MIB: usize = 1024 * 1024;\npub const ROOM: usize = 64 * MIB;\n\
        const STEPS: u64 = 1 << 30;\nconst HEAD: Duration = Duration::from_secs(10);\n\
        const FILE: Size = Size(100 * 1024);\nconst MOST: u32 = 4_096;\n";

    fn wrong(rows: &str) -> Vec<String> {
        let page = format!("| what | limit | where | why |\n|---|---|---|---|\n{rows}");
        different(&page, |path| match path.to_str() {
            Some("a.rs") => Ok(CODE.to_owned()),
            _ => anyhow::bail!("no such file"),
        })
    }

    #[test]
    fn rows_that_agree_with_the_code_are_fine() {
        let rows = "| a | 64 MiB | `a.rs` `ROOM` | |\n| b | 1,073,741,824 steps | `a.rs` `STEPS` | |\n\
            | c | 10 s | `a.rs` `HEAD` | |\n| d | 100 KiB | `a.rs` `FILE` | |\n| e | 4,096 | `a.rs` `MOST` | |\n\
            | f | 60 min | setting `clock.long_stop` | |\n| g | 1 MiB | option `server.max_body` | |\n";
        assert_eq!(wrong(rows), Vec::<String>::new());
    }

    #[test]
    fn a_changed_or_missing_constant_is_named() {
        for row in [
            "| a | 65 MiB | `a.rs` `ROOM` | |",
            "| a | 10 min | `a.rs` `HEAD` | |",
            "| a | many | `a.rs` `MOST` | |",
            "| a | 10 s | `a.rs` `HEADS` | |",
            "| a | 10 s | `b.rs` `HEAD` | |",
            "| a | 10 s | somewhere | |",
            "| a | 10 s | `a.rs` `HEAD` |",
        ] {
            assert_eq!(wrong(row).len(), 1, "{row}: {:?}", wrong(row));
        }
    }
}
