//! Platforms that cannot be reached, played over HTTP: as strict as the real ones, and as unkind.

pub mod douyin;
pub mod pdd;
pub mod top;
pub mod woo;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use huidan::app::App;
use huidan::domain::time::UtcTime;

/// What happens behind somebody's back, one deed after each answer of a list.
pub type Deed<T> = Box<dyn FnOnce(&mut T) + Send>;

/// What every platform here has: rows that change meanwhile, answers that get lost, tokens that end.
pub struct World<T> {
    app: App,
    rows: Mutex<T>,
    deeds: Mutex<VecDeque<Deed<T>>>,
    tokens: Mutex<Tokens>,
    /// How many lists were answered.
    pub lists: AtomicUsize,
    /// So many further writes are done and never answered.
    pub silent_writes: AtomicUsize,
    /// So many further calls are refused for being too many.
    pub bans: AtomicUsize,
    /// Seconds its clock is ahead of ours.
    pub ahead_s: AtomicI64,
}

/// The tokens in force. A refresh ends both of those before it.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub ends_at: UtcTime,
    /// What a person comes back with, once.
    pub code: String,
    /// Seconds a token lasts, and for how long it may be refreshed.
    pub life: (i64, i64),
    /// How many were given.
    pub given: usize,
    /// The refresh token before this one still works, for an answer that was lost.
    pub has_grace: bool,
}

impl<T> World<T> {
    /// By this app's clock, with the token `token-0`.
    pub fn new(app: &App, rows: T) -> Self {
        let life = (7 * 86_400, 30 * 86_400);
        let tokens = Tokens {
            access: "token-0".to_owned(),
            refresh: "again-0".to_owned(),
            ends_at: app.now().plus(chrono::Duration::days(365)),
            code: "the-code".to_owned(),
            life,
            given: 0,
            has_grace: false,
        };
        Self {
            app: app.clone(),
            rows: Mutex::new(rows),
            deeds: Mutex::default(),
            tokens: Mutex::new(tokens),
            lists: AtomicUsize::new(0),
            silent_writes: AtomicUsize::new(0),
            bans: AtomicUsize::new(0),
            ahead_s: AtomicI64::new(0),
        }
    }

    pub fn now(&self) -> UtcTime {
        self.app.now().plus(chrono::Duration::seconds(self.ahead_s.load(Ordering::Relaxed)))
    }

    pub fn rows(&self) -> MutexGuard<'_, T> {
        self.rows.lock().expect("no holder panics")
    }

    pub fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().expect("no holder panics")
    }

    /// Does this after the next list that has no deed of its own yet.
    pub fn then(&self, deed: impl FnOnce(&mut T) + Send + 'static) {
        self.deeds.lock().expect("no holder panics").push_back(Box::new(deed));
    }

    /// A list was answered.
    pub fn listed(&self) {
        self.lists.fetch_add(1, Ordering::Relaxed);
        let deed = self.deeds.lock().expect("no holder panics").pop_front();
        if let Some(deed) = deed {
            deed(&mut self.rows());
        }
    }

    /// Whether this token opens the shop now.
    pub fn opens(&self, token: &str) -> bool {
        let tokens = self.tokens();
        tokens.access == token && tokens.ends_at > self.now()
    }

    /// A new token for a code or a refresh token; `None` when it is not the one in force.
    pub fn give(&self, code: Option<&str>, refresh: Option<&str>) -> Option<Tokens> {
        let mut tokens = self.tokens();
        let is_good = match (code, refresh) {
            (Some(code), _) => !code.is_empty() && tokens.code == code,
            (_, Some(refresh)) => {
                let before = tokens.given.checked_sub(1).map(|before| format!("again-{before}"));
                tokens.refresh == refresh || tokens.has_grace && before.as_deref() == Some(refresh)
            }
            _ => false,
        };
        if !is_good {
            return None;
        }
        if code.is_some() {
            tokens.code.clear();
        }
        tokens.given += 1;
        tokens.access = format!("token-{}", tokens.given);
        tokens.refresh = format!("again-{}", tokens.given);
        tokens.ends_at = self.now().plus(chrono::Duration::seconds(tokens.life.0));
        Some(tokens.clone())
    }

    /// Counts one down; whether there was one.
    pub fn takes(count: &AtomicUsize) -> bool {
        count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}
