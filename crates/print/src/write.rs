//! Pages become a file.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};

use crate::Document;
use crate::fonts::Fonts;
use crate::pages::{Ink, Item, LEFT, MARGINAL, PAGE, Pages, RIGHT, Style, lay_out, one_line};
use crate::shape::Part;

/// The baselines of the head and the foot of a page, and the rule over the foot.
const HEAD: f32 = 44.0;
const FOOT: f32 = PAGE.1 - 36.0;
const FOOT_RULE: f32 = PAGE.1 - 50.0;

/// The file could not be made. No text that is printed can be the reason.
#[derive(Debug, thiserror::Error)]
#[error("the PDF could not be written: {0}")]
pub struct PrintError(String);

/// A document as PDF. Takes time with its length (three hundred pages: half a second, or a few
/// where directions of text change with every letter), so that it is no work for a
/// thread on which others wait.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PrintError> {
    let fonts = Fonts::load();
    let Pages { pages, mut tree } = lay_out(&fonts, document);
    let mut out = krilla::Document::new();
    let count = pages.len();
    for (at, items) in pages.into_iter().enumerate() {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1)
            .ok_or_else(|| PrintError("a page has no size".to_owned()))?;
        let mut page = out.start_page_with(size);
        let mut surface = page.surface();
        for item in &items {
            match item {
                Item::Text { x, y, part, style, node } => {
                    let tag = ContentTag::Span(SpanTag::empty());
                    let line = surface.start_tagged(tag);
                    draw(&mut surface, &fonts, (*x, *y), part, *style);
                    surface.end_tagged();
                    tree.mark(*node, line);
                }
                Item::Rule { y } => {
                    fill(&mut surface, Ink::Grey, (LEFT, *y), (RIGHT - LEFT, 0.6));
                }
                Item::Bar { from, to, ink } => {
                    fill(&mut surface, *ink, (LEFT, *from), (1.6, to - from));
                }
            }
        }
        let number = format!("{} / {count}", at + 1);
        margins(&mut surface, &fonts, document, at, &number);
        surface.finish();
        page.finish();
    }
    out.set_metadata(metadata(document));
    out.set_tag_tree(tree.into_tags(document.language));
    out.finish().map_err(|error| PrintError(format!("{error:?}")))
}

/// Head and foot.
fn margins(surface: &mut Surface, fonts: &Fonts, document: &Document, at: usize, number: &str) {
    let wide = RIGHT - LEFT;
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)));
    if at > 0
        && let Some(head) = one_line(fonts, &document.head, MARGINAL, wide)
    {
        draw(surface, fonts, (LEFT, HEAD), &head, MARGINAL);
    }
    if let Some(foot) = one_line(fonts, &document.foot, MARGINAL, wide - 60.0) {
        draw(surface, fonts, (LEFT, FOOT), &foot, MARGINAL);
    }
    if let Some(number) = one_line(fonts, number, MARGINAL, wide) {
        let x = RIGHT - number.width * MARGINAL.size;
        draw(surface, fonts, (x, FOOT), &number, MARGINAL);
    }
    surface.end_tagged();
    fill(surface, Ink::Grey, (LEFT, FOOT_RULE), (wide, 0.4));
}

fn draw(surface: &mut Surface, fonts: &Fonts, (x, y): (f32, f32), part: &Part, style: Style) {
    surface.set_fill(Some(paint(style.ink)));
    let mut x = x;
    for run in part.runs() {
        let font = fonts.font(run.face);
        let start = Point::from_xy(x, y);
        surface.draw_glyphs(start, &run.glyphs, font, part.text(), style.size, false);
        x += run.width * style.size;
    }
}

/// A filled rectangle, which means nothing to a reader.
fn fill(surface: &mut Surface, ink: Ink, (x, y): (f32, f32), (width, height): (f32, f32)) {
    let Some(rect) = Rect::from_xywh(x, y, width, height) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let Some(path) = path.finish() else { return };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    surface.set_fill(Some(paint(ink)));
    surface.draw_path(&path);
    surface.end_tagged();
}

fn paint(ink: Ink) -> Fill {
    let (red, green, blue) = match ink {
        Ink::Black => (0x1a, 0x1d, 0x21),
        Ink::Grey => (0x5c, 0x66, 0x70),
        Ink::Blue => (0x1f, 0x4e, 0x79),
        Ink::Red => (0xa3, 0x1d, 0x1d),
    };
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn metadata(document: &Document) -> Metadata {
    let at = document.made_at;
    let small = |value: i8| u8::try_from(value).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0);
    Metadata::new()
        .title(document.title.clone())
        .language(document.language.to_owned())
        .creator("Portreeve".to_owned())
        .creation_date(date)
}
