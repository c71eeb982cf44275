//! `huidan serve`

use anyhow::Context;
use tracing::info;

use crate::http::{self, ServeOptions};
use crate::settings::Settings;

/// Serves until the process is asked to end; requests at work are finished first.
pub fn run(settings: &Settings) -> anyhow::Result<()> {
    let app = super::open(settings)?;
    let options =
        ServeOptions { listen: settings.listen.clone(), threads: settings.http_threads, signals: true };
    actix_web::rt::System::new().block_on(async {
        let served = http::serve(app, &options)
            .with_context(|| format!("listening on {} (setting listen)", settings.listen))?;
        info!(address = %served.address, "huidan serves http://{}", served.address);
        served.server.await?;
        info!("huidan has ended");
        Ok(())
    })
}
