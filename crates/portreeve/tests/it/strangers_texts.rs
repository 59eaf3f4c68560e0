//! Texts of strangers on the pages of staff: whatever they write is text.

use crate::seat::{Seat, form, hire};
use crate::world::{Engine, World};

/// Payloads that try to be more than text: every family of them by every way of writing it.
fn payloads() -> Vec<String> {
    let scripts =
        ["alert(1)", "fetch('//evil.example.com')", "document.cookie", "top.location='x'"];
    let frames: [fn(&str) -> String; 20] = [
        |js| format!("<script>{js}</script>"),
        |js| format!("<ScRiPt >{js}</sCrIpT >"),
        |js| format!("<script/x>{js}</script>"),
        |js| format!("<img src=x onerror={js}>"),
        |js| format!("<img src=x onerror=\"{js}\">"),
        |js| format!("<svg/onload={js}>"),
        |js| format!("<svg><animate onbegin={js} attributeName=x>"),
        |js| format!("<body onload={js}>"),
        |js| format!("<details open ontoggle={js}>"),
        |js| format!("<iframe src=\"javascript:{js}\"></iframe>"),
        |js| format!("<a href=\"javascript:{js}\">x</a>"),
        |js| format!("<form><button formaction=\"javascript:{js}\">x"),
        |js| format!("<math><mtext><table><mglyph><style><img src=x onerror={js}>"),
        |js| format!("<object data=\"data:text/html,{js}\">"),
        |js| format!("<style>@import'//evil.example.com';</style>{js}"),
        |js| format!("<meta http-equiv=refresh content=\"0;url=javascript:{js}\">"),
        |js| format!("<base href=//evil.example.com/>{js}"),
        |js| format!("<link rel=stylesheet href=//evil.example.com>{js}"),
        |js| format!("{{{{ {js} }}}}{{% include 'x' %}}${{{js}}}"),
        |js| format!("<template><script>{js}</script></template>"),
    ];
    let breakouts: [fn(&str) -> String; 9] = [
        |html| html.to_owned(),
        |html| format!("\"'>{html}"),
        |html| format!("</textarea>{html}"),
        |html| format!("</title></pre></time>{html}"),
        |html| format!("--><!--{html}"),
        |html| format!("]]>{html}"),
        |html| format!("&lt;x&gt;{html}&#x3c;script&#x3e;"),
        |html| html.replace('<', "<\u{0}").replace("on", "o\u{200b}n"),
        |html| format!("\u{202e}{html}\u{2028}"),
    ];
    let attributes = (0..320).map(|n| {
        let quote = ["\"", "'", "`", "&quot;"][n % 4];
        let event = ["onfocus", "onmouseover", "onpointerenter", "onanimationstart"][n / 4 % 4];
        format!("{n}{quote} {event}={quote}alert({n}){quote} autofocus x={quote}")
    });
    let mut all: Vec<String> = Vec::new();
    for script in scripts {
        for frame in frames {
            all.extend(breakouts.iter().map(|breakout| breakout(&frame(script))));
        }
    }
    let doubled: Vec<String> = all.iter().map(|one| format!("{one}\r\n{one}")).collect();
    all.extend(doubled);
    all.extend(attributes);
    all.extend(
        (0..280).map(|n| format!("<x{n} style=animation-name:y onanimationend=alert({n})>")),
    );
    all
}

/// The names of all tags of a page.
fn structure(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end);
        let tag = &rest[at + 1..end];
        let name: String = tag
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '!'))
            .collect();
        tags.push(name);
        rest = &rest[end..];
    }
    tags
}

const NEVER: [&str; 10] =
    ["iframe", "object", "template", "math", "style", "base", "animate", "mglyph", "body/", "x0"];

#[test]
fn whatever_strangers_write_is_text() {
    let world = World::new(Engine::Sqlite);
    hire(&world, "carol", "admin");
    let payloads = payloads();
    assert!(payloads.len() >= 2_000, "{}", payloads.len());
    let desk = world.serve();
    let mut ids = Vec::new();
    for chunk in payloads.chunks(4) {
        // Each goes through every field that a script of a stranger could fill.
        let text = |n: usize| chunk.get(n).map_or("x", String::as_str);
        let category: String = text(0).chars().take(200).collect();
        let address: String = text(1).chars().take(200).collect();
        let both = format!("{}\n{}", text(2), text(3));
        let fields = form(&[
            ("service_id", "7"),
            ("category", &category),
            ("service_ip", &address),
            ("additional_info", &both),
            ("admin_notes", &chunk.join("\n")),
        ]);
        ids.push(desk.create(&world, &fields));
    }
    world.ok(&[
        "report",
        "answer",
        &ids[0].to_string(),
        "--from-customer",
        "--text",
        &payloads[0].replace('\0', ""),
    ]);
    let seat = Seat::take(&desk, "carol");
    for id in &ids {
        let page = seat.page(&format!("/admin/reports/{id}"));
        check(&page, &format!("report {id}"));
    }
    let mut after = String::new();
    for _ in 0..60 {
        let page = seat
            .page(&format!("/admin/reports?column=category&column=address&column=status{after}"));
        check(&page, "the list");
        let Some(next) = page.split("rel=\"next\" href=\"/admin/reports?").nth(1) else { break };
        let next = next.split("after=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        after = format!("&after={next}");
    }
    check(&seat.page("/admin"), "home");
    check(&seat.page("/admin/reports/new?service=main:7"), "a new report");
    for payload in payloads.iter().step_by(37) {
        let query = form(&[("text", payload), ("category", payload), ("address", payload)]);
        check(&seat.get(&format!("/admin/reports?{query}")).body, payload);
    }
}

/// Only our own script is in a page, and no tag or attribute that we never write.
fn check(page: &str, what: &str) {
    let tags = structure(page);
    let scripts = tags.iter().filter(|tag| tag.eq_ignore_ascii_case("script")).count();
    assert!(scripts <= 1, "{what}: {scripts} scripts");
    for tag in &tags {
        assert!(!NEVER.contains(&tag.to_lowercase().as_str()), "{what}: <{tag}");
        assert!(!tag.starts_with('x'), "{what}: <{tag}");
    }
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end);
        let tag = rest[at..end].to_lowercase();
        let outside: String = tag.split('"').step_by(2).collect();
        assert!(!outside.contains(" on") && !outside.contains("/on"), "{what}: {tag}");
        assert!(
            !tag.contains("href=\"javascript:") && !tag.contains("action=\"javascript:"),
            "{what}: {tag}"
        );
        rest = &rest[end..];
    }
}
