//! Kuaishou's answers that are no success. Two codes speak of an order, 11 and 21; everything else is told apart by its words.
//!
//! Source: official documents of the open platform for 11, 21 and the limits.

use std::time::Duration;

use super::wire::Envelope;
use crate::connectors::link::CallError;
use crate::connectors::refusal::RefusalKind;

/// Limits count by the second; the daily quota of test users is waited for in the same steps.
const PATIENCE: Duration = Duration::from_secs(2);

/// The class of an answer that is no success.
pub fn refused(envelope: &Envelope) -> CallError {
    let said =
        [&envelope.sub_msg, &envelope.error_msg, &envelope.msg].into_iter().find(|text| !text.is_empty());
    let said = said.map_or("", String::as_str);
    let words = format!("The shop answered {} {}: {said}", envelope.result, envelope.sub_code);
    let text = format!("{} {} {said}", envelope.error_msg, envelope.sub_code).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match envelope.result {
        11 | 21 => CallError::Invalid(words),
        _ if has(&["exceed quota limit", "exceed qps limit", "[1017]"]) => {
            CallError::Throttled { retry_after: PATIENCE }
        }
        _ if has(&["access_token", "accesstoken", "access token", "授权"]) => CallError::AuthExpired(words),
        _ if has(&["timestamp"]) => CallError::ClockSkew(words),
        _ if has(&["sign"]) => CallError::AuthExpired(format!("sign_secret is not that of app_key. {words}")),
        _ if has(&["白名单", "ip "]) => CallError::IpNotAllowed(words),
        _ if has(&["permission", "scope", "权限"]) => CallError::PermissionMissing(words),
        _ if has(&["system", "busy", "timeout", "系统", "繁忙", "超时", "稍后"]) => {
            CallError::PlatformBusy(words)
        }
        _ => CallError::Invalid(words),
    }
}

/// What kept words of the platform mean.
pub fn explained(words: &str) -> Option<RefusalKind> {
    let rest = words.strip_prefix("The shop answered ")?;
    let has = |word: &str| rest.contains(word);
    match rest.split(' ').next()? {
        "21" => Some(RefusalKind::NotFound),
        "11" if has("退款") || has("售后") => Some(RefusalKind::RefundInProgress),
        "11" if has("已发货") => Some(RefusalKind::AlreadyShipped),
        "11" if has("快递公司") => Some(RefusalKind::CarrierRejected),
        "11" => Some(RefusalKind::TrackingNumberRejected),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_class() {
        for (result, said, expected) in [
            (11, "运单号已被其他商家使用", "invalid tracking_number_rejected"),
            (11, "订单存在退款", "invalid refund_in_progress"),
            (11, "快递公司与单号不匹配", "invalid carrier_rejected"),
            (11, "订单已发货", "invalid already_shipped"),
            (21, "订单不属于该商家", "invalid not_found"),
            (24, "access_token expired", "auth -"),
            (22, "sign check failed", "auth -"),
            (22, "timestamp invalid", "clock -"),
            (1017, "[1017] too many", "throttled -"),
            (50, "Exceed qps limit", "throttled -"),
            (28, "应用无权限", "right -"),
            (2, "系统繁忙", "busy -"),
            (9, "参数错误", "invalid -"),
        ] {
            let error = refused(&Envelope { result, error_msg: said.to_owned(), ..Envelope::default() });
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
            assert_eq!(format!("{class} {kind}"), expected, "{result} {said}");
        }
    }
}
