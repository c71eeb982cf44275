//! The thread that leases: it looks who waits, deals turns, hands over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ports::{Rescued, Turn, Want};
use crate::runner::Shared;
use crate::turns::{Player, deal};

/// The first pause after work ended while not everybody is heard; it doubles up to the idle poll.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Work leased ahead of free threads is at most so much: longer would only keep it from others.
const AHEAD: Duration = Duration::from_millis(20);
/// So many jobs may wait for others to write their effects before they count as at work. More are leased only as these
/// end, so that a slow database is not sent ever more.
const GIVEN: usize = 512;
/// Between two looks after what time changes: how late a job that waited may begin.
const CHORES_LEAST: Duration = Duration::from_millis(50);
/// Looking who waits, and what time changes, takes at most one part in so many of a dispatcher's time while there is
/// more than enough to lease. A look is quick, but beside a long transaction the rows of jobs that are done with stay,
/// and each look goes past them.
const LOOKS: u32 = 10;
/// However slow a look is, the next one comes within this time.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Between two looks at no slots.
const NO_SLOTS: Duration = Duration::from_secs(3600);
/// After trouble with the ledger.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

pub(crate) fn dispatch(shared: &Arc<Shared>) {
    let bell = &shared.parts.bell;
    let mut seen = bell.wait(u64::MAX, Duration::ZERO);
    let now = Instant::now();
    let mut rota = Rota {
        cursor: 0,
        slots_at: now,
        chores_at: now,
        chores_done_at: now,
        least: CHORES_LEAST,
        seen: None,
    };
    let mut pause = first_pause(shared);
    while !shared.is_stopping() {
        let wait = match round(shared, &mut rota) {
            Ok(Round::Leased) => {
                pause = first_pause(shared);
                continue;
            }
            // A thread that comes free rings.
            Ok(Round::Full) => rota.next_in().min(longest_pause(shared)),
            Ok(Round::Idle { is_held_up: true }) => rota.next_in().min(pause).min(FIRST_PAUSE),
            Ok(Round::Idle { is_held_up: false }) => rota.next_in().min(pause),
            Err(error) => {
                tracing::warn!("Jobs cannot be leased, it will be tried again: {error:#}");
                TROUBLE_PAUSE
            }
        };
        let rung = bell.wait(seen, wait);
        if rung == seen {
            pause = (pause * 2).min(longest_pause(shared));
        } else {
            pause = first_pause(shared);
            // What rang may wait for a moment that is nearer than the one noted.
            rota.chores_at = rota.chores_at.min(rota.chores_done_at + rota.least);
        }
        seen = rung;
    }
}

/// The longest pause between two looks at the ledger: short only while others may enqueue unheard.
fn longest_pause(shared: &Shared) -> Duration {
    match shared.parts.bell.hears_all() {
        true => shared.options.quiet_poll,
        false => shared.options.idle_poll,
    }
}

/// The pause after work ended. Who hears everybody need not look again to see whether that was all.
fn first_pause(shared: &Shared) -> Duration {
    match shared.parts.bell.hears_all() {
        true => shared.options.quiet_poll,
        false => FIRST_PAUSE,
    }
}

enum Round {
    /// Jobs were handed over; there may be more.
    Leased,
    /// Every thread has enough to do.
    Full,
    Idle {
        /// A limit stands before ready jobs, or others took them: when that changes no ledger knows.
        is_held_up: bool,
    },
}

/// What a dispatcher remembers from round to round.
struct Rota {
    /// Who is first among equals.
    cursor: usize,
    /// When to ask for the slots of periodic jobs again.
    slots_at: Instant,
    /// When to look after what time changes again.
    chores_at: Instant,
    chores_done_at: Instant,
    /// The pause before the next such look.
    least: Duration,
    /// Who waited at the last look, as long as all that was wanted of them was there.
    seen: Option<Seen>,
}

/// The answer of a look that may still hold.
struct Seen {
    turns: Vec<Turn>,
    until: Instant,
}

impl Rota {
    /// How long until time alone asks for something, whether or not a thread is free.
    fn next_in(&self) -> Duration {
        self.chores_at.min(self.slots_at).saturating_duration_since(Instant::now())
    }
}

fn round(shared: &Shared, rota: &mut Rota) -> anyhow::Result<Round> {
    take_slots(shared, rota)?;
    let has_chores = rota.chores_at <= Instant::now();
    let Room { all, low_water, mut lanes, by_turn } = room(shared);
    // Leased a few at a time, each job would cost a round of its own.
    if all == 0 || shared.parts.transport.waiting() > low_water {
        shared.state().has_ready = true;
        if has_chores {
            do_chores(shared, rota, || shared.parts.ledger.next_in(), |next_in| *next_in)?;
        }
        return Ok(Round::Full);
    }
    let names: Vec<&str> = shared.options.lanes.iter().map(|lane| lane.name.as_str()).collect();
    let seen = rota.seen.take().filter(|seen| !has_chores && Instant::now() < seen.until);
    let seen = match seen {
        Some(seen) => seen,
        None => {
            let began = Instant::now();
            let turns = match has_chores {
                true => {
                    do_chores(shared, rota, || shared.parts.ledger.survey(&names), |survey| survey.next_in)?
                        .turns
                }
                false => shared.parts.ledger.look(&names)?,
            };
            Seen { turns, until: Instant::now() + rest(began.elapsed()) }
        }
    };
    let turns = &seen.turns;
    shared.state().has_ready = !turns.is_empty();
    let players: Vec<Player> = turns
        .iter()
        .map(|turn| Player {
            lane: names.iter().position(|name| *name == turn.lane).unwrap_or_default(),
            held: by_turn.get(turn).copied().unwrap_or_default(),
            most: usize::MAX,
        })
        .collect();
    let dealt = deal(all, &mut lanes, &players, rota.cursor);
    rota.cursor = rota.cursor.wrapping_add(dealt.iter().filter(|count| **count > 0).count().max(1));
    let is_dealt = dealt.iter().any(|count| *count > 0);
    let wants: Vec<Want> = turns
        .iter()
        .zip(dealt)
        .filter(|(_, count)| *count > 0)
        .map(|(turn, count)| Want { turn: turn.clone(), count })
        .collect();
    let wants = shared.admit(wants);
    if !wants.is_empty() {
        let leased = lease(shared, &wants)?;
        if leased == wants.iter().map(|want| want.count).sum::<usize>() {
            rota.seen = Some(seen);
        }
        if leased > 0 {
            return Ok(Round::Leased);
        }
    }
    Ok(Round::Idle { is_held_up: is_dealt })
}

