//! Within one process: a queue with a lock, and a bell of a counter.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::job::Job;
use crate::ports::{Bell, Transport};

/// A first-in-first-out queue; the dispatcher has already decided on turns.
#[derive(Debug, Default)]
pub struct LocalTransport {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

impl LocalTransport {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for LocalTransport {
    fn send(&self, jobs: Vec<Job>) {
        self.queue().jobs.extend(jobs);
        // Each who takes one wakes the next: short jobs are done before everybody is awake.
        self.changed.notify_one();
    }

    fn receive(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                if !queue.jobs.is_empty() {
                    self.changed.notify_one();
                }
                return Some(job);
            }
            if queue.is_closed {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> usize {
        self.queue().jobs.len()
    }

    fn take_back(&self) -> Vec<Job> {
        std::mem::take(&mut self.queue().jobs).into()
    }

    fn close(&self) {
        self.queue().is_closed = true;
        self.changed.notify_all();
    }
}

/// A bell everybody in the process hears.
#[derive(Debug, Default)]
pub struct LocalBell {
    rung: Mutex<u64>,
    heard: Condvar,
}

impl Bell for LocalBell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.heard.notify_all();
    }

    fn nudge(&self) {
        self.ring();
    }

    fn wait(&self, seen: u64, timeout: Duration) -> u64 {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.heard.wait_timeout_while(rung, timeout, |rung| *rung == seen);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// There is one process.
    fn hears_all(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_bell_keeps_the_contract() {
        crate::conformance::bell(&LocalBell::default());
    }

    #[test]
    fn the_transport_keeps_the_contract() {
        crate::conformance::transport(&LocalTransport::default());
    }

    #[test]
    fn closing_lets_waiting_threads_go() {
        let transport = Arc::new(LocalTransport::default());
        let receiver = std::thread::spawn({
            let transport = transport.clone();
            move || transport.receive()
        });
        transport.close();
        assert_eq!(receiver.join().expect("no panic"), None);
    }
}
