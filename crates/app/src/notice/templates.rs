//! Templates of the desk's own: read, tried, written and taken away in the staff area. They stand in the database, so
//! that every node has them, and count within a second. Only names of ours can be written, so there are never more.

use portreeve_core::attachment::Size;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::language::{Language, zone};
use portreeve_core::notice::{CustomerNotice, Letter, Notice};
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::text::{shorten, storable};
use portreeve_i18n::english;
use portreeve_store::{StoreError, TemplateRow, Topic, Tx};

use super::letters::{DIGEST, Fault, LARGEST, Letters, Origin, Texts, Unit, sample};
use crate::audit;
use crate::desk::Desk;

/// Characters of a line that the audit log shows of what was changed.
const SHOWN: usize = 120;

/// A template as it is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name, such as `de/opened/body.txt`.
    pub name: String,
    /// The text that is in force.
    pub text: String,
    /// Where that comes from.
    pub origin: Origin,
    /// How often it was written here; 0: it is not the desk's own.
    pub version: i64,
    /// When it was written last, milliseconds, and by whom.
    pub changed: Option<(i64, String)>,
}

/// Why a template was not stored.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum TemplateError {
    /// Somebody else wrote it since the editor looked.
    ChangedMeanwhile,
    /// It is too long.
    TooLong(String),
    /// It does not do.
    Bad(Vec<Fault>),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TemplateError {
    /// It, for people. What the template engine says stays as it says it.
    pub fn refusal(&self) -> Refusal {
        let bad =
            |fault: &Fault| refusal!("refusal-bad_template", name = &fault.name, said = &fault.why);
        match self {
            Self::ChangedMeanwhile => refusal!("refusal-template_changed_meanwhile"),
            Self::TooLong(name) => refusal!(
                "refusal-template_too_long",
                name = name,
                most = Size(LARGEST.try_into().unwrap_or(u64::MAX))
            ),
            Self::Bad(faults) => {
                refusal!("refusal-each", all = faults.iter().map(bad).collect::<Vec<_>>())
            }
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// All templates, with what is in force.
pub async fn list(desk: &Desk) -> Result<Vec<Template>, StoreError> {
    let rows = desk.db.read().await?.templates().await?;
    Ok(Language::ALL
        .into_iter()
        .flat_map(Unit::all)
        .flat_map(|unit| shown(desk, &rows, unit))
        .collect())
}

/// The templates of a unit, with what is in force.
pub async fn unit(desk: &Desk, unit: Unit) -> Result<Vec<Template>, StoreError> {
    let rows = desk.db.read().await?.templates().await?;
    Ok(shown(desk, &rows, unit))
}

fn shown(desk: &Desk, rows: &[TemplateRow], unit: Unit) -> Vec<Template> {
    let letters = desk.letters();
    let template = |name: String| {
        let row = rows.iter().find(|row| row.name == name);
        let origin = match (row, letters.below(&name) == super::letters::built_in(&name)) {
            (Some(_), _) => Origin::Desk,
            (None, true) => Origin::Ours,
            (None, false) => Origin::File,
        };
        let below = || letters.below(&name).unwrap_or_default().to_owned();
        Template {
            text: row.map_or_else(below, |row| row.text.clone()),
            origin,
            version: row.map_or(0, |row| row.version),
            changed: row.map(|row| (row.changed_at, row.changed_by.clone())),
            name,
        }
    };
    unit.names().into_iter().map(template).collect()
}

/// What an editor has seen of a unit: which writing of each of its templates.
pub fn seen(templates: &[Template]) -> String {
    let versions = templates.iter().map(|one| {
        let at = one.changed.as_ref().map_or(0, |(at, _)| *at);
        format!("{}@{at}", one.version)
    });
    versions.collect::<Vec<_>>().join(" ")
}

/// A text of a form as it is kept.
pub fn kept(text: &str) -> String {
    let text = storable(&text.replace("\r\n", "\n"));
    if text.is_empty() || text.ends_with('\n') { text } else { format!("{text}\n") }
}

/// Letters with these texts in the place of what is in force.
fn with(desk: &Desk, rows: &[TemplateRow], texts: &Texts) -> Letters {
    let letters = desk.letters();
    let mut own: Texts = rows.iter().map(|row| (row.name.clone(), row.text.clone())).collect();
    own.extend(texts.clone());
    letters.with_own(own)
}

/// What is wrong with these texts; nothing is stored. Faults of other templates, which were there before, are not
/// told.
async fn try_texts(desk: &Desk, rows: &[TemplateRow], texts: &Texts) -> Result<(), TemplateError> {
    if let Some((name, _)) = texts.iter().find(|(_, text)| text.len() > LARGEST) {
        return Err(TemplateError::TooLong(name.clone()));
    }
    let (before, after) = (with(desk, rows, &Texts::new()), with(desk, rows, texts));
    let texts = texts.clone();
    no_new_faults(before, after, move |fault| texts.contains_key(&fault.name)).await
}

/// What would be wrong with the desk's other texts without these: a part that they ask for must not be gone.
async fn try_without(
    desk: &Desk,
    rows: &[TemplateRow],
    names: &[String],
) -> Result<(), TemplateError> {
    let left: Vec<TemplateRow> =
        rows.iter().filter(|row| !names.contains(&row.name)).cloned().collect();
    let (before, after) = (with(desk, rows, &Texts::new()), with(desk, &left, &Texts::new()));
    no_new_faults(before, after, |_| false).await
}

/// Whether letters have no fault that others do not have, but those of which `counts` says that they count anyway.
/// Everything is rendered for that, which takes a while.
async fn no_new_faults(
    before: Letters,
    after: Letters,
    counts: impl Fn(&Fault) -> bool + Send + 'static,
) -> Result<(), TemplateError> {
    let look = move || {
        let known = before.check();
        let is_new = |fault: &Fault| counts(fault) || !known.contains(fault);
        after.check().into_iter().filter(is_new).collect::<Vec<_>>()
    };
    let new = tokio::task::spawn_blocking(look).await;
    match new.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic())) {
        new if new.is_empty() => Ok(()),
        new => Err(TemplateError::Bad(new)),
    }
}

/// The letter that these texts would make, for a category; nothing is stored.
pub async fn preview(
    desk: &Desk,
    unit: Unit,
    texts: &Texts,
    category: &str,
) -> Result<Letter, TemplateError> {
    let rows = desk.db.read().await?.templates().await?;
    try_texts(desk, &rows, texts).await?;
    let letters = with(desk, &rows, texts);
    if unit.word == DIGEST {
        return Ok(letters.digest(&sample_digest_of(desk, unit.language, category)));
    }
    // What all notices share is shown by the first of them.
    let notice = Notice::parse(unit.word).unwrap_or(Notice::Opened);
    Ok(letters.to_customer(notice, &sample_of(desk, notice, unit.language, category)))
}

/// A notice that could go out now, by the settings of the desk.
pub fn sample_of(
    desk: &Desk,
    notice: Notice,
    language: Language,
    category: &str,
) -> CustomerNotice {
    let live = desk.live();
    let settings = &live.settings;
    let now = desk.now();
    let sample = sample(notice, language, category);
    let period = settings.time_limit_of(category).period;
    let plan = settings.plans.get(category);
    CustomerNotice {
        at: now,
        deadline: sample.deadline.map(|_| period.after(now)),
        link: sample.link.map(|(link, _)| (link, settings.link_life.after(now))),
        about_category: plan.map(|plan| plan.customer_text.clone()).unwrap_or_default(),
        on_reply: settings.time_limit.on_reply,
        zone: zone(&settings.client_zone),
        ..sample
    }
}

/// A digest that could go out now.
pub fn sample_digest_of(
    desk: &Desk,
    language: Language,
    category: &str,
) -> Vec<(Notice, CustomerNotice)> {
    let notices = [Notice::Opened, Notice::Reminder, Notice::Answered, Notice::Closed];
    let numbered = |(number, notice): (i64, Notice)| {
        let sample = sample_of(desk, notice, language, category);
        (notice, CustomerNotice { report: ReportId(number), ..sample })
    };
    (92..).zip(notices).map(numbered).collect()
}

/// Stores the texts of a unit, where they differ from what would count without them. They are tried before; `seen` is
/// what the editor saw.
pub async fn save(
    desk: &Desk,
    actor: &Actor,
    unit: Unit,
    texts: &Texts,
    seen: &str,
) -> Result<(), TemplateError> {
    // Tried before anybody else has to wait; once more only if they wrote meanwhile.
    let tried = desk.db.read().await?.templates().await?;
    try_texts(desk, &tried, texts).await?;
    let mut tx = desk.db.write().await?;
    let (rows, before) = look(desk, &mut tx, unit, seen).await?;
    if rows != tried {
        try_texts(desk, &rows, texts).await?;
    }
    let letters = desk.letters();
    let mut changes = Vec::new();
    for template in &before {
        let Some(text) = texts.get(&template.name).filter(|text| **text != template.text) else {
            continue;
        };
        if letters.below(&template.name) == Some(text.as_str()) {
            tx.delete_template(&template.name).await?;
        } else {
            let (by, now) = (actor.to_string(), desk.now().as_millisecond());
            tx.put_template(&template.name, text, &by, now).await?;
        }
        changes.push(format!("{}: {}", template.name, difference(&template.text, text)));
    }
    if !changes.is_empty() {
        let detail = changes.join("; ");
        audit::log(&mut tx, desk.now(), actor, "template_changed", &detail).await?;
    }
    tx.commit().await?;
    Ok(desk.refresh_letters().await?)
}

/// Takes the desk's own texts of a unit away, so that what stands in a file or came with the desk counts again.
pub async fn take_back(
    desk: &Desk,
    actor: &Actor,
    unit: Unit,
    seen: &str,
) -> Result<(), TemplateError> {
    let names = unit.names();
    // Tried before anybody else has to wait; once more only if somebody wrote meanwhile.
    let tried = desk.db.read().await?.templates().await?;
    try_without(desk, &tried, &names).await?;
    let mut tx = desk.db.write().await?;
    let (rows, before) = look(desk, &mut tx, unit, seen).await?;
    if rows != tried {
        try_without(desk, &rows, &names).await?;
    }
    for template in before.iter().filter(|template| template.origin == Origin::Desk) {
        tx.delete_template(&template.name).await?;
    }
    let detail = names.join(", ");
    audit::log(&mut tx, desk.now(), actor, "template_taken_back", &detail).await?;
    tx.commit().await?;
    Ok(desk.refresh_letters().await?)
}

/// The templates as they are, held until the transaction ends, so that of two who write at a time the second sees
/// what the first wrote.
async fn look(
    desk: &Desk,
    tx: &mut Tx,
    unit: Unit,
    seen_before: &str,
) -> Result<(Vec<TemplateRow>, Vec<Template>), TemplateError> {
    tx.touch(Topic::Templates).await?;
    let rows = tx.templates().await?;
    let templates = shown(desk, &rows, unit);
    if seen(&templates) == seen_before {
        Ok((rows, templates))
    } else {
        Err(TemplateError::ChangedMeanwhile)
    }
}

/// The lines that one text has and the other has not, in one line: what comes before and after them is left out.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..], &new[same..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let side = |mark: &str, lines: &[&str]| match lines.first() {
        Some(first) => format!(" {mark}{} \"{}\"", lines.len(), shorten(first, SHOWN)),
        None => String::new(),
    };
    format!("line {}:{}{}", same + 1, side("−", old), side("+", new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_first_line_that_changed_and_how_many_did() {
        let difference = |before, after| difference(before, after);
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\nc\n"), "line 2: −1 \"b\" +2 \"x\"");
        assert_eq!(difference("a\n", "a\nb\n"), "line 2: +1 \"b\"");
        assert_eq!(difference("a\na\n", "a\n"), "line 2: −1 \"a\"");
    }

    #[test]
    fn a_text_of_a_form_ends_with_a_line_break() {
        assert_eq!(kept("a\r\nb"), "a\nb\n");
        assert_eq!((kept(""), kept("a\n")), (String::new(), "a\n".to_owned()));
    }
}
