"""The label of huidan's sample by ReportLab or WeasyPrint: python3 labels_python.py ENGINE COUNT

Prints CPU seconds, peak KiB and bytes of the PDF; ends with 3 where the engine or a Chinese TrueType font is missing.
Bars and modules are as many rectangles as on a real label, but not encoded, which spares the engines that work.
"""

import io
import os
import resource
import sys

FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
PEOPLE = [
    ("陈小明", "广东省 深圳市 南山区", "粤海街道科技园南区高新南七道 18 号创新大厦 A 座 1203 室"),
    ("李思", "上海市 浦东新区", "张江镇祖冲之路 2288 弄 3 号楼 501"),
    ("王喆", "四川省 成都市 武侯区", "桂溪街道天府大道北段 1700 号环球中心 E5 座 12 层"),
]
GOODS = ["明前龙井 礼盒装 250g 铁罐", "手工建盏茶杯 曜变 单只", "安溪铁观音 100g 袋装", "紫砂壶 石瓢 200 ml"]


def texts(position, count):
    """Every text of one label: millimetres from the left and the top, size in points, words."""
    name, region, detail = PEOPLE[position % len(PEOPLE)]
    yield from [
        (3, 3, 16, "中通快递 ZTO"),
        (60, 3, 22, f"{position} / {count}"),
        (3, 13, 7, f"20261120-03  第 {position} 张"),
        (3, 18, 30, "310 A12-05 01"),
        (30, 48, 12, f"77300012{position:05}"),
        (13, 56, 14, f"{name}   138****5678"),
        (13, 63, 12, region),
        (13, 69, 12, detail[:22]),
        (13, 75, 12, detail[22:]),
        (12, 84, 8, "云雾茶舍  0571-88001234  浙江省杭州市西湖区龙井路 88 号 3 号仓"),
        (3, 91, 9, "云雾茶舍 天猫 买家: 请在周五之前送到，送人用，不要放价格单，谢谢！"),
        (3, 100, 9, "云雾茶舍 天猫 卖家 红旗: 加送 2 包试饮装"),
        (3, 106, 8, f"云雾茶舍 天猫 24061399887{position}   茶舍 抖音店 69201{position}"),
        (3, 136, 12, "共 3 件  3 pieces"),
        (3, 142, 7, "包裹 Parcel P20261120-03  2026-11-20 14:05 打印 王小明"),
    ]
    for line in range(1 + position % 3):
        yield (3, 112 + line * 5, 9, GOODS[(position + line) % len(GOODS)])
        yield (88, 112 + line * 5, 9, f"× {1 + line}")


def bars(position):
    """Every rectangle: millimetres from the left and the top, width, height."""
    for bar in range(50):
        yield (10 + bar * 1.6, 33, (1 + (bar * position) % 3) * 0.25, 14)
    for module in range(29 * 29):
        if (module * 7919 + position) % 2:
            yield (82 + (module % 29) * 0.5, 133 + (module // 29) * 0.5, 0.5, 0.5)


def reportlab(count):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    mm = 72 / 25.4
    pdfmetrics.registerFont(TTFont("cjk", FONT, subfontIndex=0))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(100 * mm, 150 * mm))
    for position in range(1, count + 1):
        for x, y, size, words in texts(position, count):
            canvas.setFont("cjk", size)
            canvas.drawString(x * mm, (150 - y) * mm - size, words)
        for x, y, width, height in bars(position):
            canvas.rect(x * mm, (150 - y - height) * mm, width * mm, height * mm, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return len(out.getvalue())


def weasyprint(count):
    from weasyprint import HTML

    pages = []
    for position in range(1, count + 1):
        words = "".join(
            f'<p style="left:{x}mm;top:{y}mm;font-size:{size}pt">{text}</p>' for x, y, size, text in texts(position, count)
        )
        rects = "".join(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>' for x, y, width, height in bars(position)
        )
        pages.append(f'<section>{words}<svg viewBox="0 0 100 150" width="100mm" height="150mm">{rects}</svg></section>')
    style = (
        "@page{size:100mm 150mm;margin:0}section{position:relative;width:100mm;height:150mm;overflow:hidden}"
        "p{position:absolute;margin:0;white-space:nowrap;font-family:'WenQuanYi Micro Hei'}svg{position:absolute;left:0;top:0}"
    )
    return len(HTML(string=f"<style>{style}</style>{''.join(pages)}").write_pdf())


if __name__ == "__main__":
    engine, count = {"reportlab": reportlab, "weasyprint": weasyprint}[sys.argv[1]], int(sys.argv[2])
    if not os.path.exists(FONT):
        sys.exit(3)
    try:
        __import__(sys.argv[1])
    except ImportError:
        sys.exit(3)
    started = os.times()
    size = engine(count)
    ended = os.times()
    spent = ended.user + ended.system - started.user - started.system
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, size)
