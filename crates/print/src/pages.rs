//! Where everything stands: a document becomes pages of lines, rules and bars.

use std::rc::Rc;

use crate::fonts::{Face, Fonts};
use crate::shape::{Part, Shaped, printable};
use crate::tags::{Kind, NodeId, Tree};
use crate::{Block, Document, Entry, File, Line};

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);

/// The edges of what is printed.
pub(crate) const LEFT: f32 = 56.0;
pub(crate) const RIGHT: f32 = PAGE.0 - 56.0;
const TOP: f32 = 72.0;
const BOTTOM: f32 = PAGE.1 - 66.0;

/// Where the columns of facts and of history begin.
const VALUES: f32 = LEFT + 126.0;
const WHO: f32 = LEFT + 118.0;
const WHAT: f32 = LEFT + 210.0;

/// Between two columns.
const GAP: f32 = 10.0;

/// Lines of a paragraph or a row up to which it is not broken over two pages.
const TOGETHER: u8 = 4;

/// How far what somebody wrote is moved in.
const INDENT: f32 = 10.0;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Black,
    Grey,
    Blue,
    Red,
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    face: Face,
    pub(crate) size: f32,
    leading: f32,
    pub(crate) ink: Ink,
}

const fn style(face: Face, size: f32, leading: f32, ink: Ink) -> Style {
    Style { face, size, leading, ink }
}

const TITLE: Style = style(Face::Bold, 19.0, 25.0, Ink::Black);
const SUBTITLE: Style = style(Face::Regular, 9.5, 14.0, Ink::Grey);
const HEADING: Style = style(Face::Bold, 11.5, 17.0, Ink::Blue);
const TEXT: Style = style(Face::Regular, 9.0, 13.5, Ink::Black);
const NAME: Style = style(Face::Regular, 9.0, 13.5, Ink::Grey);
const STRONG: Style = style(Face::Bold, 9.0, 13.5, Ink::Black);
const MARK: Style = style(Face::Bold, 8.0, 13.5, Ink::Red);
const SMALL: Style = style(Face::Regular, 8.0, 11.5, Ink::Black);
const SMALL_GREY: Style = style(Face::Regular, 8.0, 11.5, Ink::Grey);
const MONO: Style = style(Face::Mono, 8.0, 11.0, Ink::Black);
pub(crate) const MARGINAL: Style = style(Face::Regular, 7.5, 10.0, Ink::Grey);

/// Something on a page.
#[derive(Debug)]
pub(crate) enum Item {
    /// A line of text, from its left on the baseline.
    Text { x: f32, y: f32, part: Part, style: Style, node: NodeId },
    /// A thin line across.
    Rule { y: f32 },
    /// A bar beside what somebody wrote.
    Bar { from: f32, to: f32, ink: Ink },
}

/// A document as pages.
pub(crate) struct Pages {
    pub(crate) pages: Vec<Vec<Item>>,
    pub(crate) tree: Tree,
}

/// Text in a column, not yet on a page.
struct Column {
    from: f32,
    to: f32,
    lines: Vec<Part>,
    style: Style,
    node: NodeId,
}

/// Lays a document out.
pub(crate) fn lay_out(fonts: &Fonts, document: &Document) -> Pages {
    let mut flow = Flow {
        fonts,
        pages: vec![Vec::new()],
        y: TOP - 22.0,
        bar: None,
        tree: Tree::default(),
        missing: 0,
    };
    flow.title(document);
    for block in &document.blocks {
        flow.block(block);
    }
    if flow.missing > 0 {
        flow.space(10.0);
        flow.paragraph(&document.about_boxes, SMALL_GREY, LEFT, Kind::Paragraph);
    }
    Pages { pages: flow.pages, tree: flow.tree }
}

/// A single line that is not longer than `width`, for the head and the foot of pages.
pub(crate) fn one_line(fonts: &Fonts, text: &str, style: Style, width: f32) -> Option<Part> {
    let text = printable(text).replace('\n', " ");
    let shaped = Rc::new(Shaped::new(fonts, style.face, &text));
    shaped.broken(width / style.size).into_iter().next()
}

struct Flow<'a> {
    fonts: &'a Fonts,
    pages: Vec<Vec<Item>>,
    /// Where the next line's top is.
    y: f32,
    /// A bar runs beside what is being set, from here on.
    bar: Option<(f32, Ink)>,
    tree: Tree,
    missing: usize,
}

