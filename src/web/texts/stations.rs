//! Texts of print stations, and of where a print job is printed.

use crate::web::lang::{Lang, Text, texts};

texts! {
    TITLE = "Print stations" "打印站";
    LEAD = "Desks that print by themselves, and their printers" "自动打印的工位及其打印机";
    EMPTY = "Start the program at a desk with printers; it knocks here, and a manager lets it in." "在有打印机的工位启动程序后，会在此申请接入，由主管批准。";
    HOW = "At the desk:" "在工位上运行：";
    WAITING = "Wants in" "申请接入";
    CODE = "Code" "核对码";
    COMPARE = "Compare the code with the one on the desk's screen before you let it in." "批准前请与工位屏幕上的核对码核对。";
    LET_IN = "Let it in" "批准接入";
    REFUSE = "Refuse" "拒绝";
    RETIRE = "Retire" "停用";
    RETIRE_ASK = "Retire {}? Its key ends at once, and what it has in hand is unknown." "停用 {}？其密钥立即失效，手中的单据变为未知。";
    LET_IN_DONE = "{} may print." "{} 已可打印。";
    REFUSED_DONE = "{} is out." "{} 已移除。";
    ALIVE = "Printing" "在线";
    SILENT = "Silent since {}" "自 {} 起离线";
    NEVER_SEEN = "Never seen" "尚未上线";
    PER_MINUTE = "{} sheets a minute" "每分钟 {} 张";
    PRINTER = "Printer" "打印机";
    PLACE = "Where" "地址";
    SIZES = "Paper in it" "纸张";
    READS = "Reads" "语言";
    SHEETS_WAITING = "Waiting" "待打印";
    STACK = "Stack" "出纸";
    ON_TOP = "first on top" "首张在上";
    AT_BOTTOM = "first at the bottom: printed from the end" "首张在下：从末张起打";
    FINE = "Ready" "就绪";
    PAUSED = "Paused" "已暂停";
    GONE = "Not named by its desk any more" "工位已不再使用";
    PAUSE = "Pause" "暂停";
    GO_ON = "Go on" "继续";
    PAUSED_DONE = "{} is paused; what is on its way to paper comes out." "{} 已暂停，已送出的仍会打印。";
    GO_ON_DONE = "{} goes on." "{} 继续打印。";
    PRINT_AT = "Print at" "打印到";
    BROWSER = "this browser" "浏览器";
    SEND_THERE = "Send there" "发送";
    SENT_THERE = "What waits is printed at {}." "待打印的将在 {} 打印。";
    SENT_BACK = "What waits is printed from the browser." "待打印的改由浏览器打印。";
    PROGRESS = "{} good, {} to go" "完好 {} 张，剩余 {} 张";
    PACE = "{} a minute" "每分钟 {} 张";
    MINUTES_LEFT = "about {} min left" "约剩 {} 分钟";
    JOB_PAUSED = "This job is paused." "任务已暂停。";
    JOB_DOUBT = "It waits until somebody has said whether the unknown sheets came out." "等待确认未知单据是否已打出。";
    STATION_SILENT = "The desk is silent; it goes on when its program runs again." "工位离线，程序恢复后继续。";
    OFFSET = "Offset" "偏移";
    OFFSET_X = "Right, mm" "右移(毫米)";
    OFFSET_Y = "Down, mm" "下移(毫米)";
    OFFSET_SET = "Move" "应用偏移";
    OFFSET_DONE = "{} prints moved from its next sheet on." "{} 自下一张起按偏移打印。";
    COVER_OPEN = "its cover is open" "机盖打开";
    TRAY_MISSING = "its tray is missing" "缺少纸盒";
    SUPPLY_EMPTY = "out of ink or ribbon" "耗材用尽";
    PAPER_OUT = "out of paper" "缺纸";
    PAPER_JAM = "paper jam" "卡纸";
    OUTPUT_FULL = "its output is full" "出纸口已满";
    STOPPED = "stopped at the printer" "打印机已停止";
}

/// What is wrong with a printer: known words of the printing protocol in the reader's language, anything else as it was said.
pub fn problem(lang: Lang, said: &str) -> String {
    let mut told: Vec<&str> = Vec::new();
    for word in said.split(", ") {
        let text = known(word).map_or(word, |text| text.of(lang));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.join(", ")
}

fn known(reason: &str) -> Option<Text> {
    Some(match reason {
        "cover-open" | "door-open" | "interlock-open" => COVER_OPEN,
        "input-tray-missing" => TRAY_MISSING,
        "marker-supply-empty" | "toner-empty" => SUPPLY_EMPTY,
        "media-empty" | "media-needed" => PAPER_OUT,
        "media-jam" => PAPER_JAM,
        "output-area-full" => OUTPUT_FULL,
        "paused" | "stopped" | "shutdown" => STOPPED,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printers_own_words_are_told_in_the_readers_language() {
        assert_eq!(problem(Lang::Zh, "media-empty, media-needed, cover-open"), "缺纸, 机盖打开");
        assert_eq!(problem(Lang::En, "media-jam"), "paper jam");
        let said = "10.0.0.7:9100: Connection refused, or so";
        assert_eq!(problem(Lang::Zh, said), said);
    }
}
