//! Texts of log-in, set-up and one's own account.

use crate::web::lang::texts;

texts! {
    TITLE = "Log in" "登录";
    LEAD = "One queue for the orders of every shop." "所有店铺的订单，一张工作台。";
    EMAIL = "E-mail" "邮箱";
    PASSWORD = "Password" "密码";
    PASSWORD_HINT = "At least 8 characters." "至少 8 个字符。";
    ENTER = "Log in" "登录";
    FAILED = "The address or the password is wrong." "邮箱或密码不正确。";
    FAILED_NEXT = "Try again, or ask an owner for a new password." "请重试，或联系店主重设密码。";
    TOO_MANY = "Too many wrong tries. Please wait {} s." "错误次数过多，请等待 {} 秒。";
    SETUP = "Set up huidan" "初始设置";
    SETUP_LEAD = "This link works once. It makes you the owner." "此链接仅可使用一次，您将成为店主。";
    SELLER = "Name of your business" "商家名称";
    BEGIN = "Begin" "开始使用";
    LINK_USED = "This link has been used" "链接已失效";
    LINK_USED_NEXT = "Log in with the account that was made, or start huidan again for a new link while there is none." "请用已建账号登录；尚无账号时，重新启动即可得到新链接。";
    LOG_OUT_EVERYWHERE = "Log out everywhere" "退出所有设备";
    EVERYWHERE_HINT = "Ends every session of yours, this one too." "结束您的所有登录，包括当前设备。";
    NEW_PASSWORD = "New password" "新密码";
    OLD_PASSWORD = "Present password" "当前密码";
    CODE = "Code" "动态码";
    CODE_LEAD = "Type the code your authenticator app shows, or one of your recovery codes." "请输入验证器应用显示的动态码，或一个恢复码。";
    CODE_WRONG = "This code is wrong or was used already. Wait for the next one." "动态码错误或已使用，请等下一个。";
    OTHER_ACCOUNT = "Log in as somebody else" "换个账号登录";
    FACTOR = "Second factor" "两步验证";
    FACTOR_LEAD = "At log-in a code of your phone is asked for besides the password." "登录时除密码外还需手机动态码。";
    FACTOR_ON = "Switch it on" "开启";
    FACTOR_SCAN = "Scan this with an authenticator app." "请用验证器应用扫描。";
    FACTOR_TYPE = "Or type this secret into it:" "或手动输入密钥：";
    FACTOR_CONFIRM = "Confirm with a first code" "输入首个动态码确认";
    FACTOR_IS_ON = "It is on. To switch it off, type your password." "已开启。关闭需输入密码。";
    FACTOR_OFF = "Switch it off" "关闭";
    FACTOR_FORGET = "Forget the second factor" "清除两步验证";
    FACTOR_FORGET_ASK = "Let {} log in with the password alone, until they switch it on again?" "允许 {} 仅凭密码登录，直到其重新开启？";
    RECOVERY = "Recovery codes" "恢复码";
    RECOVERY_HINT = "Each opens once when the phone is lost. Keep them apart from it; they are shown only now." "手机丢失时每个可用一次。请另外保存，仅此一次显示。";
    RECOVERY_KEPT = "They are kept" "已保存";
    CHANGE_PASSWORD = "Change the password" "修改密码";
}
