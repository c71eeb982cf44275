//! Texts of the demo's guided tour.

use crate::web::lang::texts;

texts! {
    TITLE = "A day in five steps" "五步走完一天";
    AWAY = "Put the tour away" "关闭导览";
    LOOK = "Look" "看";
    LOOK_DO = "Three simulated shops keep selling. Here stands what is ready, what is late and what is in trouble; each figure leads to its list." "三个模拟店铺持续出单。这里显示待发、超时与异常，点数字进入列表。";
    TICK = "Tick and number" "勾选并编号";
    TICK_DO = "Every order says why it can or cannot leave; equal recipients share a parcel. Tick rows with x, a whole page with a, then press n and type one number: the rest follow." "每单都写明能否发货；同收件人自动合单。用 x 勾选、a 全选，按 n 输入一个单号，其余自动递增。";
    PRINT = "Print" "打印";
    PRINT_DO = "Open your run: print its labels and notes here. A jam costs one number: say which sheet was the last good one." "打开刚才的批次打印面单与清单。卡纸时只需填写最后一张完好的序号。";
    PAPER = "Sheets" "单据";
    PAPER_DO = "Every sheet is accounted for: open the PDF, say what came out well, then ship the run." "每张纸都有记录：打开 PDF，确认打印结果，然后整批发货。";
    TOLD = "Shops are told" "回传";
    TOLD_DO = "Each order has its own shop told once, also in a merged parcel. What a shop refuses waits here for a person." "合单中的每个订单也只向各自店铺回传一次；被拒的在此等待处理。";
}
