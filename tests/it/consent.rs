//! Tokens that platforms give for a person's consent, exchanged and refreshed over HTTP with platforms that are played.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Instant;

use huidan::connectors::authorisation::Grant;
use huidan::connectors::clock::PlatformClock;
use huidan::connectors::douyin;
use huidan::connectors::http::Http;
use huidan::connectors::link::{Access, CallError, connector};
use huidan::connectors::xiaohongshu;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::domain::time::UtcTime;
use serde_json::{Map, Value as Json, json};

use crate::support::TestApp;
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::played::given;

const NOW: &str = "2026-11-20T04:00:00Z";

fn now() -> UtcTime {
    UtcTime::parse(NOW).expect("a time")
}

/// What a platform gives for a word that is handed in: `code-1` and `refresh-1` are good once each.
fn next(word: &str) -> Option<[&'static str; 2]> {
    match word {
        "code-1" => Some(["token-1", "refresh-1"]),
        "refresh-1" => Some(["token-2", "refresh-2"]),
        _ => None,
    }
}

fn douyin(asked: &Asked) -> Given {
    let (method, secret) = (asked.get("method"), "secret");
    let with = douyin::sign::Method::HmacSha256;
    let signed = douyin::sign::sign("app", method, &asked.body, asked.get("timestamp"), secret, with);
    assert_eq!(
        (asked.get("sign"), asked.path.as_str()),
        (signed.as_str(), &*format!("/{}", method.replace('.', "/")))
    );
    assert!(!asked.query.iter().any(|(name, _)| name == "access_token"), "there is none yet");
    let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
    let word = match wish["grant_type"].as_str() {
        Some("authorization_code") => &wish["code"],
        _ => &wish["refresh_token"],
    };
    given(match next(word.as_str().expect("a word")) {
        Some([token, refresh]) => {
            json!({ "code": 10000, "data": { "access_token": token, "refresh_token": refresh, "expires_in": 604_800, "shop_id": "4463798" } })
        }
        None => {
            json!({ "code": 50002, "msg": "业务处理失败", "sub_code": "isv.business-failed:4005", "sub_msg": "code已失效", "data": null })
        }
    })
}

fn jd(asked: &Asked) -> Given {
    assert_eq!(
        (asked.method.as_str(), asked.get("app_key"), asked.get("app_secret")),
        ("GET", "app", "secret")
    );
    let word = match (asked.path.as_str(), asked.get("grant_type")) {
        ("/oauth2/access_token", "authorization_code") => asked.get("code"),
        ("/oauth2/refresh_token", "refresh_token") => asked.get("refresh_token"),
        other => panic!("{other:?}"),
    };
    given(match next(word) {
        Some([token, refresh]) => {
            json!({ "access_token": token, "refresh_token": refresh, "expires_in": 604_800, "scope": "snsapi_base", "open_id": "x" })
        }
        None => json!({ "code": 402, "msg": "授权码无效" }),
    })
}

fn kuaishou(asked: &Asked) -> Given {
    let form: BTreeMap<String, String> = match asked.method.as_str() {
        "GET" => asked.query.iter().cloned().collect(),
        _ => asked.form().into_iter().collect(),
    };
    assert_eq!((form["app_id"].as_str(), form["app_secret"].as_str()), ("app", "secret"));
    let word = match (asked.method.as_str(), asked.path.as_str(), form["grant_type"].as_str()) {
        ("GET", "/oauth2/access_token", "code") => &form["code"],
        ("POST", "/oauth2/refresh_token", "refresh_token") => &form["refresh_token"],
        other => panic!("{other:?}"),
    };
    given(match next(word) {
        Some([token, refresh]) => {
            json!({ "result": 1, "access_token": token, "refresh_token": refresh, "expires_in": 172_800, "refresh_token_expires_in": 15_552_000 })
        }
        None => json!({ "result": 100_200_103, "error": "invalid_grant", "error_msg": "code invalid" }),
    })
}

