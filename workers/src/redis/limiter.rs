//! Limits of turns shared by all processes: how fast, how many at once, and patience asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use redis::Script;

use super::link::Link;
use crate::limit::{Limit, LocalLimiter};
use crate::ports::{Limiter, Turn};

/// How long the word of a process counts about what it has at work. It is renewed with every sign of life of
/// the leases; a process that died is forgotten after it.
const WORD_KEPT: Duration = Duration::from_secs(20);

/// KEYS: gate, at work. ARGV: µs per job (0: no rate), burst, most at once (-1: no bound), this runner, what it
/// has at work, how many it wants, ms its word counts. Answers how many may begin.
const ADMIT: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local every, burst, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local mine, wanted, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
if tonumber(redis.call('HGET', KEYS[1], 'blocked') or 0) > now then return 0 end
if most >= 0 then
  local others = 0
  local words = redis.call('HGETALL', KEYS[2])
  for at = 1, #words, 2 do
    local count, till = string.match(words[at + 1], '(%d+):(%d+)')
    if tonumber(till) < now then redis.call('HDEL', KEYS[2], words[at])
    elseif words[at] ~= ARGV[4] then others = others + tonumber(count) end
  end
  wanted = math.max(0, math.min(wanted, most - others - mine))
end
if every > 0 then
  local full = math.max(tonumber(redis.call('HGET', KEYS[1], 'full') or 0), now)
  local fits = math.floor((now + every * burst - full) / every + 0.000001)
  wanted = math.max(0, math.min(wanted, fits))
  redis.call('HSET', KEYS[1], 'full', string.format('%.0f', full + every * wanted))
  redis.call('PEXPIRE', KEYS[1], math.ceil(every * (burst + 1) / 1000) + 60000)
end
if most >= 0 and wanted + mine > 0 then
  redis.call('HSET', KEYS[2], ARGV[4], string.format('%d:%.0f', wanted + mine, now + kept * 1000))
  redis.call('PEXPIRE', KEYS[2], kept + 1000)
end
return wanted
";

/// KEYS: gate, at work. ARGV: µs per job, how many are given back, this runner.
const GIVE_BACK: &str = r"
local full = tonumber(redis.call('HGET', KEYS[1], 'full') or 0)
if full > 0 then redis.call('HSET', KEYS[1], 'full', string.format('%.0f', full - tonumber(ARGV[1]) * tonumber(ARGV[2]))) end
local word = redis.call('HGET', KEYS[2], ARGV[3])
if word then
  local count, till = string.match(word, '(%d+):(%d+)')
  redis.call('HSET', KEYS[2], ARGV[3], string.format('%d:%s', math.max(0, tonumber(count) - tonumber(ARGV[2])), till))
end
return 0
";

/// KEYS: at work. ARGV: this runner, what it has at work, ms its word counts.
const TELL: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
if tonumber(ARGV[2]) == 0 then redis.call('HDEL', KEYS[1], ARGV[1]) return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d:%.0f', tonumber(ARGV[2]), now + tonumber(ARGV[3]) * 1000))
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[3]) + 1000)
return 0
";

/// KEYS: gate. ARGV: µs nothing may begin.
const BLOCK: &str = r"
local time = redis.call('TIME')
local till = tonumber(time[1]) * 1000000 + tonumber(time[2]) + tonumber(ARGV[1])
if tonumber(redis.call('HGET', KEYS[1], 'blocked') or 0) < till then
  redis.call('HSET', KEYS[1], 'blocked', string.format('%.0f', till))
  redis.call('PEXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1]) / 1000) + 60000)
end
return 0
";

/// Limits by lane, kept in Redis; in this process alone while it does not answer.
pub struct RedisLimiter {
    link: Arc<Link>,
    limits: HashMap<String, Limit>,
    alone: LocalLimiter,
    /// Who speaks: random, for each runner.
    runner: String,
    admit: Script,
    give_back: Script,
    tell: Script,
    block: Script,
}

impl RedisLimiter {
    /// Limits each turn of the lanes named.
    pub fn new(link: Arc<Link>, limits: impl IntoIterator<Item = (String, Limit)>) -> Self {
        let limits: HashMap<String, Limit> = limits.into_iter().collect();
        let mut name = [0; 8];
        // Without randomness two runners may speak as one, which bounds less; nothing else.
        let _ = getrandom::fill(&mut name);
        Self {
            link,
            alone: LocalLimiter::new(limits.clone()),
            limits,
            runner: format!("{:016x}", u64::from_be_bytes(name)),
            admit: Script::new(ADMIT),
            give_back: Script::new(GIVE_BACK),
            tell: Script::new(TELL),
            block: Script::new(BLOCK),
        }
    }

    fn bound(&self, turn: &Turn) -> Option<usize> {
        self.limits.get(&turn.lane).map(|limit| limit.at_once).filter(|most| *most < usize::MAX)
    }
}

fn gate(turn: &Turn) -> String {
    format!("huidan:gate:{}:{}", turn.lane, turn.turn)
}

fn words(turn: &Turn) -> String {
    format!("huidan:at-work:{}:{}", turn.lane, turn.turn)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl Limiter for RedisLimiter {
    fn admit(&self, turn: &Turn, at_work: usize, wanted: usize) -> usize {
        let limit = self.limits.get(&turn.lane);
        let mut call = self.admit.key(gate(turn));
        call.key(words(turn));
        call.arg(limit.map_or(0, |limit| micros(limit.every)));
        call.arg(limit.map_or(1, |limit| limit.burst.max(1)));
        call.arg(self.bound(turn).map_or(-1, number)).arg(&self.runner);
        call.arg(number(at_work)).arg(number(wanted)).arg(WORD_KEPT.as_millis() as i64);
        match self.link.ask(|redis| call.invoke::<usize>(redis)) {
            Some(admitted) => admitted.min(wanted),
            None => self.alone.admit(turn, at_work, wanted),
        }
    }

    fn give_back(&self, turn: &Turn, count: usize) {
        let Some(limit) = self.limits.get(&turn.lane) else { return };
        let mut call = self.give_back.key(gate(turn));
        call.key(words(turn)).arg(micros(limit.every)).arg(number(count)).arg(&self.runner);
        if self.link.ask(|redis| call.invoke::<i64>(redis)).is_none() {
            self.alone.give_back(turn, count);
        }
    }

    fn block(&self, turn: &Turn, span: Duration) {
        // Kept here too, for the time in which Redis may be away.
        self.alone.block(turn, span);
        let mut call = self.block.key(gate(turn));
        call.arg(micros(span));
        self.link.ask(|redis| call.invoke::<i64>(redis));
    }

    fn tell(&self, turn: &Turn, at_work: usize) {
        if self.bound(turn).is_none() {
            return;
        }
        let mut call = self.tell.key(words(turn));
        call.arg(&self.runner).arg(number(at_work)).arg(WORD_KEPT.as_millis() as i64);
        self.link.ask(|redis| call.invoke::<i64>(redis));
    }
}
