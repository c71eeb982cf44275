#!/usr/bin/env python3
"""Writes the file fixtures under tests/fixtures. All people in them are invented.

Needs openpyxl for the workbook:  pip install openpyxl && python3 scripts/make-fixtures.py
"""

import datetime
import pathlib

import openpyxl

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"


def write(name: str, text: str, encoding: str = "utf-8") -> None:
    path = FIXTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def csv(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    def cell(text: str) -> str:
        needs_quotes = any(c in text for c in (delimiter, "\n")) or ('"' in text and not text.startswith('="'))
        return '"' + text.replace('"', '""') + '"' if needs_quotes else text

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


# Taobao: the header as the seller centre writes it, with its trailing blanks.
ORDERS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,"
    "收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,"
    "订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,修改后的收货地址,异常信息"
).split(",")


def order(number: str, state: str, **more: str) -> list[str]:
    told = {
        "订单编号": f'="{number}"', "买家会员名": "tea_lover_88", "买家应付货款": "129.90", "买家应付邮费": "0.00",
        "总金额": "129.90", "买家实际支付金额": "129.90", "订单状态": state, "买家留言": "null", "收货人姓名": "陈静",
        "收货地址 ": "浙江省 杭州市 西湖区 文三路478号3栋2单元1201室(310012)", "运送方式": "快递", "联系电话 ": "'null",
        "联系手机": "'13800001001", "订单创建时间": "2026-11-20 10:11:09", "订单付款时间 ": "2026-11-20 10:12:30",
        "宝贝标题 ": "龙井 250g", "宝贝种类 ": "1", "订单备注": "", "宝贝总数量": "2", "店铺Id": "0", "店铺名称": "茶之家",
        "是否手机订单": "手机订单", "异常信息": "null",
    } | more
    return [told.get(name, "") for name in ORDERS]


write("taobao/ExportOrderList202611241030.csv", csv([
    ORDERS,
    order("2608411234567890123", "买家已付款，等待卖家发货", 买家留言="请周末前送到", 订单备注="'送小样,勿放发票"),
    order("2608411234567890124", "等待买家付款", **{"订单付款时间 ": "", "买家会员名": "half_paid"}),
    order("2608411234567890125", "等待买家付款(定金)", 分阶段订单信息="定金已付", **{"订单付款时间 ": ""}),
    order("2608411234567890126", "卖家部分发货", 修改后的收货地址="江苏省 南京市 鼓楼区 中央路19号(210008)"),
    order("2608411234567890127", "卖家已发货，等待买家确认", **{"联系手机": "", "联系电话 ": "0571-88000001"}),
    order("2608411234567890128", "交易成功", 收货人姓名="陈*", 联系手机="*******1234"),
    order("2608411234567890129", "交易关闭", 订单关闭原因="买家未付款"),
    order("2608411234567890130", "买家已付款，等待卖家发货", 买家留言="第一行\n第二行，\"急\"",
          **{"收货地址 ": "广东省 东莞市 虎门镇 连升路８号(000000)", "联系手机": "１３８００００１００２"}),
]), "gb18030")

LINES = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码".split(",")
PAID = "买家已付款，等待卖家发货"
write("taobao/ExportOrderDetailList202611241030.csv", csv([
    LINES,
    ['="2608411234567890123"', "龙井 250g", "64.95", "1", "null", "颜色分类：礼盒", "", "null", PAID, "TEA-250"],
    ['="2608411234567890123"', "试饮装", "0.00", "1", "TEA-S", "", "", "无", "交易关闭", "TEA"],
    ['="2608411234567890130"', "茶杯 8\" 大号", "129.90", "2", "", "", "", "", PAID, "CUP-8"],
    # An order whose rows do not stand together.
    ['="2608411234567890123"', "滤网", "0.00", "１", "", "", "", "", PAID, "FILTER"],
]), "gb18030")

# Shopify: the order's own columns stand in its first row only.
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,"
    "Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Id,Tags"
).split(",")


def shopify(number: str, quantity: str, title: str, price: str, sku: str, ships: str = "true", **head: str) -> list[str]:
    told = {
        "Name": number, "Lineitem quantity": quantity, "Lineitem name": title, "Lineitem price": price, "Lineitem sku": sku,
        "Lineitem requires shipping": ships,
    } | {name.replace("_", " "): value for name, value in head.items()}
    return [told.get(name, "") for name in SHOPIFY]


HEAD = {
    "Email": "anna@example.com", "Financial_Status": "paid", "Paid_at": "2026-05-14 11:23:46 +0100",
    "Fulfillment_Status": "unfulfilled", "Currency": "EUR", "Shipping": "4.90", "Total": "54.80",
    "Created_at": "2026-05-14 11:23:45 +0100", "Shipping_Name": "Anna 't Hooft", "Shipping_Street": "12 Test Street, Flat 3",
    "Shipping_Address1": "12 Test Street", "Shipping_Address2": "Flat 3", "Shipping_City": "Testville", "Shipping_Zip": "'02928",
    "Shipping_Province": "RI", "Shipping_Country": "US", "Shipping_Phone": "'+1 401 555 0100",
}
write("shopify/orders_export.csv", csv([
    SHOPIFY,
    shopify("#1001", "2", "Green tea", "19.95", "TEA-G", **HEAD, Notes="Leave with\nthe \"neighbour\""),
    shopify("#1001", "1", "Gift card", "10.00", "", "false"),
    shopify("#1002", "3", "Cup", "1500", "CUP", **HEAD | {"Currency": "JPY", "Total": "6000", "Shipping": "0"}),
    shopify("#1002", "1", "Saucer", "1500", "SAUCER"),
    shopify("#1003", "1", "Cup", "9.00", "CUP", **HEAD | {"Cancelled_at": "2026-05-15 08:00:00 +0100"}),
    shopify("#1004", "1", "Cup", "9.00", "CUP", **HEAD | {"Financial_Status": "partially_refunded"}),
    shopify("#1005", "1", "Cup", "9.00", "CUP", **HEAD | {"Financial_Status": "pending", "Paid_at": ""}),
    shopify("#1006", "1", "Cup", "9.00", "CUP", **HEAD | {"Fulfillment_Status": "fulfilled", "Fulfilled_at": "2026-05-16 09:00:00 +0100"}),
], end="\n"))