fn xiaohongshu(asked: &Asked) -> Given {
    let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
    let text = |name: &str| wish[name].as_str().unwrap_or_default();
    let signed = xiaohongshu::sign::sign(text("method"), "app", text("timestamp"), "2.0", "secret");
    assert_eq!((text("sign"), wish.get("accessToken")), (signed.as_str(), None));
    let word = match text("method") {
        "oauth.getAccessToken" => text("code"),
        "oauth.refreshToken" => text("refreshToken"),
        other => panic!("{other}"),
    };
    let at = |days: i64| now().plus(chrono::Duration::days(days)).micros() / 1_000;
    given(match next(word) {
        Some([token, refresh]) => {
            json!({ "success": true, "error_code": 0, "data": { "accessToken": token, "refreshToken": refresh,
            "accessTokenExpiresAt": at(7), "refreshTokenExpiresAt": at(14), "sellerId": "s", "sellerName": "n" } })
        }
        None => json!({ "success": false, "error_code": -1, "error_msg": "code无效", "data": null }),
    })
}

fn access<'a>(http: &'a Http, settings: &'a ShopSettings, credentials: &'a Map<String, Json>) -> Access<'a> {
    static CLOCK: LazyLock<PlatformClock> = LazyLock::new(PlatformClock::default);
    Access { http, settings, credentials, now: now(), began: Instant::now(), clock: &CLOCK }
}

#[test]
fn a_code_becomes_a_token_and_that_the_next_one_and_spent_words_ask_for_consent_anew() {
    for (platform, answer, days, refreshable) in [
        (Platform::Douyin, douyin as fn(&Asked) -> Given, 7, Some(14)),
        (Platform::Jd, jd, 7, None),
        (Platform::Kuaishou, kuaishou, 2, Some(180)),
        (Platform::Xiaohongshu, xiaohongshu, 7, Some(14)),
    ] {
        let gateway = Gateway::start(answer);
        let settings = ShopSettings { address: gateway.address(), ..ShopSettings::default() };
        let http = Http::default();
        let keys = json!({ "app_key": "app", "app_secret": "secret", "sign_secret": "other" });
        let keys: Map<String, Json> = keys.as_object().expect("an object").clone();
        let consent =
            connector(platform).and_then(|connector| connector.authorisation()).expect("by consent");

        let page = consent
            .consent_url(&access(&http, &settings, &keys), "a state&", "https://here.example/back?x=1")
            .expect("a page");
        assert!(
            page.contains("a%20state%26") && page.contains("https%3A%2F%2Fhere.example%2Fback%3Fx%3D1"),
            "{page}"
        );

        let grant = consent
            .exchange(&access(&http, &settings, &keys), "code-1", "https://here.example/back")
            .expect("a token");
        let Grant { access_token, refresh_token, life, .. } = &grant;
        assert_eq!(
            (access_token.as_str(), refresh_token.as_deref()),
            ("token-1", Some("refresh-1")),
            "{platform}"
        );
        let after = |days| now().plus(chrono::Duration::days(days));
        assert_eq!((life.ends_at, life.is_refreshable), (Some(after(days)), true), "{platform}");
        assert_eq!(life.refreshable_until, refreshable.map(after), "{platform}");

        let keys = grant.added_to(keys);
        let next = consent.refresh(&access(&http, &settings, &keys)).expect("the next token");
        assert_eq!(next.access_token, "token-2", "{platform}");
        let keys = next.added_to(keys);
        let spent = consent.refresh(&access(&http, &settings, &keys)).map(|grant| grant.access_token);
        assert!(matches!(&spent, Err(CallError::AuthExpired(_))), "{platform}: {spent:?}");
        let wrong =
            consent.exchange(&access(&http, &settings, &keys), "code-2", "").map(|grant| grant.access_token);
        assert!(matches!(&wrong, Err(CallError::AuthExpired(_))), "{platform}: {wrong:?}");
    }
}

