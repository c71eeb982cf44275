//! Chinese and English: every text of a page stands in one table, both languages side by side.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Zh,
}

/// A text in both languages; it cannot exist in one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Text {
    /// The text in a language.
    pub fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The text with `{}` replaced by the values, in their order.
    pub fn with(self, lang: Lang, values: &[&dyn std::fmt::Display]) -> String {
        let mut parts = self.of(lang).split("{}");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            out.push_str(&value.to_string());
            out.push_str(part);
        }
        out
    }
}

impl Lang {
    /// By the reader's own choice, else by what the browser asks for.
    pub fn choose(cookie: Option<&str>, accept: Option<&str>) -> Self {
        match cookie {
            Some("zh") => return Self::Zh,
            Some("en") => return Self::En,
            _ => {}
        }
        // The browser's list is in the order of preference; weights only repeat that order.
        let wanted = accept.unwrap_or_default().split(',').map(str::trim);
        let known = |tag: &str| match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        };
        wanted.filter_map(known).next().unwrap_or(Self::En)
    }

    /// The tag for `lang` attributes.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// One of two texts that were made at run time.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// Declares texts: `NAME = "English" "Chinese";`, and a `TABLE` of them for the test that reads them.
macro_rules! texts {
    ($($name:ident = $en:literal $zh:literal;)*) => {
        $(pub const $name: $crate::web::lang::Text = $crate::web::lang::Text { en: $en, zh: $zh };)*

        #[cfg(test)]
        pub const TABLE: &[$crate::web::lang::Text] = &[$($name),*];
    };
}

pub(crate) use texts;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_choice_wins_over_the_browsers() {
        for (cookie, accept, lang) in [
            (Some("en"), Some("zh-CN"), Lang::En),
            (None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh),
            (None, Some("de-DE,de;q=0.9,zh;q=0.5"), Lang::Zh),
            (None, Some("fr"), Lang::En),
            (Some("klingon"), None, Lang::En),
        ] {
            assert_eq!(Lang::choose(cookie, accept), lang, "{cookie:?} {accept:?}");
        }
    }

    #[test]
    fn every_text_is_told_in_both_languages_with_the_same_values() {
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for text in crate::web::texts::ALL_TABLES.iter().copied().flatten() {
            assert!(!text.en.is_empty() && !is_chinese(text.en), "English: {text:?}");
            assert!(is_chinese(text.zh) || text.zh == text.en, "Chinese: {text:?}");
            assert_eq!(text.en.matches("{}").count(), text.zh.matches("{}").count(), "{text:?}");
        }
    }
}
