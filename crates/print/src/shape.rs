//! A line of text becomes glyphs, and the glyphs lines that fit a width.

use std::ops::Range;
use std::rc::Rc;

use krilla::text::{GlyphId, KrillaGlyph};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

use crate::fonts::{Face, Fonts, Shape};

/// Marks that may stand over or under one letter; what is beyond is shown as boxes, so that nobody writes over what
/// stands around. Vietnamese needs two, Hebrew and Arabic with all their points four.
const MARKS: usize = 4;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// From which part of a line on a word that is longer than a line is rather broken behind a sign than anywhere.
const FULL_ENOUGH: f32 = 0.6;

/// Text as it can be printed: tabs are blanks, and what directs a terminal or turns the direction of text is
/// shown as U+FFFD.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut column, mut marks) = (0, 0);
    for c in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
        match c {
            '\n' => {
                out.push(c);
                column = 0;
                continue;
            }
            '\t' => {
                let blanks = TAB - column % TAB;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
                continue;
            }
            _ => column += 1,
        }
        marks = if bidi_class(c) == BidiClass::NSM { marks + 1 } else { 0 };
        let is_command = c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        out.push(if is_command || marks > MARKS { '\u{FFFD}' } else { c });
    }
    out
}

/// What is drawn as one: a letter with its marks, or letters that are one sign.
#[derive(Debug)]
struct Cluster {
    text: Range<usize>,
    glyphs: Range<usize>,
    face: Face,
    level: Level,
    width: f32,
}

/// A line of text as glyphs. Widths are parts of the size of the font.
#[derive(Debug)]
pub(crate) struct Shaped {
    text: String,
    from_right: bool,
    clusters: Vec<Cluster>,
    glyphs: Vec<Shape>,
    /// Characters that no font has.
    pub(crate) missing: usize,
}

/// Glyphs of one font, from left to right.
pub(crate) struct Run {
    pub(crate) face: Face,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) width: f32,
}

/// A part of a shaped text that fits a width.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    shaped: Rc<Shaped>,
    clusters: Range<usize>,
    /// Its width without the blanks at its end.
    pub(crate) width: f32,
}

impl Shaped {
    /// `line` has no line break.
    pub(crate) fn new(fonts: &Fonts, face: Face, line: &str) -> Self {
        let mut shaped = Self {
            text: line.to_owned(),
            from_right: false,
            clusters: Vec::new(),
            glyphs: Vec::new(),
            missing: 0,
        };
        let bidi = BidiInfo::new(line, None);
        shaped.from_right = bidi.paragraphs.first().is_some_and(|para| para.level.is_rtl());
        for (range, level) in runs(line, &bidi.levels) {
            shaped.add(fonts, face.chain(), range, level);
        }
        shaped
    }

    /// Adds a run of one direction and script; what the first font does not have is looked for in the next.
    fn add(&mut self, fonts: &Fonts, chain: &[Face], run: Range<usize>, level: Level) {
        let Some((&face, others)) = chain.split_first() else {
            return self.add_boxes(fonts, run, level);
        };
        let shapes = fonts.shape(face, &self.text[run.clone()], level.is_rtl());
        let mut lacking: Option<Range<usize>> = None;
        for (text, shapes) in clusters(&shapes, &run) {
            if shapes.iter().any(|shape| shape.glyph == 0) {
                let start = lacking.map_or(text.start, |before| before.start);
                lacking = Some(start..text.end);
                continue;
            }
            if let Some(lacking) = lacking.take() {
                self.add(fonts, others, lacking, level);
            }
            let from = self.glyphs.len();
            self.glyphs.extend(&shapes);
            let width = shapes.iter().map(|shape| shape.advance).sum();
            let glyphs = from..self.glyphs.len();
            self.clusters.push(Cluster { text, glyphs, face, level, width });
        }
        if let Some(lacking) = lacking {
            self.add(fonts, others, lacking, level);
        }
    }

    fn add_boxes(&mut self, fonts: &Fonts, run: Range<usize>, level: Level) {
        let chars: Vec<(usize, char)> = self.text[run.clone()].char_indices().collect();
        for (at, c) in chars {
            let text = run.start + at..run.start + at + c.len_utf8();
            let from = self.glyphs.len();
            self.glyphs.push(fonts.missing);
            let (glyphs, width) = (from..self.glyphs.len(), fonts.missing.advance);
            self.clusters.push(Cluster { text, glyphs, face: Face::Regular, level, width });
            self.missing += 1;
        }
    }

    fn ends(&self, cluster: usize, with: &[char]) -> bool {
        self.text[self.clusters[cluster].text.clone()].ends_with(with)
    }

