//! Links in the documents: every page and heading that a document links to has to be there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// A document: its path below the root of the repository, and its text.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// One line for each link that leads nowhere. `exists` answers for any path below the root.
pub(crate) fn broken(documents: &[Document], exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let anchors: BTreeMap<&Path, BTreeSet<String>> = documents
        .iter()
        .map(|document| (document.path.as_path(), anchors(&document.text)))
        .collect();
    let mut wrong = Vec::new();
    for document in documents {
        for link in links(&document.text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() {
                Some(document.path.clone())
            } else {
                resolve(document.path.parent().unwrap_or(Path::new("")), file)
            };
            let found = target.is_some_and(|target| {
                exists(&target)
                    && (anchor.is_empty()
                        || anchors
                            .get(target.as_path())
                            .is_some_and(|known| known.contains(anchor)))
            });
            if !found {
                wrong.push(format!(
                    "{} links to {link}, which does not exist",
                    document.path.display()
                ));
            }
        }
    }
    wrong
}

/// The path below the root, or none when it leaves the repository.
fn resolve(folder: &Path, file: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in folder.join(file).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            _ => return None,
        }
    }
    Some(path)
}

/// The relative targets of `[text](target)` and `![text](target)`.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let Some((target, after)) = after.split_once(')') else { break };
            let target = target.split(' ').next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target.to_owned());
            }
            rest = after;
        }
    }
    found
}

/// The lines outside of code blocks, without what is in backquotes.
fn prose(text: &str) -> Vec<String> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("``"));
        }
    }
    lines
}

/// The anchors of all headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if in_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().to_lowercase().replace(' ', "-");
        let anchor: String =
            kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let mut name = anchor.clone();
        let mut again = 0;
        while found.contains(&name) {
            again += 1;
            name = format!("{anchor}-{again}");
        }
        found.insert(name);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(readme: &str) -> Vec<String> {
        let document = |path: &str, text: &str| Document { path: path.into(), text: text.into() };
        let documents = [
            document("README.md", readme),
            document(
                "docs/mail.md",
                "# Mail\n\n## What's read, and how\n\n## Limits\n\n## Limits\n",
            ),
        ];
        let files = ["README.md", "docs/mail.md", "docs/adr", "docs/images/reports.png"];
        broken(&documents, |path| files.iter().any(|file| Path::new(file) == path))
    }

    #[test]
    fn links_to_pages_headings_folders_and_pictures_are_found() {
        let good = "# Portreeve\n[a](docs/mail.md), [b](docs/mail.md#whats-read-and-how) [c](#portreeve)\n\
            [d](docs/mail.md#limits-1) [e](docs/adr) ![f](docs/images/reports.png) [g](https://example.com/x)\n";
        assert_eq!(wrong(good), Vec::<String>::new());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_named() {
        for link in ["docs/male.md", "docs/mail.md#limit", "#nothing", "../outside.md", "mail.md"] {
            let said = wrong(&format!("# Portreeve\nsee [this]({link})\n"));
            assert_eq!(said, [format!("README.md links to {link}, which does not exist")]);
        }
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(wrong("`[a](b.md)`\n```\n[c](d.md)\n# e\n```\n"), Vec::<String>::new());
        assert_eq!(wrong("```\n# heading\n```\n[a](#heading)").len(), 1);
    }
}
