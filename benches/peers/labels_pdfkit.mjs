// The label of huidan's sample by pdfkit: node labels_pdfkit.mjs COUNT
// Prints CPU seconds, peak KiB and bytes of the PDF. Bars and modules are as many rectangles as on
// a real label, but not encoded, which spares pdfkit that work.
import { createRequire } from "node:module";

const PDFDocument = createRequire(import.meta.url)("pdfkit");
const count = Number(process.argv[2]);
const font = new URL("../../data/fonts/NotoSansCJKsc-Regular.otf", import.meta.url).pathname;
const mm = 72 / 25.4;
const people = [
  ["陈䶮", "广东省 深圳市 南山区", "粤海街道科技园南区高新南七道 18 号创新大厦 A 座 1203 室"],
  ["李龑", "上海市 浦东新区", "张江镇祖冲之路 2288 弄 3 号楼 501"],
  ["王喆", "四川省 成都市 武侯区", "桂溪街道天府大道北段 1700 号环球中心 E5 座 12 层"],
];
const goods = ["明前龙井 礼盒装 250g 铁罐", "手工建盏茶杯 曜变 单只", "安溪铁观音 100g 袋装", "紫砂壶 石瓢 200 ml"];

const started = process.cpuUsage();
const document = new PDFDocument({ size: [100 * mm, 150 * mm], margin: 0, autoFirstPage: false });
let bytes = 0;
document.on("data", (chunk) => (bytes += chunk.length));
document.on("end", () => {
  const { user, system } = process.cpuUsage(started);
  console.log((user + system) / 1e6, process.resourceUsage().maxRSS, bytes);
});
document.registerFont("cjk", font);

const at = (x, y, size, text, width) => document.fontSize(size).text(text, x * mm, y * mm, { width: width * mm });
for (let position = 1; position <= count; position++) {
  const [name, region, detail] = people[position % people.length];
  const number = `77300012${String(position).padStart(5, "0")}`;
  document.addPage().font("cjk");
  at(3, 3, 16, "中通快递 ZTO", 50);
  at(60, 3, 22, `${position} / ${count}`, 38);
  at(3, 13, 7, `20261120-03  第 ${position} 张`, 90);
  at(3, 18, 30, "310 A12-05 01", 94);
  for (let bar = 0; bar < 50; bar++) document.rect((10 + bar * 1.6) * mm, 33 * mm, (1 + (bar * position) % 3) * 0.25 * mm, 14 * mm);
  document.fill();
  at(30, 48, 12, number, 60);
  at(13, 56, 14, `${name}   138****5678`, 84);
  at(13, 63, 12, region, 84);
  at(13, 69, 12, detail, 84);
  at(12, 84, 8, "云雾茶舍  0571-88001234  浙江省杭州市西湖区龙井路 88 号 3 号仓", 84);
  at(3, 91, 9, "云雾茶舍 天猫 买家: 请在周五之前送到，送人用，不要放价格单，谢谢！", 94);
  at(3, 100, 9, "云雾茶舍 天猫 卖家 红旗: 加送 2 包试饮装", 94);
  at(3, 106, 8, `云雾茶舍 天猫 24061399887${position}   茶舍 抖音店 69201${position}`, 94);
  for (let line = 0; line < 1 + (position % 3); line++) {
    at(3, 112 + line * 5, 9, goods[(position + line) % goods.length], 80);
    at(88, 112 + line * 5, 9, `× ${1 + line}`, 9);
    document.moveTo(3 * mm, (117 + line * 5) * mm).lineTo(97 * mm, (117 + line * 5) * mm).stroke();
  }
  at(3, 136, 12, "共 3 件  3 pieces", 60);
  at(3, 142, 7, "包裹 Parcel P20261120-03  2026-11-20 14:05 打印 王小明", 70);
  for (let module = 0; module < 29 * 29; module++) {
    if ((module * 7919 + position) % 2) document.rect((82 + (module % 29) * 0.5) * mm, (133 + Math.floor(module / 29) * 0.5) * mm, 0.5 * mm, 0.5 * mm);
  }
  document.fill();
}
document.end();
