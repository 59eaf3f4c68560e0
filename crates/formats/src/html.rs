//! HTML as the text that is in it. Only for reading: what is quoted begins with `>` as in plain text, and nothing of the
//! look stays. It goes through the text once, whatever is in it.

/// Quotations in quotations that are told apart.
const DEEPEST_QUOTATION: usize = 8;

/// Elements whose content nobody reads.
const UNREAD: [&str; 4] = ["script", "style", "title", "template"];

/// Elements that begin a line.
const BLOCKS: [&str; 23] = [
    "address", "article", "center", "div", "dd", "dl", "dt", "fieldset", "footer", "form",
    "header", "li", "main", "nav", "ol", "pre", "section", "table", "tbody", "thead", "tr", "ul",
    "body",
];

/// Elements with an empty line around them. Below a rule begins something else.
const PARAGRAPHS: [&str; 9] = ["p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr"];

/// The text of a page.
pub(crate) fn text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.words(&rest[..at]);
        rest = after_tag(&rest[at..], &mut page);
    }
    page.words(rest);
    page.end_line();
    page.out.truncate(page.out.trim_end().len());
    page.out
}

/// What follows the tag with which `html` begins, and what is to be skipped with it.
fn after_tag<'h>(html: &'h str, page: &mut Page) -> &'h str {
    if let Some(comment) = html.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let inner = &html[1..];
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        page.words("<");
        return inner;
    }
    let (tag, rest) = inner.split_at(end_of_tag(inner));
    let rest = rest.strip_prefix('>').unwrap_or(rest);
    let (closes, name) = match tag.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, tag),
    };
    let attributes = name;
    let name: String = name
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(16)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if !closes && UNREAD.contains(&name.as_str()) {
        return after_element(rest, &name);
    }
    page.hide(&name, closes, !closes && is_hidden(attributes));
    page.tag(&name, closes);
    rest
}

/// Elements that have no end, in lower case.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "meta", "link", "wbr", "col"];

/// Styles of what nobody sees, without spaces.
const UNSEEN: [&str; 4] = ["display:none", "visibility:hidden", "font-size:0;", "opacity:0;"];

/// Whether the attributes of an element hide what is in it.
fn is_hidden(tag: &str) -> bool {
    let tag = &tag[..tag.floor_char_boundary(LONGEST_TAG)];
    let mut bare: String = tag.chars().filter(|c| !c.is_whitespace()).collect();
    bare.make_ascii_lowercase();
    let style = bare.split_once("style=").map_or("", |(_, style)| style);
    let style = match style.chars().next() {
        Some(quote @ ('"' | '\'')) => style[1..].split(quote).next().unwrap_or_default(),
        _ => style,
    };
    let style = format!("{style};").replace("px;", ";").replace("pt;", ";");
    let words = tag.split(|c: char| c.is_whitespace() || c == '/');
    let mut words = words.skip(1);
    UNSEEN.iter().any(|unseen| style.contains(unseen))
        || words.any(|word| {
            word.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("hidden"))
        })
}

/// Bytes of a tag within which a quote has to be closed. Without a bound every tag of a mail made for it would be looked
/// for up to the end of the mail.
const LONGEST_TAG: usize = 4096;

/// Where a tag ends; a `>` in quotes ends none.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that nobody closes does not swallow the rest of the mail.
    tag.find('>').unwrap_or(tag.len())
}

fn after_element<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name)) {
            return rest.split_once('>').map_or("", |(_, rest)| rest);
        }
    }
    ""
}

/// Text in the making.
#[derive(Default)]
struct Page {
    out: String,
    line: String,
    quotation: usize,
    /// An empty line is to stand before the next one, within so many quotations.
    gap: Option<usize>,
    /// An element that nobody sees, and how many of its name are open in it.
    hidden: Option<(String, usize)>,
}

impl Page {
    /// Keeps count of the element that hides what is in it.
    fn hide(&mut self, name: &str, closes: bool, is_hidden: bool) {
        match &mut self.hidden {
            Some((open, depth)) if open == name && closes => {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            Some((open, depth)) if open == name => *depth += 1,
            None if is_hidden && !VOID.contains(&name) => {
                self.hidden = Some((name.to_owned(), 1));
            }
            _ => {}
        }
    }

    fn words(&mut self, raw: &str) {
        if self.hidden.is_some() {
            return;
        }
        let text = htmlize::unescape(raw);
        for c in text.chars() {
            if !c.is_whitespace() {
                self.line.push(c);
            } else if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    fn tag(&mut self, name: &str, closes: bool) {
        match name {
            "br" => {
                let was_empty = self.line.trim().is_empty();
                self.end_line();
                if was_empty {
                    self.empty_line();
                }
            }
            "td" | "th" => self.words(" "),
            "blockquote" => {
                self.paragraph();
                self.quotation = if closes {
                    self.quotation.saturating_sub(1)
                } else {
                    (self.quotation + 1).min(DEEPEST_QUOTATION)
                };
            }
            name if PARAGRAPHS.contains(&name) => self.paragraph(),
            name if BLOCKS.contains(&name) => {
                self.end_line();
                if name == "li" && !closes {
                    self.line.push_str("- ");
                }
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        self.end_line();
        self.empty_line();
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        if let Some(quotation) = self.gap.take() {
            let quotation = quotation.min(self.quotation);
            self.out.push_str("> ".repeat(quotation).trim_end());
            self.out.push('\n');
        }
        self.out.push_str(&"> ".repeat(self.quotation));
        self.out.push_str(line.trim());
        self.out.push('\n');
    }

    /// One empty line, however many are asked for.
    fn empty_line(&mut self) {
        if !self.out.is_empty() && self.gap.is_none() {
            self.gap = Some(self.quotation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_page_reads_as_it_looks() {
        for (html, plain) in [
            ("<b>Look</b> at <i>this</i>,\n  please", "Look at this, please"),
            ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("<ul><li>x</li><li>y</li></ul>", "- x\n- y"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
            ("a &lt;b&gt; &amp;amp; c&nbsp;d &#x41;", "a <b> &amp; c d A"),
            ("<style>p{}</style><title>t</title>x<script>if(a<b){}</script >y", "xy"),
            ("a<!-- <p>no</p> -->b <3 c", "ab <3 c"),
            ("<img alt=\"a>b\" src=x>c", "c"),
            ("<a href=\"x>never closed <b>seen</b>", "never closed seen"),
            ("<script>never closed", ""),
            ("<div style=\"display: none\">no<div>no</div>no</div>yes", "yes"),
            (
                "<span style='x:y; visibility:hidden'>no</span>yes<br style=\"display:none\">too",
                "yes\ntoo",
            ),
            ("<p style=\"font-size:0px\">no</p><p style=\"font-size:0.9em\">yes</p>", "yes"),
            ("<div hidden>no</div><div class=\"hidden-x\">yes</div>", "yes"),
            (
                "Done.<blockquote><p>Hello</p><p>there</p></blockquote>",
                "Done.\n\n> Hello\n>\n> there",
            ),
            ("", ""),
        ] {
            assert_eq!(text(html), plain, "{html}");
        }
    }

    #[test]
    fn it_takes_no_longer_the_stranger_the_page_is() {
        for odd in
            ["<", "<a ", "<a \"", "<!--", "<script>", "</", "<blockquote>", "&", "<br>", "<p>é"]
        {
            text(&odd.repeat(100_000));
        }
    }
}