# Any program: semicolons, a decimal comma, three ways of writing a date in one column.
GENERIC = ["Order No.", "Order date", "Recipient", "Phone", "Country", "City", "Street", "Zip", "Product", "SKU", "Qty", "Price", "Note"]


def generic(number: str, date: str, title: str = "Tee; grün", quantity: str = "2", price: str = "12,50") -> list[str]:
    return [number, date, "Max Muster", "+49 30 555001", "de", "Berlin", "Musterweg 1", "10115", title, "TEE-1", quantity, price, ""]


write("generic/semicolons.csv", csv([
    GENERIC,
    generic("A-1", "2026-05-14 11:23"),
    generic("A-1", "2026-05-14 11:23", "Tasse", "1", "1.299,00"),
    generic("A-2", "14.05.2026 11:23"),
    generic("A-3", "2026/5/14 11:23"),
], ";"))
write("generic/utf16.csv", "\ufeff" + csv([["订单号", "收货人", "手机", "收货地址", "商品名称", "数量"],
      ["T-1", "李雷", "13800001003", "北京 北京市 朝阳区 建国路1号", "茶", "1"]], "\t"), "utf-16-le")

book = openpyxl.Workbook()
sheet = book.active
sheet.append(["订单号", "下单时间", "收货人", "手机", "收货地址", "商品名称", "商家编码", "数量", "单价"])
sheet.append(["2608411234567890131", datetime.datetime(2026, 5, 14, 11, 23, 45), "李雷", 13800001003,
              "北京 北京市 朝阳区 建国路1号", "茶", "TEA", 2, 64.95])
sheet.append([])
sheet.append([2608411234567890132, "2026/5/14 11:23", "韩梅梅", "13800001004", "北京 北京市 朝阳区 建国路2号", "茶", "TEA", 1, 64.95])
sheet.append(["T-3", 46156.4748, "韩梅梅", "13800001004", "北京 北京市 朝阳区 建国路2号", "茶", "=1+1", 1, None])
for cell in ("A", "E"):
    sheet.column_dimensions[cell].width = 30
# A hidden sheet and an empty one stand before the orders.
book.create_sheet("notes", 0)
hidden = book.create_sheet("codes", 0)
hidden.append(["code", "meaning"])
hidden.sheet_state = "hidden"
book.active = 2
book.properties.created = book.properties.modified = datetime.datetime(2026, 11, 24)
(FIXTURES / "generic").mkdir(parents=True, exist_ok=True)
book.save(FIXTURES / "generic" / "orders.xlsx")

# Hostile ones: one file per trouble.
SHORT = ["订单号", "收货人", "手机", "收货地址", "商品名称", "数量", "下单时间"]


def short(number: str, **more: str) -> list[str]:
    told = dict(zip(SHORT, [number, "李雷", "13800001003", "北京 北京市 朝阳区 建国路1号", "茶", "1", "2026-05-14 11:23:45"])) | more
    return [told[name] for name in SHORT]


good = csv([SHORT, short("1001")])
write("hostile/row_cut.csv", csv([SHORT, short("1001")]) + '1002,李雷,138000\r\n1003,李雷,13800001003,"北京 朝阳\r\n' + csv([short("1004"), short("1005")]))
write("hostile/header_twice.csv", good + csv([SHORT, short("1002")]))
write("hostile/quotes.csv", csv([SHORT, short("1001", 商品名称='茶 "明前"\n250g,盒装')]) + '1002,李雷,13800001003,建国路1号,"8"G内存条",1,2026-05-14 11:23:45\r\n')
write("hostile/scientific.csv", csv([SHORT, short("2.60841E+18"), short("1002", 手机="1.38E+10"), short("1003")]))
write("hostile/dates.csv", csv([SHORT, short("1001"), short("1002", 下单时间="2026/5/14 11:23"), short("1003", 下单时间="46156.4748"),
      short("1004", 下单时间="03/04/2026"), short("1005", 下单时间="昨天")]))
write("hostile/full_width.csv", csv([SHORT, short("１００１", 手机="１３８００００１００３", 数量="２", 下单时间="２０２６－０５－１４　１１：２３：４５")]))
write("hostile/formula.csv", csv([SHORT, short("1001", 商品名称='=HYPERLINK("http://example.com","茶")')]))
write("hostile/missing_columns.csv", csv([["订单号", "收货人", "金额"], ["1001", "李雷", "5"]]))
write("hostile/no_bytes.csv", "")
(FIXTURES / "hostile" / "binary.csv").write_bytes(bytes((i * 7919 + i * i * 31) % 256 for i in range(4096)))
