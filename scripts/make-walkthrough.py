#!/usr/bin/env python3
"""Writes the files of the walk in README.md: one day of three shops, 62 orders, 50 parcels.

Names, phones and house numbers are invented. The cases: two orders of one buyer in one shop, buyers of two
shops, one address written in two ways, a refund, a missing phone, unpaid, closed and shipped orders, remarks.

    python3 scripts/make-walkthrough.py
"""

import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "walkthrough"
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = ["静", "子轩", "雨桐", "建国", "思远", "晓梅", "浩然", "欣怡", "一诺", "志强", "佳宁", "文博"]
STREETS = [
    ("浙江省", "杭州市", "西湖区", "文三路{}号{}栋{}室"), ("上海", "上海市", "浦东新区", "张杨路{}号{}单元{}室"),
    ("江苏省", "南京市", "鼓楼区", "中央路{}号{}幢{}室"), ("广东省", "深圳市", "南山区", "科技南路{}号{}座{}室"),
    ("四川省", "成都市", "武侯区", "人民南路{}号{}栋{}室"), ("北京", "北京市", "朝阳区", "建国路{}号{}号楼{}室"),
    ("湖北省", "武汉市", "洪山区", "珞喻路{}号{}栋{}室"), ("陕西省", "西安市", "雁塔区", "小寨东路{}号{}号楼{}室"),
    ("福建省", "厦门市", "思明区", "湖滨南路{}号{}座{}室"), ("山东省", "青岛市", "市南区", "香港中路{}号{}栋{}室"),
]
# As Shopify tells provinces of China.
PROVINCE_CODES = {
    "浙江省": "ZJ", "上海": "SH", "江苏省": "JS", "广东省": "GD", "四川省": "SC", "北京": "BJ", "湖北省": "HB", "陕西省": "SN",
    "福建省": "FJ", "山东省": "SD",
}
GOODS = [
    ("TEA-250", "明前龙井 250g", "礼盒", 12990), ("TEA-100", "正山小种 100g", "罐装", 6800), ("CUP-8", "盖碗 8cm", "白瓷", 4500),
    ("POT-1", "紫砂壶 200ml", "朱泥", 26800), ("TRAY-S", "干泡茶盘", "小号", 8900),
]


def person(n: int) -> dict:
    province, city, district, street = STREETS[n % len(STREETS)]
    return {
        "name": FAMILY[n % len(FAMILY)] + GIVEN[n * 5 % len(GIVEN)], "phone": f"1380000{1000 + n * 37:04d}",
        "province": province, "city": city, "district": district,
        "detail": street.format(20 + n * 13 % 460, 1 + n % 9, 101 + n % 17 * 100 + n % 4),
    }


def minute(n: int) -> str:
    """The n-th order's time in China, on the 23rd of November 2026."""
    return f"2026-11-23 {8 + n // 5:02d}:{n * 11 % 60:02d}:{n * 7 % 60:02d}"


def written(name: str, rows: list[list[str]], encoding: str) -> None:
    text = "".join(",".join(map(quoted, row)) + "\r\n" for row in rows)
    (FOLDER / name).write_bytes(text.encode(encoding))


def quoted(cell: str) -> str:
    # The seller centre guards numbers as ="…" and does not quote them again.
    if cell.startswith('="'):
        return cell
    needs_quotes = any(c in cell for c in ',"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell


# As the seller centre writes the headers, trailing blanks included.
ORDERS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,"
    "收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,"
    "订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,修改后的收货地址,异常信息"
).split(",")
LINES = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码".split(",")
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,"
    "Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Id,Tags"
).split(",")
PAID = "买家已付款，等待卖家发货"


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def taobao() -> None:
    orders, lines = [ORDERS], [LINES]

    def add(n: int, who: int, state: str = PAID, line_state: str = "", pieces: int = 1, **more: str) -> None:
        number, buyer, goods = f'="26084112345678{90000 + n * 31}"', person(who), [GOODS[n % 5]] + [GOODS[(n + 2) % 5]] * (n % 6 == 0)
        total = yuan(pieces * sum(price for *_, price in goods))
        told = {
            "订单编号": number, "买家会员名": f"chahu_{who:03d}", "买家应付货款": total, "买家应付邮费": "0.00", "总金额": total,
            "买家实际支付金额": total, "订单状态": state, "买家留言": "null", "收货人姓名": buyer["name"],
            "收货地址 ": f'{buyer["province"]} {buyer["city"]} {buyer["district"]} {buyer["detail"]}(000000)',
            "运送方式": "快递", "联系电话 ": "'null", "联系手机": "'" + buyer["phone"], "订单创建时间": minute(n),
            "订单付款时间 ": minute(n), "宝贝标题 ": goods[0][1], "宝贝种类 ": str(len(goods)), "宝贝总数量": str(pieces * len(goods)),
            "店铺Id": "0", "店铺名称": "茶之家", "是否手机订单": "手机订单", "异常信息": "null",
        } | more
        orders.append([told.get(name, "") for name in ORDERS])
        for sku, title, variant, price in goods:
            lines.append([number, title, yuan(price), str(pieces), sku, "规格：" + variant, "", "null", line_state or state, sku])

    for n in range(26):
        add(n, n, **{4: {"买家留言": "请周末前送到"}, 9: {"订单备注": "'送小样，勿放发票"}, 13: {"买家留言": "放丰巢柜"}}.get(n, {}))
    add(26, 3)  # the second order of buyer 3
    add(27, 3 + 60, **{"联系手机": "", "联系电话 ": "'null"})
    add(28, 61, line_state="交易关闭")  # paid, and all of it refunded
    add(29, 62, "等待买家付款", **{"订单付款时间 ": ""})
    add(30, 64, "交易关闭", 订单关闭原因="买家未付款", **{"订单付款时间 ": ""})
    add(31, 65, "卖家已发货，等待买家确认", 物流公司="顺丰速运", **{"物流单号 ": "444080000012"})
    for n in range(32, 36):
        add(n, n + 40, pieces=2)
    written("ExportOrderList202611241030.csv", orders, "gb18030")
    written("ExportOrderDetailList202611241030.csv", lines, "gb18030")


