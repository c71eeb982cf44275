//! Jobs: what runs later, as people see it.

use super::text_enum;

text_enum! {
    /// How a job stands.
    pub enum JobState("job state") {
        /// It may begin as soon as a worker is free.
        Ready = "ready",
        /// A worker has it, and has not begun or does not say so.
        Leased = "leased",
        /// Its handler is at work.
        Running = "running",
        /// It begins later: at its time, or after a failure.
        Waiting = "waiting",
        /// It has ended well.
        Done = "done",
        /// It has failed for good; a person may retry it.
        Dead = "dead",
        /// Somebody called it off.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether it has ended.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled)
    }
}
