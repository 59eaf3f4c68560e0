//! What the parts of a document are, for programs that read it aloud.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Title,
    Heading,
    Paragraph,
    Table,
    Row,
    Name,
    Value,
}

impl Kind {
    fn tag(self) -> TagKind {
        let heading =
            |level| Tag::Hn(NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN), None).into();
        match self {
            Self::Title => heading(1),
            Self::Heading => heading(2),
            Self::Paragraph => Tag::P.into(),
            Self::Table => Tag::Table.into(),
            Self::Row => Tag::TR.into(),
            Self::Name => Tag::TH(TableHeaderScope::Row).into(),
            Self::Value => Tag::TD.into(),
        }
    }
}

/// A part, by its place in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

struct Node {
    kind: Kind,
    children: Vec<usize>,
    is_root: bool,
    lines: Vec<Identifier>,
}

/// All parts.
#[derive(Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(crate) fn add(&mut self, kind: Kind, parent: Option<NodeId>) -> NodeId {
        let id = self.nodes.len();
        let is_root = parent.is_none();
        self.nodes.push(Node { kind, children: Vec::new(), is_root, lines: Vec::new() });
        if let Some(NodeId(parent)) = parent {
            self.nodes[parent].children.push(id);
        }
        NodeId(id)
    }

    /// A line on a page belongs to a part.
    pub(crate) fn mark(&mut self, NodeId(id): NodeId, line: Identifier) {
        self.nodes[id].lines.push(line);
    }

    pub(crate) fn into_tags(self, language: &str) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        for (id, node) in self.nodes.iter().enumerate() {
            if node.is_root {
                tree.push(self.group(id));
            }
        }
        tree
    }

    fn group(&self, id: usize) -> TagGroup {
        let node = &self.nodes[id];
        let mut group = TagGroup::new(node.kind.tag());
        for line in &node.lines {
            group.push(*line);
        }
        for child in &node.children {
            group.push(self.group(*child));
        }
        group
    }
}
