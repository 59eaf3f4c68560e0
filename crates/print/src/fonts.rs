//! The fonts, and what they know of a text.

use harfrust::{Direction, FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use krilla::text::Font;

/// What stands for a character that no font here has.
const BOX: &str = "\u{25A1}";

/// A font, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// What people write.
    Regular,
    /// Headings and names.
    Bold,
    /// What machines write.
    Mono,
}

impl Face {
    /// In which order fonts are asked for a character.
    pub(crate) fn chain(self) -> &'static [Self] {
        match self {
            Self::Regular => &[Self::Regular, Self::Mono],
            Self::Bold => &[Self::Bold, Self::Regular, Self::Mono],
            Self::Mono => &[Self::Mono, Self::Regular],
        }
    }
}

/// A glyph as the shaper gives it. Lengths are parts of the size of the font.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The glyph in its font; 0: the font has none.
    pub(crate) glyph: u32,
    /// The byte of the text at which its cluster begins.
    pub(crate) cluster: usize,
    pub(crate) advance: f32,
    pub(crate) x: f32,
    pub(crate) y: f32,
}

struct Loaded {
    font: Font,
    reader: FontRef<'static>,
    data: ShaperData,
    em: f32,
}

impl Loaded {
    fn new(bytes: &'static [u8]) -> Self {
        let whole = "a font that comes with the binary is whole; a test prints with each";
        let font = Font::new(bytes.into(), 0).expect(whole);
        let reader = FontRef::new(bytes).expect(whole);
        let data = ShaperData::new(&reader);
        Self { em: font.units_per_em(), font, reader, data }
    }
}

/// All fonts.
pub(crate) struct Fonts {
    regular: Loaded,
    bold: Loaded,
    mono: Loaded,
    /// The glyph of the box, in the regular font.
    pub(crate) missing: Shape,
}

impl Fonts {
    pub(crate) fn load() -> Self {
        let mut fonts = Self {
            regular: Loaded::new(dejavu::sans::regular()),
            bold: Loaded::new(dejavu::sans::bold()),
            mono: Loaded::new(dejavu::sans_mono::regular()),
            missing: Shape { glyph: 0, cluster: 0, advance: 0.6, x: 0.0, y: 0.0 },
        };
        if let Some(shape) = fonts.shape(Face::Regular, BOX, false).first() {
            fonts.missing = *shape;
        }
        fonts
    }

    fn of(&self, face: Face) -> &Loaded {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Mono => &self.mono,
        }
    }

    /// The font as pages take it.
    pub(crate) fn font(&self, face: Face) -> Font {
        self.of(face).font.clone()
    }

    /// The glyphs of a text of one direction, from left to right.
    pub(crate) fn shape(&self, face: Face, text: &str, from_right: bool) -> Vec<Shape> {
        let loaded = self.of(face);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let direction = if from_right { Direction::RightToLeft } else { Direction::LeftToRight };
        buffer.set_direction(direction);
        let shaper = loaded.data.shaper(&loaded.reader).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let length = |units: i32| f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / loaded.em;
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        glyphs
            .map(|(info, position)| Shape {
                glyph: info.glyph_id,
                cluster: usize::try_from(info.cluster).unwrap_or(usize::MAX),
                advance: length(position.x_advance),
                x: length(position.x_offset),
                y: length(position.y_offset),
            })
            .collect()
    }
}
