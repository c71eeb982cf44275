//! What an earlier run had in hand when it was killed: the desk says what it wrote down, and what an IPP printer says itself.
//! The rest a person decides.

use tracing::{info, warn};

use super::journal::{Journal, Known, Left};
use super::printer::{self, Outcome};
use super::server::{Doubt, Told, Trouble};
use super::spec::PrinterSpec;
use super::work::Running;

impl Running<'_> {
    /// Tells the server what is known of this printer's sheets that it calls unknown. Asked when a printer is served at
    /// first, and when it is back after a failure.
    ///
    /// # Errors
    /// When this program has no business any more.
    pub(super) fn settle(&self, id: &str, spec: &PrinterSpec, journal: &Journal) -> Result<(), Trouble> {
        let left = journal.left();
        let is_asked = matches!(spec.target, super::spec::Target::Ipp(_));
        if left.is_none() && !is_asked {
            return Ok(());
        }
        let doubts = match self.patiently(|| self.server.doubts()) {
            Ok(Some(doubts)) => doubts,
            Ok(None) => return Ok(()),
            Err(Trouble::Refused { detail, .. }) => {
                warn!("The server does not say what is unknown: {detail}");
                return Ok(());
            }
            Err(trouble) => return Err(trouble),
        };
        for doubt in &doubts {
            let told = self.known(id, spec, left.as_ref(), doubt);
            if told.is_empty() {
                continue;
            }
            info!("Printer {:?}: {} sheets of an earlier run are settled", spec.name, told.len());
            self.until_heard(|| self.report(id, &doubt.claim, &told, None))?;
        }
        Ok(())
    }

    /// What is known of the sheets of one claim.
    fn known(&self, id: &str, spec: &PrinterSpec, left: Option<&Left>, doubt: &Doubt) -> Vec<Told> {
        let left = left.filter(|left| left.claim == doubt.claim);
        let keeps = |reasons: &str| {
            if let Err(trouble) = self.report(id, &doubt.claim, &[], Some(reasons)) {
                warn!("The server was not told what keeps printer {:?}: {trouble}", spec.name);
            }
        };
        let settled = doubt.positions.iter().filter_map(|&position| {
            let told = |result, detail: String| Some(Told { position, result, detail });
            match left.map(|left| left.of(position)) {
                Some(Known::NotBegun) => return told("not_printed", String::new()),
                Some(Known::Told(result)) if result != "unknown" => return told(result, String::new()),
                _ => {}
            }
            let name = super::work::sheet_name(&doubt.serial, position, &doubt.claim);
            match printer::became(spec, &name, &|| self.is_stopping(), &keeps)? {
                Outcome::Printed => told("acknowledged", String::new()),
                Outcome::HandedOver => told("handed_over", String::new()),
                Outcome::Unknown(why) | Outcome::NothingTaken(why) => told("unknown", why),
            }
        });
        settled.collect()
    }
}
