//! What a template of people may have. The parser, the compiler and what they build go down one call for each part of
//! an expression, so that a long one would leave the stack of the thread, which ends the process. It is measured with
//! the lexer of the templates, which goes along the text in a loop.

use minijinja::machinery::{Token, tokenize};

/// Words and signs of one expression: the longest of ours has a fifth of them.
const SIGNS: usize = 200;

/// Blocks within each other, each `elif` being one within its `if`.
const BLOCKS: usize = 50;

/// Parts of a name with dots in the texts about kinds of abuse, of which each is a table in the one before.
const PARTS_OF_A_NAME: usize = 50;

/// Statements that end with one of their own.
const OPENING: [&str; 8] = ["if", "for", "with", "autoescape", "filter", "block", "macro", "call"];

/// Why a template is not parsed, if it is beyond the bounds. What follows an error of the lexer is parsed by nobody.
#[expect(
    clippy::default_trait_access,
    reason = "the type of the syntax is not exported with the lexer"
)]
pub(super) fn beyond(text: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let (mut signs, mut begins) = (0, false);
    for (token, span) in tokenize(text, false, Default::default()).map_while(Result::ok) {
        let line = span.start_line;
        match token {
            Token::VariableStart | Token::BlockStart | Token::TemplateData(_) => {
                signs = 0;
                begins = matches!(token, Token::BlockStart);
                continue;
            }
            Token::VariableEnd | Token::BlockEnd => signs = 0,
            Token::Ident(word) if begins => follow(&mut open, word),
            _ => signs += 1,
        }
        begins = false;
        if signs > SIGNS {
            return Some(format!(
                "line {line}: an expression of more than {SIGNS} words and signs"
            ));
        }
        if open.len() > BLOCKS {
            return Some(format!("line {line}: more than {BLOCKS} blocks within each other"));
        }
    }
    None
}

/// A statement opens a block, or ends those down to its own.
fn follow<'a>(open: &mut Vec<&'a str>, word: &'a str) {
    if word == "elif" || OPENING.contains(&word) {
        open.push(word);
    } else if let Some(ended) = word.strip_prefix("end")
        && let Some(at) = open.iter().rposition(|one| *one == ended)
    {
        open.truncate(at);
    }
}

/// The same for the texts about kinds of abuse.
pub(super) fn about_beyond(text: &str) -> Option<String> {
    let deep = text.lines().position(|line| {
        let name = line.split(['=', ']']).next().unwrap_or_default();
        name.matches('.').count() >= PARTS_OF_A_NAME
    })?;
    Some(format!("line {}: a name of more than {PARTS_OF_A_NAME} parts", deep + 1))
}