/// How long after a look of this length no other one is needed.
fn rest(took: Duration) -> Duration {
    (took * (LOOKS - 1)).min(LOOK_AGAIN)
}

/// Enqueues periodic jobs whose slot begins.
fn take_slots(shared: &Shared, rota: &mut Rota) -> anyhow::Result<()> {
    let now = Instant::now();
    if rota.slots_at <= now {
        let periodic = &shared.options.periodic;
        if !periodic.is_empty() {
            shared.parts.ledger.take_slots(periodic)?;
        }
        let shortest = periodic.iter().map(|periodic| periodic.every).min();
        rota.slots_at = now + shortest.unwrap_or(NO_SLOTS);
    }
    Ok(())
}

/// Wakes jobs whose time has come and takes back those whose lease ran out, and notes when that will be needed again.
/// `ask` is the question that tells; its last answer is this one's. Asked for rarely: under load it would cost as much
/// as leasing.
fn do_chores<T>(
    shared: &Shared,
    rota: &mut Rota,
    ask: impl Fn() -> anyhow::Result<T>,
    next_in: impl Fn(&T) -> Option<Duration>,
) -> anyhow::Result<T> {
    let ledger = &shared.parts.ledger;
    let began = Instant::now();
    let mut answer = ask()?;
    if next_in(&answer) == Some(Duration::ZERO) {
        report(shared, ledger.rescue()?);
        ledger.promote()?;
        answer = ask()?;
    }
    let longest = longest_pause(shared);
    rota.chores_done_at = Instant::now();
    let next_in = next_in(&answer).unwrap_or(longest);
    rota.least = rest(began.elapsed()).max(CHORES_LEAST);
    rota.chores_at = rota.chores_done_at + next_in.clamp(rota.least, longest.max(rota.least));
    Ok(answer)
}

/// Leases and hands over; answers how many.
fn lease(shared: &Shared, wants: &[Want]) -> anyhow::Result<usize> {
    let leased = shared.parts.ledger.lease(wants, shared.options.lease);
    shared.took(wants, leased.as_deref().unwrap_or_default());
    let jobs = leased?;
    let count = jobs.len();
    shared.parts.transport.send(jobs);
    Ok(count)
}

struct Room {
    all: usize,
    /// While more than so many wait for a thread, there is no hurry.
    low_water: usize,
    lanes: Vec<usize>,
    /// How many jobs of each turn are held.
    by_turn: HashMap<Turn, usize>,
}

/// How many jobs may be leased now.
fn room(shared: &Shared) -> Room {
    let options = &shared.options;
    let mut state = shared.state();
    let ahead = state.pace.map_or(0, |pace| {
        let per_thread = AHEAD.as_nanos() / pace.as_nanos().max(1);
        usize::try_from(per_thread)
            .unwrap_or(usize::MAX)
            .saturating_mul(options.threads)
            .min(options.prefetch)
    });
    let low_water = ahead / 2;
    state.low_water = low_water;
    let unwritten = state.finished.iter().filter(|done| !done.is_written).count();
    let given = state.held.values().filter(|held| held.is_given && !held.is_given_up).count();
    let done = unwritten + state.settling + given.min(GIVEN);
    let mut by_turn: HashMap<&Turn, usize> = HashMap::new();
    let mut at_work = 0;
    for held in state.held.values().filter(|held| !held.is_given_up) {
        *by_turn.entry(&held.turn).or_default() += 1;
        at_work += 1;
    }
    let by_turn: HashMap<Turn, usize> =
        by_turn.into_iter().map(|(turn, count)| (turn.clone(), count)).collect();
    let in_lane = |name: &str| -> usize {
        by_turn.iter().filter(|(turn, _)| turn.lane == name).map(|(_, count)| count).sum()
    };
    let lanes = options.lanes.iter().map(|lane| lane.at_once.saturating_sub(in_lane(&lane.name))).collect();
    // What is done and not yet written down, by us or by others, keeps no thread busy.
    let all = (options.threads + ahead + done).saturating_sub(at_work);
    Room { all, low_water, lanes, by_turn }
}

fn report(shared: &Shared, rescued: Rescued) {
    for (outcome, count) in [("rescued", rescued.ready), ("rescued_dead", rescued.dead)] {
        if count > 0 {
            tracing::warn!(job.count = count, "{count} jobs had lost their worker: {outcome}");
            shared.parts.counts.add("*", outcome, count as u64, Duration::ZERO);
        }
    }
}
