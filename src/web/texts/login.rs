//! Texts of log-in, set-up and one's own account.

use crate::web::lang::texts;

texts! {
    TITLE = "Log in" "登录";
    LEAD = "One queue for the orders of every shop." "所有店铺的订单,一张工作台。";
    EMAIL = "E-mail" "邮箱";
    PASSWORD = "Password" "密码";
    PASSWORD_HINT = "At least 8 characters." "至少 8 个字符。";
    ENTER = "Log in" "登录";
    FAILED = "The address or the password is wrong." "邮箱或密码不正确。";
    FAILED_NEXT = "Try again, or ask an owner for a new password." "请重试,或联系店主重设密码。";
    TOO_MANY = "Too many wrong tries. Please wait {} s." "错误次数过多,请等待 {} 秒。";
    SETUP = "Set up huidan" "初始设置";
    SETUP_LEAD = "This link works once. It makes you the owner." "此链接仅可使用一次,您将成为店主。";
    SELLER = "Name of your business" "商家名称";
    BEGIN = "Begin" "开始使用";
    LINK_USED = "This link has been used" "链接已失效";
    LINK_USED_NEXT = "Log in with the account that was made, or start huidan again for a new link while there is none." "请用已建账号登录;尚无账号时,重新启动即可得到新链接。";
    LOG_OUT_EVERYWHERE = "Log out everywhere" "退出所有设备";
    EVERYWHERE_HINT = "Ends every session of yours, this one too." "结束您的所有登录,包括当前设备。";
    NEW_PASSWORD = "New password" "新密码";
    OLD_PASSWORD = "Present password" "当前密码";
    CHANGE_PASSWORD = "Change the password" "修改密码";
}