#[test]
fn a_shopify_shop_gives_a_token_of_an_hour_that_is_refreshed_and_signs_the_way_back() {
    let gateway = Gateway::start(|asked| {
        assert_eq!(asked.path, "/admin/oauth/access_token");
        let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
        assert_eq!((&wish["client_id"], &wish["client_secret"]), (&json!("app"), &json!("hush")));
        let word = match wish["grant_type"].as_str() {
            Some("refresh_token") => &wish["refresh_token"],
            _ if wish["expiring"] == "1" => &wish["code"],
            _ => panic!("{wish}"),
        };
        match next(word.as_str().expect("a word")) {
            Some([token, refresh]) => {
                given(json!({ "access_token": token, "scope": "read_orders", "expires_in": 3_600,
                "refresh_token": refresh, "refresh_token_expires_in": 7_776_000 }))
            }
            None => (400, Vec::new(), json!({ "error": "invalid_request" }).to_string()),
        }
    });
    let settings = ShopSettings { address: gateway.address(), ..ShopSettings::default() };
    let http = Http::default();
    let keys = json!({ "client_id": "app", "webhook_secret": "hush" });
    let keys: Map<String, Json> = keys.as_object().expect("an object").clone();
    let consent = connector(Platform::Shopify).and_then(|one| one.authorisation()).expect("by consent");
    let page = consent.consent_url(&access(&http, &settings, &keys), "word", "https://here.example/back");
    let page = page.expect("a page");
    assert!(page.starts_with(&format!(
        "{}/admin/oauth/authorize?client_id=app&scope=read_orders",
        gateway.address()
    )));
    let grant = consent.exchange(&access(&http, &settings, &keys), "code-1", "").expect("a token");
    assert_eq!(grant.life.ends_at, Some(now().plus(chrono::Duration::hours(1))));
    assert_eq!(grant.life.refreshable_until, Some(now().plus(chrono::Duration::days(90))));
    let next_keys = grant.added_to(keys.clone());
    let next = consent.refresh(&access(&http, &settings, &next_keys)).expect("the next token");
    assert_eq!((next.access_token.as_str(), next.refresh_token.as_deref()), ("token-2", Some("refresh-2")));
    let spent =
        consent.exchange(&access(&http, &settings, &keys), "code-2", "").map(|grant| grant.access_token);
    assert!(matches!(&spent, Err(CallError::AuthExpired(_))), "{spent:?}");

    // Vector of the platform's public libraries.
    let settings =
        ShopSettings { address: "https://some-shop.myshopify.com".to_owned(), ..ShopSettings::default() };
    let returned = |shop: &str| -> Vec<(String, String)> {
        let hmac = "7db6973c2aff68295ebcf354c2ce528a6b09aef1146baafccc2e0b369fff5f6d";
        [
            ("code", "0907a61c0c8d55e99db179b68161bc00"),
            ("hmac", hmac),
            ("shop", shop),
            ("timestamp", "1337178173"),
            ("state", "abcd"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    };
    assert!(consent.is_genuine(&access(&http, &settings, &keys), &returned("some-shop.myshopify.com")));
    assert!(!consent.is_genuine(&access(&http, &settings, &keys), &returned("another.myshopify.com")));
    assert!(
        !consent.is_genuine(&access(&http, &settings, &Map::new()), &returned("some-shop.myshopify.com"))
    );
}

#[test]
fn each_platform_says_what_it_can_do_and_needs() {
    let app = TestApp::sqlite();
    let all = app.http().get("/api/v1/platforms").expect(200);
    let of = |name: &str| {
        let items = all["items"].as_array().expect("items");
        items.iter().find(|one| one["platform"] == name).cloned().expect("it is there")
    };
    let douyin = of("douyin");
    assert_eq!(
        (&douyin["paging"], &douyin["window_s"], &douyin["consent"]),
        (&json!("backward"), &json!(604_800), &json!(true))
    );
    assert_eq!(douyin["gateway"], "https://openapi-fxg.jinritemai.com");
    let names = |one: &Json| {
        one["credentials"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|key| (key["name"].clone(), key["optional"].clone()))
            .collect::<Vec<_>>()
    };
    let key = |name: &str, optional: bool| (json!(name), json!(optional));
    assert_eq!(names(&douyin), [key("app_key", false), key("app_secret", false), key("access_token", true)]);
    assert!(names(&of("kuaishou")).contains(&key("message_key", true)));
    assert_eq!((&of("vendure")["window_s"], &of("vendure")["gateway"]), (&Json::Null, &Json::Null));
    assert_eq!(of("xiaohongshu")["off"], json!(["pushes"]));
    assert_eq!(app.http_stranger().get("/api/v1/platforms").status, 401);
}
