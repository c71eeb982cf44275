//! A real browser: Chromium without a window, driven through WebDriver by its own driver.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huidan::domain::actor::Role;
use huidan::operations::sessions;
use huidan::operations::users::{self, NewUser};
use serde_json::{Value as Json, json};

use super::TestApp;

/// How long something on a page may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name WebDriver gives to elements in its answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Keys that have no character, as WebDriver writes them.
pub const ENTER: &str = "\u{E007}";
pub const TAB: &str = "\u{E004}";
pub const ESCAPE: &str = "\u{E00C}";

/// A window of its own, with its own cookies; it closes when dropped.
pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    base: String,
}

/// A driver, and where it listens; none when it ended before it did.
fn started() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed; run `make test`, or scripts/install-tools.sh");
    let mut lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let port =
        lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    let Some(port) = port else {
        driver.wait().expect("it has ended");
        return None;
    };
    // Whatever it says from now on is taken off it, so that it never waits.
    std::thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}

impl Browser {
    /// A window of this size on the pages of this app, logged in as someone of a role.
    pub fn of(app: &TestApp, role: Role, width: u32, height: u32) -> Self {
        let email = format!("{role}@example.com");
        let new = NewUser::parse(&email, role, "correct horse").expect("well-formed");
        let user = app.write(|tx| users::create_or_reset(tx, &new)).expect("a user");
        let secret = app.write(|tx| sessions::begin(tx, user)).expect("a session");
        let browser = Self::stranger(app, width, height);
        browser.open("/login");
        for (name, value) in [("huidan", secret.to_string()), ("lang", "en".to_owned())] {
            browser.cookie(name, &value);
        }
        browser
    }

    /// The same, logged in as nobody.
    pub fn stranger(app: &TestApp, width: u32, height: u32) -> Self {
        // The port it finds free may be gone when it takes it; then it ends, and another one is started.
        let (driver, port) =
            (0..5).find_map(|_| started()).expect("chromedriver says on which port it listens");
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .proxy(None)
            .build()
            .into();
        let mut browser =
            Self { driver, agent, session: format!("http://127.0.0.1:{port}"), base: app.pages_address() };
        let window = format!("--window-size={width},{height}");
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": [
                // Tests may run as root, in a container with little shared memory.
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en",
                "--hide-scrollbars", "--force-device-scale-factor=1", window,
            ] },
        } } });
        let answer = browser.post("/session", &wanted);
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {answer}")).to_owned();
        browser.session = format!("{}/session/{id}", browser.session);
        browser
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        let answer = self.agent.post(format!("{}{path}", self.session)).send_json(body);
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        answer.body_mut().read_json::<Json>().expect("an answer")["value"].take()
    }

    fn get(&self, path: &str) -> Json {
        let answer = self.agent.get(format!("{}{path}", self.session)).call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        answer.body_mut().read_json::<Json>().expect("an answer")["value"].take()
    }

    /// Goes to an address of the pages.
    pub fn open(&self, path: &str) {
        self.post("/url", &json!({ "url": format!("{}{path}", self.base) }));
    }

    /// Sets a cookie of the pages.
    pub fn cookie(&self, name: &str, value: &str) {
        self.post("/cookie", &json!({ "cookie": { "name": name, "value": value, "path": "/" } }));
    }

    /// The path and query shown in the address bar.
    pub fn address(&self) -> String {
        self.get("/url").as_str().unwrap_or_default().replace(&self.base, "")
    }

    /// What a script answers: `return 1 + 1`.
    pub fn script(&self, script: &str) -> Json {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script answers true.
    #[track_caller]
    pub fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.script(&format!("return Boolean({script})")) != json!(true) {
            if begun.elapsed() > PATIENCE {
                self.picture("waited-in-vain");
                let text = self.script("return document.body.innerText");
                panic!(
                    "waited in vain until {script}\nat {} with\n{}",
                    self.address(),
                    text.as_str().unwrap_or("")
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the page shows this text.
    #[track_caller]
    pub fn until_shows(&self, text: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(text)));
    }

    #[track_caller]
    fn element(&self, css: &str) -> String {
        self.until(&format!("document.querySelector({})", json!(css)));
        let found = self.post("/element", &json!({ "using": "css selector", "value": css }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("{css}: {found}")).to_owned()
    }

    /// Clicks the first element of this kind, as a mouse does: what lies above it is in the way.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let element = self.element(css);
        let answer = self.post(&format!("/element/{element}/click"), &json!({}));
        if !answer.is_null() {
            self.picture("not-clicked");
            panic!("{css} was not clicked: {answer}");
        }
    }

    /// Types into a field, replacing what is in it.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/clear"), &json!({}));
        let answer = self.post(&format!("/element/{element}/value"), &json!({ "text": text }));
        assert!(answer.is_null(), "{css} was not filled: {answer}");
    }

    /// Chooses an option of a select by its value.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn keys(&self, keys: &str) {
        let mut presses = Vec::new();
        for key in keys.chars() {
            presses.push(json!({ "type": "keyDown", "value": key.to_string() }));
            presses.push(json!({ "type": "keyUp", "value": key.to_string() }));
        }
        let board = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] });
        self.post("/actions", &board);
    }

    /// Answers yes to what the page asks, if it asks.
    pub fn accept(&self) {
        self.post("/alert/accept", &json!({}));
    }

    /// Cuts the network, or gives it back.
    pub fn offline(&self, is_offline: bool) {
        let conditions = json!({ "network_conditions": {
            "offline": is_offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1,
        } });
        self.post("/chromium/network_conditions", &conditions);
    }

    /// Shows pages as wide as a phone does, which is narrower than a window can be.
    pub fn as_phone(&self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": params });
        self.post("/goog/cdp/execute", &command);
    }

    /// Keeps a picture of the window in `target/pictures`, for people to look at.
    pub fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let png = self.get("/screenshot");
        let bytes = STANDARD.decode(png.as_str().unwrap_or_default()).expect("a picture");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("the picture is kept");
    }

    /// What the browser complained about: errors of scripts, and what the content security policy stopped.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
