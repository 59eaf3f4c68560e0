//! Rules of the house that a machine can check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::limits;
use crate::links::{self, Document};

/// Who may depend on whom, among our own crates. Cargo refuses rings; this refuses the wrong way.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("print", &[]),
    ("formats", &[]),
    ("i18n", &["core"]),
    ("store", &["core"]),
    ("app", &["core", "formats", "i18n", "store"]),
    ("connect", &["core", "i18n", "app"]),
    ("web", &["core", "i18n", "app", "print"]),
    ("portreeve", &["core", "formats", "i18n", "store", "app", "connect", "print", "web"]),
];

/// Crates that the domain must not know: it has no I/O, no clock and no randomness.
const NOT_IN_CORE: &[&str] = &["tokio", "sqlx", "axum", "rand", "tracing", "async-trait"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "common", "misc"];

/// Longest file of code that is not a test, in lines.
const LONGEST_FILE: usize = 700;

/// Checks everything and names all that is wrong.
pub(crate) fn check(root: &Path) -> Result<()> {
    let mut wrong = Vec::new();
    arrows(root, &mut wrong)?;
    let documents = documents(root)?;
    document_paths(root, &documents, &mut wrong);
    wrong.extend(links::broken(&documents, |path| root.join(path).exists()));
    wrong
        .extend(limits::different(&read(&root.join(limits::PAGE))?, |path| read(&root.join(path))));
    sources(root, &mut wrong)?;
    merges(root, &mut wrong)?;
    migrations(root, &mut wrong)?;
    tests_named_in_documents(root, &mut wrong)?;
    store_contract(root, &mut wrong)?;
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("not tidy:\n  {}", wrong.join("\n  "))
}

fn arrows(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    let folders = folders(&root.join("crates"))?;
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let manifest = read(&folder.join("Cargo.toml"))?;
        let normal = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            wrong.push(format!("crates/{name} has no line in the arrows of xtask/src/tidy.rs"));
            continue;
        };
        for (to, _) in ARROWS {
            if normal.contains(&format!("\nportreeve-{to}.")) && !allowed.contains(to) {
                wrong.push(format!("crates/{name} must not depend on portreeve-{to}"));
            }
        }
        if name == "core" {
            for banned in NOT_IN_CORE {
                if normal.contains(&format!("\n{banned}.")) {
                    wrong.push(format!("crates/core must not depend on {banned}"));
                }
            }
        }
    }
    Ok(())
}

/// Every page of the repository.
fn documents(root: &Path) -> Result<Vec<Document>> {
    let load = |path: PathBuf| {
        let text = read(&path)?;
        Ok(Document { path: path.strip_prefix(root)?.to_owned(), text })
    };
    files(root, "md")?.into_iter().map(load).collect()
}

/// Every `path/like/this` in backquotes that begins with a folder of ours must be there.
fn document_paths(root: &Path, documents: &[Document], wrong: &mut Vec<String>) {
    let ours =
        ["crates/", "xtask/", "docs/", "packaging/", "integrations/", "tools/", ".ci/", ".cargo/"];
    // These are made when they are needed.
    let made = ["packaging/made/"];
    for document in documents {
        for quoted in document.text.split('`').skip(1).step_by(2) {
            let is_path = ours.iter().any(|begin| quoted.starts_with(begin))
                && !made.iter().any(|begin| quoted.starts_with(begin))
                && !quoted.contains([' ', '*', '{', '<', ':']);
            if is_path && !root.join(quoted).exists() {
                wrong.push(format!(
                    "{} names {quoted}, which is not there",
                    document.path.display()
                ));
            }
        }
    }
}

/// What a merge leaves where it needs a person.
fn merges(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    for kind in ["rs", "md", "toml", "yml", "json", "sql"] {
        for path in files(root, kind)? {
            let text = read(&path)?;
            let mark = |line: &&str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
            if let Some(line) = text.lines().find(mark) {
                let shown = path.strip_prefix(root).unwrap_or(&path).display();
                wrong.push(format!("{shown}: a merge is not finished: {line}"));
            }
        }
    }
    Ok(())
}

