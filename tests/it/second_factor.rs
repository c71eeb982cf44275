//! The second factor: begun, confirmed, taken once, recovered from.

use chrono::Duration;
use huidan::domain::error::Error;
use huidan::domain::id::UserId;
use huidan::operations::{second_factor, users};
use totp_rs::{Algorithm, Builder, Secret};

use crate::number_runs::code;
use crate::support::TestApp;

fn person(app: &TestApp) -> UserId {
    let new =
        users::NewUser::parse("mei@example.com", huidan::domain::actor::Role::Shipper, "a long password")
            .expect("well-formed");
    app.write(|tx| users::create(tx, &new)).expect("a user is made")
}

/// What an app with this secret shows now.
pub fn shown(app: &TestApp, secret: &str) -> String {
    let seconds = u64::try_from(app.now().micros() / 1_000_000).expect("after 1970");
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(Secret::try_from_base32(secret).expect("base32"))
        .build()
        .expect("a secret");
    totp.generate(seconds).to_string()
}

fn take(app: &TestApp, user: UserId, code: &str) -> bool {
    app.write(|tx| second_factor::take(tx, user, code)).expect("a code is looked at")
}

each_database!(
    fn a_code_opens_once_and_a_recovery_code_once(app: TestApp) {
        let user = person(&app);
        let asked = || app.read(|db| second_factor::is_asked(db, user));
        app.write(|tx| second_factor::begin(tx, user)).expect("it begins");
        assert!(!asked(), "not before a first code was shown");
        let offer = app
            .read(|db| second_factor::offer(db, user, "mei@example.com"))
            .expect("it waits to be confirmed");
        assert!(offer.address.starts_with("otpauth://totp/huidan:mei%40example.com?secret="));
        let wrong = app.write(|tx| second_factor::confirm(tx, user, "000000"));
        assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
        let first = shown(&app, &offer.secret);
        let recovery = app.write(|tx| second_factor::confirm(tx, user, &first)).expect("it is confirmed");
        assert_eq!((recovery.len(), asked()), (8, true));
        assert!(app.read(|db| second_factor::offer(db, user, "x")).is_none(), "the secret is shown no more");
        assert_eq!(code(app.write(|tx| second_factor::begin(tx, user))), "second_factor_on");

        assert!(!take(&app, user, &first), "the code that confirmed is used up");
        app.advance(Duration::seconds(30));
        let next = shown(&app, &offer.secret);
        let spaced = format!("{} {}", &next[..3], &next[3..]);
        assert!(take(&app, user, &spaced), "typed as apps show it");
        assert!(!take(&app, user, &next), "a code looked at over a shoulder opens nothing");
        assert!(take(&app, user, &recovery[3].to_uppercase()));
        assert!(!take(&app, user, &recovery[3]));
        assert!(!take(&app, user, ""));
        app.advance(Duration::minutes(5));
        assert!(!take(&app, user, &next), "an old code");

        app.write(|tx| second_factor::forget(tx, user)).expect("it is switched off");
        assert!(!asked() && !take(&app, user, &recovery[0]));
    }
);

each_database!(
    fn a_factor_is_the_sellers_own(app: TestApp) {
        let user = person(&app);
        app.write(|tx| second_factor::begin(tx, user)).expect("it begins");
        let other = app.other_seller();
        assert!(other.read(|db| second_factor::offer(db, user, "x")).is_none());
        assert_eq!(code(other.write(|tx| second_factor::forget(tx, user))), "no second factor of user");
    }
);
