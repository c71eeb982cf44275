//! A printer as it is typed at the desk: `zebra=raw://192.168.1.50:9100?language=zpl&sizes=100x150`.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::domain::station::{PrinterKind, PrinterLanguage, Stacking};
use crate::papers::raster::Head;
use crate::papers::values::PaperSize;

/// A printer of this desk. Only the desk says where its printers are: no server can send it to another address.
#[derive(Debug, Clone, PartialEq)]
pub struct PrinterSpec {
    pub name: String,
    pub target: Target,
    pub sizes: Vec<PaperSize>,
    pub language: PrinterLanguage,
    pub dpi: u32,
    pub stacking: Stacking,
    /// Whether a printer that hangs up in order has printed, or a person has to say so.
    pub confirms: Confirms,
    /// How long a sheet may take, from the first byte to the printer's last.
    pub patience: Duration,
}

/// Where the bytes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `HOST:PORT`
    Raw(String),
    Folder(PathBuf),
    Ipp(IppPlace),
}

/// A printer of the Internet Printing Protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IppPlace {
    /// `ipp://HOST/printers/NAME`, or `ipps` for an encrypted connection.
    pub uri: String,
    /// A file of the desk with `NAME:PASSWORD`; what is in it goes to the printer alone.
    pub login: Option<PathBuf>,
    pub trust: Trust,
}

/// Whose certificate an encrypted printer may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// One that an authority of the web vouches for.
    Known,
    /// One in this PEM file, or one it vouches for: printers make their own.
    File(PathBuf),
    /// Any. Nobody on the way can read along; who answers is not known.
    Anybody,
}

impl IppPlace {
    fn is_encrypted(&self) -> bool {
        self.uri.starts_with("ipps://")
    }

