//! Pictures of one stroke, drawn on a grid of 16: a state is told by shape and word, never by
//! colour alone.

use maud::{Markup, PreEscaped, html};

const ICONS: &[(&str, &str)] = &[
    ("brand", r#"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h6" /><path d="m10 11.5 1.6 1.6 3-3.4" />"#),
    (
        "gear",
        r#"<circle cx="8" cy="8" r="2.2"/><path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"/>"#,
    ),
    (
        "person",
        r#"<circle cx="8" cy="5.4" r="2.7"/><path d="M2.8 13.8c.6-2.9 2.6-4.2 5.2-4.2s4.6 1.3 5.2 4.2"/>"#,
    ),
    ("cross", r#"<path d="m4 4 8 8M12 4l-8 8"/>"#),
    ("tick", r#"<path d="m3 8.5 3.2 3.2L13 4.8"/>"#),
    ("search", r#"<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.6 3.6"/>"#),
    ("plus", r#"<path d="M8 3v10M3 8h10"/>"#),
    (
        "sun",
        r#"<circle cx="8" cy="8" r="3"/><path d="M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1"/>"#,
    ),
    ("moon", r#"<path d="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6Z"/>"#),
    (
        "auto",
        r#"<circle cx="8" cy="8" r="5.6"/><path d="M8 2.4v11.2A5.6 5.6 0 0 0 8 2.4Z" fill="currentColor"/>"#,
    ),
    ("blocked", r#"<path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5Z"/><path d="M5.2 8h5.6"/>"#),
    ("ready", r#"<circle cx="8" cy="8" r="5.6"/><circle cx="8" cy="8" r="2.2" fill="currentColor"/>"#),
    ("numbered", r#"<path d="M6 2.5 5 13.5M11 2.5l-1 11M2.8 5.8h10.7M2.3 10.2H13"/>"#),
    ("printed", r#"<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2"/><path d="M4.5 9.5h7v4h-7z"/>"#),
    (
        "shipped",
        r#"<path d="M1.5 4h7.5v7H1.5zM9 6.5h2.8l2.7 2.5v2H9"/><circle cx="4.5" cy="12" r="1.3"/><circle cx="11.5" cy="12" r="1.3"/>"#,
    ),
    ("cancelled", r#"<circle cx="8" cy="8" r="5.6"/><path d="m4.1 11.9 7.8-7.8"/>"#),
    ("clock", r#"<circle cx="8" cy="8" r="5.6"/><path d="M8 4.8V8l2.2 1.6"/>"#),
    ("alarm", r#"<path d="M8 2.3 14.3 13.3H1.7Z"/><path d="M8 6.5v3M8 11.3v.2"/>"#),
    ("flag", r#"<path d="M4 14V2.5M4 3h8l-2 2.8 2 2.7H4" fill="currentColor"/>"#),
    ("buyer", r#"<path d="M2.5 3h11v7.5H7L4 13v-2.5H2.5Z"/>"#),
    ("seller", r#"<path d="m3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3Z"/>"#),
    ("merged", r#"<path d="M3 2.5c0 4 5 3.5 5 7.5v3.5M13 2.5c0 4-5 3.5-5 7.5M5.8 11.3 8 13.5l2.2-2.2"/>"#),
    (
        "split",
        r#"<path d="M8 13.5V10C8 6.5 3.5 7 3.5 2.5M8 10c0-3.5 4.5-3 4.5-7.5M1.6 4.4l1.9-1.9 1.9 1.9M10.6 4.4l1.9-1.9 1.9 1.9"/>"#,
    ),
    ("right", r#"<path d="m6 3.5 4.5 4.5L6 12.5"/>"#),
    ("down", r#"<path d="m3.5 6 4.5 4.5L12.5 6"/>"#),
    (
        "eye",
        r#"<path d="M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="1.9"/>"#,
    ),
    ("stale", r#"<path d="M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3"/>"#),
    ("file", r#"<path d="M4 1.8h5.5L12.5 5v9.2h-8.5zM9.3 2v3.2h3"/>"#),
    ("pause", r#"<path d="M5.5 3.5v9M10.5 3.5v9"/>"#),
];

/// All pictures, once per page.
pub fn sprite() -> Markup {
    html! {
        svg.sprite aria-hidden="true" width="0" height="0" {
            @for (name, body) in ICONS {
                symbol id={ "i-" (name) } viewBox="0 0 16 16" { (PreEscaped(body)) }
            }
        }
    }
}

/// A picture; the word beside it says what it means.
pub fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" width="16" height="16" { use href={ "#i-" (name) } {} } }
}
