//! JD's codes: what a call that failed means. Source: lists in public articles, consistent among them.

use std::time::Duration;

use super::wire::Refused;
use crate::connectors::link::CallError;

/// The platform does not say for how long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The class of an `error_response`.
pub fn refused(refused: &Refused) -> CallError {
    let said = if refused.zh_desc.is_empty() { &refused.en_desc } else { &refused.zh_desc };
    let words = format!("The shop answered {}: {said}", refused.code);
    let text = format!("{} {}", refused.zh_desc, refused.en_desc).to_lowercase();
    let is_limited = text.contains("isp_flow_control_limit") || text.contains("call limited");
    match refused.code.as_str() {
        "2" | "16" => CallError::Throttled { retry_after: PATIENCE },
        _ if is_limited => CallError::Throttled { retry_after: PATIENCE },
        "7" | "8" => CallError::ClockSkew(words),
        "11" | "12" => CallError::AuthExpired(format!("app_secret is not that of app_key. {words}")),
        "18" | "19" | "20" | "21" => CallError::AuthExpired(words),
        "24" => CallError::PermissionMissing(words),
        // Runs inside JD's cloud only.
        "99904030005" => CallError::IpNotAllowed(words),
        "1" | "3" | "4" | "5" | "6" | "9" | "10" => CallError::Invalid(words),
        _ => CallError::PlatformBusy(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_class() {
        for (code, said, expected) in [
            ("2", "", "throttled"),
            ("66", "ISP_FLOW_CONTROL_LIMIT", "throttled"),
            ("8", "", "clock"),
            ("12", "", "auth"),
            ("19", "", "auth"),
            ("24", "", "right"),
            ("99904030005", "", "ip"),
            ("10", "缺少参数", "invalid"),
            ("67", "平台连接后端服务不可用", "busy"),
        ] {
            let refusal = Refused { code: code.to_owned(), zh_desc: said.to_owned(), ..Refused::default() };
            let class = match refused(&refusal) {
                CallError::AuthExpired(_) => "auth",
                CallError::PermissionMissing(_) => "right",
                CallError::IpNotAllowed(_) => "ip",
                CallError::ClockSkew(_) => "clock",
                CallError::Throttled { .. } => "throttled",
                CallError::PlatformBusy(_) => "busy",
                CallError::Invalid(_) => "invalid",
            };
            assert_eq!(class, expected, "{code} {said}");
        }
    }
}
