//! Douyin's codes: what a call that failed means.
//!
//! The inner number stands behind the colon of `sub_code`: `isv.business-failed:60110`. Source: the return codes on the
//! platform's interface pages, as the public C# client carries them.

use std::time::Duration;

use super::wire::Envelope;
use crate::connectors::link::CallError;
use crate::connectors::refusal::RefusalKind::{self, *};

/// The platform counts calls by the second and does not say for how long one that came too soon has to wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// What an inner number means for an order.
const KINDS: &[(RefusalKind, &[u32])] = &[
    (AlreadyShipped, &[60110, 70023]),
    (Ended, &[60113, 60021, 60068]),
    (RefundInProgress, &[60040, 60120, 120032]),
    (RiskHold, &[60109]),
    (NotShippable, &[60137, 60131, 60123, 60116, 60024, 60069, 60107, 60108, 600_111, 60057, 60111]),
    (TrackingNumberRejected, &[60017, 60127, 70018, 70019, 70020, 70022]),
    (CarrierRejected, &[60018, 60026, 60126, 60128, 60138, 700_042, 60011]),
    (SenderAddress, &[60027, 60028, 60070, 60071, 60072, 60134, 700_029]),
    (NotFound, &[60033, 60101, 60102]),
    (SerialNumbers, &[60046, 60047, 60051, 60056, 60062]),
];

/// The platform is at fault; the same call may succeed later.
const BUSY: &[u32] = &[
    9999, 10005, 10009, 10018, 20003, 60106, 60114, 60118, 60121, 60124, 60125, 60132, 70008, 70009, 70011,
    70013, 70016, 8888, 99997,
];

/// The class of an answer that is no success.
pub fn refused(envelope: &Envelope) -> CallError {
    let said = if envelope.sub_msg.is_empty() { &envelope.msg } else { &envelope.sub_msg };
    let words = format!("The shop answered {} {}: {said}", envelope.code, envelope.sub_code);
    let sub = envelope.sub_code.to_lowercase();
    let number = inner_number(&sub);
    if number.is_some_and(|number| kind(number).is_some()) {
        return CallError::Invalid(words);
    }
    if number.is_some_and(|number| BUSY.contains(&number)) {
        return CallError::PlatformBusy(words);
    }
    let has = |words: &[&str]| words.iter().any(|word| sub.contains(word));
    match () {
        () if has(&["access-token", "access_token", "authorize-cancelled"]) => CallError::AuthExpired(words),
        () if has(&["invalid-ip", "invalid_ip"]) => CallError::IpNotAllowed(words),
        () if has(&["timestamp"]) => CallError::ClockSkew(words),
        () if has(&["sign"]) => CallError::AuthExpired(format!("app_secret is not that of app_key. {words}")),
        () if has(&["permission"]) => CallError::PermissionMissing(words),
        () if has(&["limit", "flow", "frequen"]) => CallError::Throttled { retry_after: PATIENCE },
        () if has(&["isp."]) || envelope.code == "20000" => CallError::PlatformBusy(words),
        () => CallError::Invalid(words),
    }
}

fn inner_number(sub_code: &str) -> Option<u32> {
    sub_code.rsplit_once(':').and_then(|(_, number)| number.trim().parse().ok())
}

fn kind(number: u32) -> Option<RefusalKind> {
    KINDS.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(kind, _)| *kind)
}

/// What kept words of the platform mean.
pub fn explained(words: &str) -> Option<RefusalKind> {
    let code = words.split_whitespace().find(|word| word.starts_with("isv.") || word.starts_with("isp."))?;
    kind(inner_number(code.trim_end_matches(':'))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str, sub_code: &str) -> CallError {
        refused(&Envelope {
            code: code.to_owned(),
            sub_code: sub_code.to_owned(),
            sub_msg: "原话".to_owned(),
            ..Envelope::default()
        })
    }

    #[test]
    fn each_code_has_its_class() {
        for (code, sub_code, expected) in [
            ("50002", "isv.business-failed:60110", "invalid already_shipped"),
            ("50002", "isv.business-failed:60040", "invalid refund_in_progress"),
            ("50002", "isv.business-failed:60109", "invalid risk_hold"),
            ("40004", "isv.parameter-invalid:60017", "invalid tracking_number_rejected"),
            ("40004", "isv.parameter-invalid:60126", "invalid carrier_rejected"),
            ("50002", "isv.business-failed:60068", "invalid ended"),
            ("50002", "isv.business-failed:4711", "invalid -"),
            ("20000", "isp.service-error:10005", "busy -"),
            ("50002", "isv.business-failed:60106", "busy -"),
            ("20000", "", "busy -"),
            ("30002", "isv.access-token-expired", "auth -"),
            ("30001", "isv.app-permissions-insufficient", "right -"),
            ("30002", "isv.invalid_ip", "ip -"),
            ("40003", "isv.signature-invalid", "auth -"),
            ("40003", "isv.timestamp-invalid", "clock -"),
            ("80000", "isv.app-call-limited", "throttled -"),
        ] {
            let error = of(code, sub_code);
            let class = match &error {
                CallError::AuthExpired(_) => "auth",
                CallError::PermissionMissing(_) => "right",
                CallError::IpNotAllowed(_) => "ip",
                CallError::ClockSkew(_) => "clock",
                CallError::Throttled { .. } => "throttled",
                CallError::PlatformBusy(_) => "busy",
                CallError::Invalid(_) => "invalid",
            };
            let kind = explained(&error.to_string()).map_or("-", RefusalKind::as_str);
            assert_eq!(format!("{class} {kind}"), expected, "{code} {sub_code}");
        }
        assert!(of("50002", "isv.business-failed:60110").to_string().contains("原话"), "in its own words");
    }
}