    /// The parts that each fit `width`; at least one.
    pub(crate) fn broken(self: &Rc<Self>, width: f32) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut start, mut used) = (0, 0.0);
        // Behind which cluster the line may be broken: a blank, or a sign within a long word.
        let (mut blank, mut sign) = (None, None);
        let mut at = 0;
        while at < self.clusters.len() {
            let is_blank = self.ends(at, &[' ']);
            let wide = self.clusters[at].width;
            if used + wide > width && at > start && !is_blank {
                let end = blank.or(sign).unwrap_or(at);
                parts.push(self.part(start..end));
                (start, used, blank, sign) = (end, 0.0, None, None);
                at = end;
                continue;
            }
            used += wide;
            at += 1;
            if is_blank {
                blank = Some(at);
            } else if used > width * FULL_ENOUGH
                && self.ends(at - 1, &['/', '?', '&', '=', '-', ',', ';'])
            {
                sign = Some(at);
            }
        }
        if start < self.clusters.len() || parts.is_empty() {
            parts.push(self.part(start..self.clusters.len()));
        }
        parts
    }

    fn part(self: &Rc<Self>, clusters: Range<usize>) -> Part {
        let blanks = clusters.clone().rev().take_while(|at| self.ends(*at, &[' '])).count();
        let clusters = clusters.start..clusters.end - blanks;
        let width = self.clusters[clusters.clone()].iter().map(|cluster| cluster.width).sum();
        Part { shaped: Rc::clone(self), clusters, width }
    }
}

impl Part {
    /// It begins at the right.
    pub(crate) fn is_from_right(&self) -> bool {
        self.shaped.from_right
    }

    /// The text that the ranges of glyphs mean.
    pub(crate) fn text(&self) -> &str {
        &self.shaped.text
    }

    /// What is drawn, from left to right (UAX #9, L2).
    pub(crate) fn runs(&self) -> Vec<Run> {
        let all = &self.shaped.clusters;
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for at in self.clusters.clone() {
            match pieces.last_mut() {
                Some(piece)
                    if (all[piece.start].level, all[piece.start].face)
                        == (all[at].level, all[at].face) =>
                {
                    piece.end = at + 1;
                }
                _ => pieces.push(at..at + 1),
            }
        }
        let levels: Vec<Level> = pieces.iter().map(|piece| all[piece.start].level).collect();
        let order = BidiInfo::reorder_visual(&levels);
        order.into_iter().map(|which| self.run(pieces[which].clone())).collect()
    }

    fn run(&self, piece: Range<usize>) -> Run {
        let all = &self.shaped.clusters;
        let (face, level) = (all[piece.start].face, all[piece.start].level);
        let mut run = Run { face, glyphs: Vec::new(), width: 0.0 };
        let mut take = |cluster: &Cluster| {
            run.width += cluster.width;
            let shapes = &self.shaped.glyphs[cluster.glyphs.clone()];
            run.glyphs.extend(shapes.iter().map(|shape| {
                let id = GlyphId::new(shape.glyph);
                let text = cluster.text.clone();
                KrillaGlyph::new(id, shape.advance, shape.x, shape.y, 0.0, text, None)
            }));
        };
        if level.is_rtl() {
            all[piece].iter().rev().for_each(&mut take);
        } else {
            all[piece].iter().for_each(&mut take);
        }
        run
    }
}

/// Parts of one direction and one kind of script, in the order of the text.
fn runs(line: &str, levels: &[Level]) -> Vec<(Range<usize>, Level)> {
    let mut runs: Vec<(Range<usize>, Level)> = Vec::new();
    let mut joined = false;
    for (at, c) in line.char_indices() {
        let (end, level) = (at + c.len_utf8(), levels[at]);
        let joins = if c.is_alphabetic() { is_joined(c) } else { joined };
        match runs.last_mut() {
            Some((range, before)) if *before == level && joins == joined => range.end = end,
            _ => runs.push((at..end, level)),
        }
        joined = joins;
    }
    runs
}

/// Letters that are joined to their neighbours: they must not be shaped as another script.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{08FF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// The clusters of a shaped run in the order of the text, with their glyphs from left to right.
fn clusters(shapes: &[Shape], run: &Range<usize>) -> Vec<(Range<usize>, Vec<Shape>)> {
    let mut found: Vec<(Range<usize>, Vec<Shape>)> = Vec::new();
    for shape in shapes {
        let start = run.start + shape.cluster;
        match found.last_mut() {
            Some((text, glyphs)) if text.start == start => glyphs.push(*shape),
            _ => found.push((start..run.end, vec![*shape])),
        }
    }
    found.sort_by_key(|(text, _)| text.start);
    for at in 1..found.len() {
        found[at - 1].0.end = found[at].0.start;
    }
    found
}