impl Flow<'_> {
    fn title(&mut self, document: &Document) {
        self.paragraph(&document.title, TITLE, LEFT, Kind::Title);
        if !document.subtitle.is_empty() {
            self.paragraph(&document.subtitle, SUBTITLE, LEFT, Kind::Paragraph);
        }
        self.space(4.0);
        self.rule();
        self.space(9.0);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => self.heading(text),
            Block::Facts(facts) => self.facts(facts),
            Block::Text(text) => {
                self.paragraph(text, TEXT, LEFT, Kind::Paragraph);
                self.space(4.0);
            }
            Block::Evidence(text) => self.beside_bar(Ink::Grey, |flow| {
                flow.paragraph(text, MONO, LEFT + INDENT, Kind::Paragraph);
            }),
            Block::Entry(entry) => self.entry(entry),
            Block::Lines(lines) => self.lines(lines),
            Block::Remark(text) => {
                self.paragraph(text, SMALL_GREY, LEFT, Kind::Paragraph);
                self.space(4.0);
            }
        }
    }

    /// A heading stays with what it is over.
    fn heading(&mut self, text: &str) {
        self.space(12.0);
        self.keep(HEADING.leading + 4.0 * TEXT.leading);
        self.paragraph(text, HEADING, LEFT, Kind::Heading);
        self.space(3.0);
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let table = self.tree.add(Kind::Table, None);
        for (name, value) in facts {
            let row = self.tree.add(Kind::Row, Some(table));
            let (names, values) =
                (self.tree.add(Kind::Name, Some(row)), self.tree.add(Kind::Value, Some(row)));
            let columns = [
                self.column(name, NAME, LEFT, VALUES - GAP, names),
                self.column(value, TEXT, VALUES, RIGHT, values),
            ];
            self.row(&columns, TEXT.leading);
            self.space(1.5);
        }
        self.space(4.0);
    }

    fn lines(&mut self, lines: &[Line]) {
        let table = self.tree.add(Kind::Table, None);
        let names_anybody = lines.iter().any(|line| !line.who.is_empty());
        let what = if names_anybody { WHAT } else { WHO };
        for line in lines {
            let row = self.tree.add(Kind::Row, Some(table));
            let cells = [
                (&line.when, SMALL_GREY, LEFT, WHO - GAP),
                (&line.who, SMALL_GREY, WHO, WHAT - GAP),
                (&line.what, SMALL, what, RIGHT),
            ];
            let columns = cells.map(|(text, style, from, to)| {
                let cell = self.tree.add(Kind::Value, Some(row));
                self.column(text, style, from, to, cell)
            });
            self.row(&columns, SMALL.leading);
            self.space(2.0);
        }
        self.space(4.0);
    }

    fn entry(&mut self, entry: &Entry) {
        let ink = if entry.mark.is_empty() { Ink::Blue } else { Ink::Red };
        self.keep(3.0 * TEXT.leading);
        self.beside_bar(ink, |flow| {
            let x = LEFT + INDENT;
            let node = flow.tree.add(Kind::Paragraph, None);
            let who = flow.column(&entry.who, STRONG, x, WHAT + 60.0, node);
            let when_x = who.lines.first().map_or(x, |line| x + line.width * STRONG.size + GAP);
            let when = flow.column(&entry.when, NAME, when_x, RIGHT, node);
            flow.row(&[who, when], TEXT.leading);
            if !entry.mark.is_empty() {
                flow.paragraph(&entry.mark, MARK, x, Kind::Paragraph);
            }
            flow.paragraph(&entry.text, TEXT, x, Kind::Paragraph);
            for file in &entry.files {
                flow.file(file);
            }
        });
    }

    fn file(&mut self, file: &File) {
        self.space(2.0);
        let mark = if file.mark.is_empty() { String::new() } else { format!(": {}", file.mark) };
        let named = format!("{} ({}){mark}", file.name.replace('\n', " "), file.size);
        self.paragraph(&named, SMALL, LEFT + INDENT, Kind::Paragraph);
        let digest = format!("SHA-256 {}", file.sha256);
        self.paragraph(
            &digest,
            style(Face::Mono, 7.0, 10.0, Ink::Grey),
            LEFT + INDENT,
            Kind::Paragraph,
        );
    }

    /// Sets something with a bar beside it, on each page that it reaches.
    fn beside_bar(&mut self, ink: Ink, set: impl FnOnce(&mut Self)) {
        self.bar = Some((self.y, ink));
        set(self);
        self.end_bar();
        self.bar = None;
        self.space(9.0);
    }

    fn end_bar(&mut self) {
        if let Some((from, ink)) = self.bar
            && self.y > from
        {
            let to = self.y;
            self.put(Item::Bar { from, to, ink });
        }
    }

    fn paragraph(&mut self, text: &str, style: Style, x: f32, kind: Kind) {
        let node = self.tree.add(kind, None);
        let column = self.column(text, style, x, RIGHT, node);
        self.row(&[column], style.leading);
    }

    fn column(&mut self, text: &str, style: Style, x: f32, to: f32, node: NodeId) -> Column {
        let mut lines = Vec::new();
        for line in printable(text).split('\n') {
            let shaped = Rc::new(Shaped::new(self.fonts, style.face, line));
            self.missing += shaped.missing;
            for part in shaped.broken((to - x) / style.size) {
                lines.push(part);
            }
        }
        Column { from: x, to, lines, style, node }
    }

    /// Sets columns beside each other. A few lines stay together on a page.
    fn row<const N: usize>(&mut self, columns: &[Column; N], leading: f32) {
        let count = columns.iter().map(|column| column.lines.len()).max().unwrap_or_default();
        let few = u8::try_from(count).ok().filter(|few| *few <= TOGETHER);
        self.keep(few.map_or(leading, |few| f32::from(few) * leading));
        for at in 0..count {
            self.keep(leading);
            // A quarter of the line is below the letters' feet.
            let y = self.y + leading * 0.75;
            for column in columns {
                if let Some(item) = column.line(at, y) {
                    self.put(item);
                }
            }
            self.y += leading;
        }
    }

    fn rule(&mut self) {
        let y = self.y;
        self.put(Item::Rule { y });
    }

    fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }

    /// Nothing begins a page with a gap.
    fn space(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// Goes on to the next page if this one has not that much left.
    fn keep(&mut self, height: f32) {
        if self.y + height <= BOTTOM || self.y <= TOP {
            return;
        }
        self.end_bar();
        self.pages.push(Vec::new());
        self.y = TOP;
        self.bar = self.bar.map(|(_, ink)| (TOP, ink));
    }
}

impl Column {
    /// Text that runs from right to left begins at the right edge of its column.
    fn line(&self, at: usize, y: f32) -> Option<Item> {
        let (part, style, node) = (self.lines.get(at)?.clone(), self.style, self.node);
        let x = if part.is_from_right() { self.to - part.width * style.size } else { self.from };
        Some(Item::Text { x, y, part, style, node })
    }
}
