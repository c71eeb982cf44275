//! Texts of the help on keys.

use crate::web::lang::texts;

texts! {
    TITLE = "Keys" "快捷键";
    UP_DOWN = "Next and previous row" "下一行、上一行";
    TICK = "Tick the row" "勾选本行";
    RANGE = "Tick a range" "连续勾选";
    OPEN = "Open the shipment" "打开包裹页";
    DETAIL = "Unfold the row" "展开本行";
    ALL = "Tick the whole page; again: all that match" "全选本页；再按：选中全部结果";
    CLOSE = "Close, or clear the ticks" "关闭，或清除勾选";
    SEARCH = "Search" "搜索";
    NUMBER = "Number the ticked ones" "给勾选的编号";
    MERGE = "Merge the ticked ones" "合并勾选的";
    RELOAD = "Load anew" "刷新";
    AUDIT = "At the audit desk: pass, reject, hold, note, remarks read, release the hold, take back" "审单台：通过、驳回、挂起、备注、已读、解除挂起、撤回";
    GO = "Go to workbench, audit desk, deadlines, near matches, runs, print jobs" "转到工作台、审单台、时限、疑似同址、批次、打印";
    HELP = "This help" "显示本帮助";
}
