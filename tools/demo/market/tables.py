"""Writes the tables of the import format (docs/import.md)."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timezone
from pathlib import Path

from .clips import Clip
from .content import Shop, Top
from .goods import Product
from .history import DAY, History
from .people import PASSWORD, Creator, Person, Shopper

CURRENCY = "CNY"


def rfc3339(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def _write(folder: Path, table: str, columns: str, rows) -> int:
    count = 0
    with open(folder / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns.split())
        for row in rows:
            writer.writerow(["" if value is None else value for value in row])
            count += 1
    return count


def _attributes(product: Product) -> tuple[str, str]:
    """The list in English and, in the same order, in Chinese."""
    english = "|".join(f"{name.en}={value.en}" for name, value in product.attributes)
    chinese = "|".join(f"{name.zh}={value.zh}" for name, value in product.attributes)
    return english, chinese


def manifest(seed: int) -> dict:
    return {
        "format": "quanyu-import-1", "namespace": f"demo-{seed}", "name_en": "Quanyu demo marketplace",
        "name_zh": "全域演示集市", "kind": "demo", "currency": CURRENCY}


def write_all(folder: Path, seed: int, now: int, tops: list[Top], shops: list[Shop], staff: list[Person],
              creators: list[Creator], shoppers: list[Shopper], products: list[Product], clips: list[Clip],
              history: History) -> dict[str, int]:
    """Writes manifest and tables and returns the rows of each table."""
    text = json.dumps(manifest(seed), ensure_ascii=False, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    counts = _goods(folder, now, tops, shops, products)
    counts |= _people(folder, staff, creators, shoppers)
    counts |= _behaviour(folder, now, clips, history)
    counts |= _live(folder, now, shops, creators, products)
    return counts


def _goods(folder: Path, now: int, tops: list[Top], shops: list[Shop], products: list[Product]) -> dict[str, int]:
    levels = [(top.key, "", top.name.en, top.name.zh, top.emoji) for top in tops]
    levels += [(leaf.id, top.key, leaf.name.en, leaf.name.zh, leaf.emoji) for top in tops for leaf in top.leaves]
    variants = [(variant, product) for product in products for variant in product.variants]
    return {
        "categories": _write(folder, "categories", "id parent name_en name_zh emoji", levels),
        "shops": _write(
            folder, "shops", "id name_en name_zh about_en about_zh logo owner created_at",
            ((s.key, s.name.en, s.name.zh, s.about.en, s.about.zh, f"media/shops/{s.key}.webp", f"merchant-{s.key}",
              rfc3339(now - (430 + 11 * place) * DAY)) for place, s in enumerate(shops))),
        "products": _write(
            folder, "products", "id shop category title_en title_zh description_en description_zh brand attributes "
            "attributes_zh media created_at",
            ((p.id, p.shop.key, p.kind.leaf.id, p.title.en, p.title.zh, p.description.en, p.description.zh,
              p.shop.brand.en, *_attributes(p), "|".join(p.media), rfc3339(now - int(p.age * DAY))) for p in products)),
        "variants": _write(folder, "variants", "id product spec_en spec_zh sku",
                           ((v.id, p.id, v.spec.en, v.spec.zh, v.sku) for v, p in variants)),
        "prices": _write(folder, "prices", "variant amount list_amount currency",
                         ((v.id, v.amount, v.list_amount, CURRENCY) for v, _ in variants)),
        "stock": _write(folder, "stock", "variant available", ((v.id, v.available) for v, _ in variants)),
    }


def _people(folder: Path, staff: list[Person], creators: list[Creator], shoppers: list[Shopper]) -> dict[str, int]:
    everyone = [s.person for s in shoppers] + [c.person for c in creators] + staff
    rows = ((p.id, p.name, p.role, p.handle, p.email, PASSWORD if p.email else "", p.bio.en, p.bio.zh, p.avatar,
             p.language) for p in everyone)
    columns = "id name role handle email password bio_en bio_zh avatar language"
    return {"people": _write(folder, "people", columns, rows)}


def _behaviour(folder: Path, now: int, clips: list[Clip], history: History) -> dict[str, int]:
    lines = ((f"o{number:05d}", person, rfc3339(time), variant.id, quantity, variant.amount * quantity, CURRENCY, status)
             for number, rows in enumerate(history.orders, 1) for time, person, variant, quantity, status in rows)
    return {
        "videos": _write(
            folder, "videos",
            "id creator caption_en caption_zh hashtags media poster duration_ms products created_at",
            ((c.id, c.creator.person.id, c.caption.en, c.caption.zh, "|".join(c.hashtags), c.media, c.poster,
              c.duration_ms, "|".join(p.id for p in c.products), rfc3339(now - int(c.age * DAY))) for c in clips)),
        "follows": _write(folder, "follows", "person subject_kind subject time",
                          ((person, kind, subject, rfc3339(time)) for time, person, kind, subject in history.follows)),
        "touchpoints": _write(
            folder, "touchpoints", "id person time kind subject_kind subject dwell_ms",
            ((f"t{n:06d}", person, rfc3339(time), kind, subject_kind, subject, dwell)
             for n, (time, person, kind, subject_kind, subject, dwell) in enumerate(history.touchpoints, 1))),
        "orders": _write(folder, "orders", "order person time variant quantity amount currency status", lines),
    }


def _live(folder: Path, now: int, shops: list[Shop], creators: list[Creator], products: list[Product]) -> dict[str, int]:
    """A creator and a shop on air, and a shop that comes tonight, each with a live price on what it shows."""
    def bag(shop: Shop, count: int) -> list[Product]:
        return [p for p in products if p.shop.key == shop.key and any(v.available > 0 for v in p.variants)][:count]

    def row(key: str, kind: str, host: str, english: str, chinese: str, at: int, state: str, goods: list[Product]):
        first = goods[0]
        prices = "|".join(f"{v.id}={v.amount * 85 // 100}" for v in first.variants)
        return (key, kind, host, english, chinese, rfc3339(at), state, "|".join(p.id for p in goods),
                first.id if state == "live" else "", prices, first.media[0])

    hour = DAY // 24
    first, second, third = shops[0], shops[1], shops[2]
    host = creators[0].person
    rows = [
        row("live-1", "creator", host.id, f"{host.name}: picks of the day", f"{host.name}的今日好物", now, "live",
            bag(first, 3) + bag(second, 3)),
        row("live-2", "shop", third.key, f"{third.name.en}: ask us anything", f"{third.name.zh}直播间：有问必答", now, "live",
            bag(third, 5)),
        row("live-3", "shop", second.key, f"{second.name.en}: new arrivals tonight", f"{second.name.zh}今晚上新", now + 6 * hour,
            "scheduled", bag(second, 4)),
    ]
    columns = "id host_kind host title_en title_zh planned_at state products pinned prices cover"
    return {"live_sessions": _write(folder, "live_sessions", columns, rows)}
