//! Xiaohongshu's answers that are no success. Its codes are not listed publicly, so they are told apart by their words.

use std::time::Duration;

use crate::connectors::link::CallError;

/// Limits count by the second.
const PATIENCE: Duration = Duration::from_secs(2);

/// The class of an answer that is no success.
pub fn refused(code: &str, said: &str) -> CallError {
    let words = format!("The shop answered {code}: {said}");
    let text = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if has(&["accesstoken", "access token", "access_token", "授权"]) => {
            CallError::AuthExpired(words)
        }
        () if has(&["timestamp", "时间戳"]) => CallError::ClockSkew(words),
        () if has(&["sign", "签名"]) => {
            CallError::AuthExpired(format!("app_secret is not that of app_key. {words}"))
        }
        () if has(&["白名单"]) => CallError::IpNotAllowed(words),
        () if has(&["权限", "permission"]) => CallError::PermissionMissing(words),
        () if has(&["限流", "频繁", "too many", "rate limit", "qps"]) => {
            CallError::Throttled { retry_after: PATIENCE }
        }
        () if has(&["系统", "繁忙", "超时", "稍后", "system", "timeout"]) => {
            CallError::PlatformBusy(words)
        }
        () => CallError::Invalid(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_class() {
        for (said, expected) in [
            ("accessToken已过期", "auth"),
            ("签名错误", "auth"),
            ("时间戳超出范围", "clock"),
            ("请求过于频繁", "throttled"),
            ("应用无权限", "right"),
            ("IP不在白名单", "ip"),
            ("系统异常,请稍后重试", "busy"),
            ("订单状态不允许发货", "invalid"),
        ] {
            let class = match refused("-1", said) {
                CallError::AuthExpired(_) => "auth",
                CallError::PermissionMissing(_) => "right",
                CallError::IpNotAllowed(_) => "ip",
                CallError::ClockSkew(_) => "clock",
                CallError::Throttled { .. } => "throttled",
                CallError::PlatformBusy(_) => "busy",
                CallError::Invalid(_) => "invalid",
            };
            assert_eq!(class, expected, "{said}");
        }
    }
}