    /// Whether it is on this machine, where nobody is on the way.
    fn is_here(&self) -> bool {
        let rest = self.uri.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
            authority.strip_prefix(host).is_some_and(|port| port.is_empty() || port.starts_with(':'))
        })
    }

    /// Refuses what would show the password to somebody on the way.
    fn check(&self) -> Result<(), String> {
        if !self.is_encrypted() && self.trust != Trust::Known {
            return Err("certificate= is for encrypted printers; write ipps://".to_owned());
        }
        if self.login.is_none() {
            return Ok(());
        }
        if !self.is_encrypted() && !self.is_here() {
            return Err(
                "login= over ipp:// shows the password to everybody on the way; write ipps://".to_owned()
            );
        }
        match self.trust {
            Trust::Anybody => Err(
                "login= needs a printer that is known; save its certificate to a file and write certificate=FILE"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

/// What counts as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirms {
    /// The printer took all of it and hung up in order.
    Close,
    /// It took all of it; the sheet stays handed out until a person calls it good. For printers that never hang up.
    Person,
}

/// A sheet may take so long unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

impl PrinterSpec {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A sentence that shows what cannot be read and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let example =
            "write NAME=raw://HOST:9100, NAME=ipp://HOST/PATH, NAME=ipps://HOST/PATH or NAME=folder:///PATH";
        // What a command line shows everybody on this machine can read, and what is wrong here is shown.
        if text
            .split_once("://")
            .is_some_and(|(_, rest)| rest.split(['/', '?']).next().is_some_and(|host| host.contains('@')))
        {
            return Err("a printer's address has no name and password in it; write NAME:PASSWORD to a file and name it with login=FILE".to_owned());
        }
        let (name, rest) =
            text.split_once('=').ok_or_else(|| format!("{text:?} is no printer; {example}"))?;
        let (scheme, rest) =
            rest.split_once("://").ok_or_else(|| format!("{text:?} is no printer; {example}"))?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        if name.trim().is_empty() || place.is_empty() {
            return Err(format!("{text:?} names no printer or no place; {example}"));
        }
        let (target, language) = match scheme {
            "raw" => {
                let has_port = place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
                let place = if has_port { place.to_owned() } else { format!("{place}:9100") };
                (Target::Raw(place), PrinterLanguage::Zpl)
            }
            "folder" => (Target::Folder(PathBuf::from(place)), PrinterLanguage::Pdf),
            "ipp" | "ipps" => {
                let uri = format!("{scheme}://{place}");
                (Target::Ipp(IppPlace { uri, login: None, trust: Trust::Known }), PrinterLanguage::Pdf)
            }
            _ => return Err(format!("{scheme:?} is no kind of printer; {example}")),
        };
        let mut spec = Self {
            name: name.trim().to_owned(),
            target,
            sizes: Vec::new(),
            language,
            dpi: 203,
            stacking: Stacking::FirstOnTop,
            confirms: Confirms::Close,
            patience: PATIENCE,
        };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            spec.set(key, value)?;
        }
        if let Target::Ipp(place) = &spec.target {
            place.check()?;
        }
        if spec.sizes.is_empty() {
            let fits = |size: &&PaperSize| spec.language == PrinterLanguage::Pdf || size.is_label();
            spec.sizes = PaperSize::ALL.iter().filter(fits).copied().collect();
        }
        if let Some(size) =
            spec.sizes.iter().find(|size| spec.language != PrinterLanguage::Pdf && !size.is_label())
        {
            return Err(format!("{} prints labels, and {size} is none; write language=pdf", spec.language));
        }
        Ok(spec)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "sizes" => {
                self.sizes = value.split(',').map(PaperSize::parse).collect::<Result<_, _>>()?;
            }
            "language" => self.language = PrinterLanguage::parse(value)?,
            "dpi" => {
                Head::parse(value)?;
                self.dpi =
                    value.parse().map_err(|_| format!("{value:?} is no resolution; write 203 or 300"))?;
            }
            "stacking" => self.stacking = Stacking::parse(value)?,
            "confirm" => {
                self.confirms = match value {
                    "close" => Confirms::Close,
                    "person" => Confirms::Person,
                    _ => {
                        return Err(format!(
                            "{value:?} confirms nothing; write confirm=close or confirm=person"
                        ));
                    }
                };
            }
            "patience" => {
                let seconds = value.parse().ok().filter(|seconds| (1..=600).contains(seconds));
                let seconds =
                    seconds.ok_or_else(|| format!("{value:?} is no patience; write 1 to 600 seconds"))?;
                self.patience = Duration::from_secs(seconds);
            }
            "login" | "certificate" => {
                let Target::Ipp(place) = &mut self.target else {
                    return Err(format!("{key}= is for printers of ipps://"));
                };
                if value.is_empty() {
                    return Err(format!("{key}= names no file; write {key}=/PATH"));
                }
                match key {
                    "login" => place.login = Some(PathBuf::from(value)),
                    _ if value == "any" => place.trust = Trust::Anybody,
                    _ => place.trust = Trust::File(PathBuf::from(value)),
                }
            }
            _ => {
                return Err(format!(
                    "{key:?} is no option of a printer; write sizes, language, dpi, stacking, confirm, patience, login or certificate"
                ));
            }
        }
        Ok(())
    }

    fn kind(&self) -> PrinterKind {
        match self.target {
            Target::Raw(_) => PrinterKind::Raw,
            Target::Folder(_) => PrinterKind::Folder,
            Target::Ipp(_) => PrinterKind::Ipp,
        }
    }

    /// The printer as the server is told of it.
    pub fn described(&self) -> Json {
        let address = match &self.target {
            Target::Raw(place) => place.clone(),
            Target::Folder(path) => path.display().to_string(),
            Target::Ipp(place) => place.uri.trim_start_matches("ipp://").to_owned(),
        };
        json!({
            "name": self.name, "kind": self.kind(), "address": address, "sizes": self.sizes,
            "language": self.language, "dpi": self.dpi, "stacking": self.stacking,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printer_is_one_word_with_its_usual_ways() {
        let zebra = PrinterSpec::parse("zebra=raw://10.0.0.7").expect("a printer");
        assert_eq!(zebra.target, Target::Raw("10.0.0.7:9100".to_owned()));
        assert_eq!((zebra.language, zebra.dpi), (PrinterLanguage::Zpl, 203));
        assert!(zebra.sizes.iter().all(|size| size.is_label()));

        let text = "laser=raw://10.0.0.8?language=pdf&sizes=a4,a5&stacking=first_at_bottom&patience=90";
        let laser = PrinterSpec::parse(text).expect("a printer");
        assert_eq!(laser.sizes, [PaperSize::A4, PaperSize::A5]);
        assert_eq!((laser.stacking, laser.patience), (Stacking::FirstAtBottom, Duration::from_secs(90)));

        let cups = PrinterSpec::parse("cups=ipp://cups:631/printers/laser").expect("a printer");
        let uri = "ipp://cups:631/printers/laser".to_owned();
        assert_eq!(cups.target, Target::Ipp(IppPlace { uri, login: None, trust: Trust::Known }));
        assert_eq!(cups.described()["address"], "cups:631/printers/laser");
        let folder = PrinterSpec::parse("out=folder:///srv/labels").expect("a printer");
        assert_eq!(folder.target, Target::Folder(PathBuf::from("/srv/labels")));
        let tsc =
            PrinterSpec::parse("t=raw://[::1]:9101?language=tspl&dpi=300&confirm=person").expect("a printer");
        assert_eq!((tsc.dpi, tsc.confirms), (300, Confirms::Person));
        assert_eq!(tsc.described()["address"], "[::1]:9101");
    }

    #[test]
    fn a_printer_with_a_password_names_its_files_and_shows_neither() {
        let text =
            "office=ipps://10.0.0.9/ipp/print?login=/etc/huidan/office&certificate=/etc/huidan/office.pem";
        let office = PrinterSpec::parse(text).expect("a printer");
        let Target::Ipp(place) = &office.target else { panic!("it speaks IPP") };
        assert_eq!(place.login, Some(PathBuf::from("/etc/huidan/office")));
        assert_eq!(place.trust, Trust::File(PathBuf::from("/etc/huidan/office.pem")));
        assert_eq!(office.described()["address"], "ipps://10.0.0.9/ipp/print");
        assert!(PrinterSpec::parse("cups=ipp://localhost:631/x?login=/a").is_ok(), "nobody is on the way");

        let secret = PrinterSpec::parse("office=ipps://desk:s3cret@10.0.0.9/x").expect_err("it would show");
        assert!(secret.contains("login=FILE") && !secret.contains("s3cret"), "{secret}");
    }

    #[test]
    fn what_is_no_printer_is_shown_with_what_to_write() {
        for (text, said) in [
            ("zebra", "no printer"),
            ("zebra=10.0.0.7", "no printer"),
            ("=raw://x", "names no printer"),
            ("a=usb://x", "no kind"),
            ("a=raw://x?sizes=a4", "prints labels"),
            ("a=raw://x?dpi=96", "no resolution"),
            ("a=raw://x?colour=red", "no option"),
            ("a=raw://x?patience=0", "no patience"),
            ("a=raw://x?login=/a", "is for printers of ipps"),
            ("a=ipps://x?login=", "names no file"),
            ("a=ipp://x?login=/a", "on the way"),
            ("a=ipp://localhost.evil/x?login=/a", "on the way"),
            ("a=ipp://x?certificate=/a", "for encrypted printers"),
            ("a=ipps://x?login=/a&certificate=any", "printer that is known"),
        ] {
            let refused = PrinterSpec::parse(text).expect_err(text);
            assert!(refused.contains(said), "{text}: {refused}");
        }
    }
}