fn sources(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    for path in files(root, "rs")? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            wrong.push(format!("{shown}: a name that says nothing"));
        }
        let text = read(&path)?;
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = code.lines().count();
        if !shown.contains("tests") && lines > LONGEST_FILE {
            wrong.push(format!("{shown} has {lines} lines, more than {LONGEST_FILE}"));
        }
        for (number, line) in text.lines().enumerate() {
            let left_over =
                ["todo!(", "dbg!(", "#[ignore"].iter().find(|word| line.contains(**word));
            if let (Some(word), false) = (left_over, shown.ends_with("tidy.rs")) {
                wrong.push(format!("{shown}:{}: {word}", number + 1));
            }
        }
    }
    Ok(())
}

/// Both engines have the same migrations, and the same tables and columns in each.
fn migrations(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    let folder = root.join("crates/store/migrations");
    let names = |engine: &str| -> Result<BTreeSet<String>> {
        let files = files(&folder.join(engine), "sql")?;
        Ok(files
            .iter()
            .filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned()))
            .collect())
    };
    let (sqlite, postgres) = (names("sqlite")?, names("postgres")?);
    for name in sqlite.symmetric_difference(&postgres) {
        wrong.push(format!("migration {name} is there for one engine only"));
    }
    for name in sqlite.intersection(&postgres) {
        let columns = |engine: &str| -> Result<BTreeSet<String>> {
            Ok(columns(&read(&folder.join(engine).join(name))?))
        };
        for column in columns("sqlite")?.symmetric_difference(&columns("postgres")?) {
            wrong.push(format!("migration {name}: {column} differs between the engines"));
        }
    }
    Ok(())
}

/// `table.column NULL|NOT NULL` for every column. Tables that stand for sequences are left out.
fn columns(sql: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut table = String::new();
    for line in sql.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            rest.split([' ', '(']).next().unwrap_or_default().clone_into(&mut table);
        } else if let Some(column) = line.strip_prefix("    ").filter(|_| !table.is_empty()) {
            let name = column.split(' ').next().unwrap_or_default();
            let is_column = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if is_column && !name.is_empty() {
                let kept = column.contains("NOT NULL") || column.contains("PRIMARY KEY");
                found.insert(format!("{table}.{name} {}", if kept { "NOT NULL" } else { "NULL" }));
            }
        } else if line.starts_with(')') {
            table.clear();
        }
    }
    found
}

/// The tests that the compatibility page names are there.
fn tests_named_in_documents(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    let page = read(&root.join("docs/compatibility.md"))?;
    let mut tests = String::new();
    for path in files(root, "rs")? {
        tests.push_str(&read(&path)?);
    }
    for quoted in page.split('`').skip(1).step_by(2) {
        if let Some(name) = quoted.strip_prefix("test ")
            && !tests.contains(&format!("fn {name}("))
        {
            wrong.push(format!("docs/compatibility.md names the test {name}, which is not there"));
        }
    }
    Ok(())
}

/// Every operation of the store is called by its contract suite, which runs on both engines.
fn store_contract(root: &Path, wrong: &mut Vec<String>) -> Result<()> {
    let mut suite = String::new();
    for path in files(&root.join("crates/store/tests"), "rs")? {
        suite.push_str(&read(&path)?);
    }
    for path in files(&root.join("crates/store/src"), "rs")? {
        for line in read(&path)?.lines() {
            let Some(rest) = line.strip_prefix("    pub async fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            if !suite.contains(&format!(".{name}(")) && !suite.contains(&format!("::{name}(")) {
                wrong.push(format!("crates/store/tests does not call the operation {name}"));
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.join("Cargo.toml").exists() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Files below `path` with this ending, without what is built.
fn files(path: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
