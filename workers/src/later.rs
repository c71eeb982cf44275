//! A job whose handler has returned and whose end somebody else writes.

use std::sync::Arc;
use std::time::Instant;

use crate::job::{Ended, Failure, Job};
use crate::runner::{Finished, Shared};
use crate::work::{self, Flags};

/// The promise to tell how a job ended. Until it is kept the job stays held, and its lease alive; dropped without a
/// word it counts as a failure that may pass.
pub struct Later(Option<Promise>);

struct Promise {
    shared: Arc<Shared>,
    job: Job,
    flags: Arc<Flags>,
    begun: Instant,
}

impl Later {
    pub(crate) fn new(shared: Arc<Shared>, job: Job, flags: Arc<Flags>, begun: Instant) -> Self {
        Self(Some(Promise { shared, job, flags, begun }))
    }

    /// The job has been completed beside its effect.
    pub fn settled(mut self) {
        let Some(Promise { shared, job, begun, .. }) = self.0.take() else { return };
        let finished = Finished { hold: job.hold(), kind: job.kind, took: begun.elapsed(), is_written: true };
        work::finish(&shared, finished);
    }

    /// Its effect was not written, and the job not completed.
    pub fn failed(mut self, failure: Failure) {
        self.end(Err(failure));
    }

    fn end(&mut self, ended: Ended) {
        let Some(Promise { shared, job, flags, begun }) = self.0.take() else { return };
        // Others have it by now; nobody waits for a database to say so.
        let ended = if flags.is_lost() { Err(Failure::LeaseLost) } else { ended };
        work::end(&shared, &job, &flags, begun.elapsed(), ended);
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        self.end(Err(Failure::Retry("its effect was given up before it was written".to_owned())));
    }
}