def shopify() -> None:
    rows = [SHOPIFY]

    def add(n: int, who: int, **more: str) -> None:
        buyer, (sku, title, variant, price) = person(who), GOODS[n % 5]
        at = minute(n + 9) + " +0800"
        told = {
            "Name": f"#{1040 + n}", "Email": f"buyer{who}@example.com", "Financial Status": "paid", "Paid at": at,
            "Fulfillment Status": "unfulfilled", "Accepts Marketing": "no", "Currency": "CNY", "Subtotal": yuan(price),
            "Shipping": "0.00", "Taxes": "0.00", "Total": yuan(price), "Shipping Method": "Standard", "Created at": at,
            "Lineitem quantity": "1", "Lineitem name": f"{title} - {variant}", "Lineitem price": yuan(price), "Lineitem sku": sku,
            "Lineitem requires shipping": "true", "Lineitem taxable": "true", "Lineitem fulfillment status": "pending",
            "Billing Name": buyer["name"], "Shipping Name": buyer["name"], "Shipping Street": buyer["district"] + buyer["detail"],
            "Shipping Address1": buyer["district"] + buyer["detail"], "Shipping City": buyer["city"], "Shipping Zip": "'000000",
            "Shipping Province": PROVINCE_CODES[buyer["province"]], "Shipping Country": "CN", "Shipping Phone": "'+86" + buyer["phone"],
            "Payment Method": "Alipay", "Id": str(5100000000000 + n),
        } | more
        rows.append([told.get(name, "") for name in SHOPIFY])

    for n in range(12):
        add(n, 30 + n)
    add(12, 72, Notes="和淘宝的一起发")  # the buyer of a Taobao order
    add(13, 73)
    add(14, 66, **{"Financial Status": "pending", "Paid at": ""})
    add(15, 67, **{"Financial Status": "refunded"})
    rows.insert(2, ["#1040"] + [{"Lineitem quantity": "2", "Lineitem name": "杯垫", "Lineitem price": "0.00", "Lineitem sku": "MAT",
                    "Lineitem requires shipping": "true"}.get(name, "") for name in SHOPIFY[1:]])
    written("orders_export.csv", rows, "utf-8")


def push() -> None:
    def order(n: int, who: int, **more: object) -> dict:
        buyer, (sku, title, variant, price) = person(who), GOODS[n % 5]
        at = minute(n + 20).replace(" ", "T") + "+08:00"
        recipient = buyer | {"country": "CN"} | more.pop("recipient", {})
        return {
            "number": f"MP-{2001 + n}", "state": "awaiting_shipment", "created_at": at, "paid_at": at, "updated_at": at,
            "buyer": {"nick": f"mini_{who:03d}"}, "total": {"amount": price, "currency": "CNY"}, "recipient": recipient,
            "lines": [{"number": "1", "sku": sku, "title": title, "variant": variant, "quantity": 1,
                       "price": {"amount": price, "currency": "CNY"}}],
        } | more

    near = person(75)["detail"]
    orders = [order(n, 45 + n) for n in range(8)]
    orders.append(order(8, 74, seller_memo="老客户，附手写卡"))  # the buyer of a Taobao order
    # The same door, written without the building.
    orders.append(order(9, 75, recipient={"detail": near.split("号")[0] + "号" + near[-4:]}))
    text = ",\n".join(json.dumps(order, ensure_ascii=False) for order in orders)
    (FOLDER / "pushed-orders.json").write_text(f"[{text}]\n", encoding="utf-8")


FOLDER.mkdir(parents=True, exist_ok=True)
taobao()
shopify()
push()
