#!/usr/bin/env python3
"""Places the basket of `quanyu bench checkout` (three shops, two lines each) with django-oscar on PostgreSQL.

Needs a Python with `django-oscar` and `psycopg[binary]` (PyPI). Makes a schema of its own, `oscar_bench`, and drops it at
the end. Prints one JSON object: orders per second, p50 and p99 in milliseconds.

    oscar_checkout.py "host=… port=… user=… dbname=…" [--workers 8] [--seconds 6]
"""
import argparse
import json
import logging
import multiprocessing
import os
import sys
import time
from decimal import Decimal

SCHEMA = "oscar_bench"
OSCAR = [
    "oscar.config.Shop", "oscar.apps.analytics.apps.AnalyticsConfig", "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig", "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig", "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig", "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig", "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig", "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig", "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig", "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig", "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig", "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig", "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
]


def configure(connection):
    """Oscar with its defaults, on a schema of its own."""
    import django
    from django.conf import settings
    from oscar import defaults

    parts = dict(part.split("=", 1) for part in connection.split())
    values = {name: getattr(defaults, name) for name in dir(defaults) if name.isupper()}
    values.update(
        SECRET_KEY="bench", USE_TZ=True, SITE_ID=1, DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        ROOT_URLCONF="django.contrib.auth.urls", OSCAR_DEFAULT_CURRENCY="CNY",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
            "django.contrib.sites", "django.contrib.flatpages", *OSCAR, "widget_tweaks", "haystack", "treebeard",
            "django_tables2",
        ],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts.get("dbname", "postgres"),
            "USER": parts.get("user", ""), "PASSWORD": parts.get("password", ""), "HOST": parts.get("host", ""),
            "PORT": parts.get("port", ""), "CONN_MAX_AGE": None,
            "OPTIONS": {"options": f"-c search_path={SCHEMA}"},
        }},
    )
    settings.configure(**values)
    django.setup()
    logging.disable(logging.CRITICAL)


def statement(sql):
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute(sql)


def make_goods():
    """Three shops with two products each, and stock enough."""
    from oscar.core.loading import get_model
    from oscar.test import factories

    statement(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    statement(f"CREATE SCHEMA {SCHEMA}")
    from django.core.management import call_command
    call_command("migrate", verbosity=0, interactive=False)
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", iso_3166_1_numeric="156", printable_name="China", name="China",
        is_shipping_country=True)
    kind = factories.ProductClassFactory(track_stock=True, requires_shipping=True)
    for shop in range(3):
        partner = factories.PartnerFactory(name=f"Shop {shop}", code=f"shop-{shop}")
        for product in range(2):
            factories.create_stockrecord(
                product=factories.create_product(title=f"Tea {shop}.{product}", product_class=kind),
                price=Decimal("49.00"), partner_name=partner.name, num_in_stock=100_000_000)
    return country


def place_orders(connection, number, seconds, results):
    """One process: fills a basket and places it as an order, again and again."""
    configure(connection)
    from django.contrib.auth import get_user_model
    from oscar.apps.order.utils import OrderCreator, OrderNumberGenerator
    from oscar.apps.partner.strategy import Selector
    from oscar.apps.shipping.methods import Free
    from oscar.core import prices
    from oscar.core.loading import get_model

    person = get_user_model().objects.create_user(f"buyer{number}", f"buyer{number}@example.com", "x")
    products = list(get_model("catalogue", "Product").objects.order_by("id"))
    country = get_model("address", "Country").objects.first()
    address_model, basket_model = get_model("order", "ShippingAddress"), get_model("basket", "Basket")
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        basket = basket_model.objects.create(owner=person)
        basket.strategy = Selector().strategy(user=person)
        for product in products:
            basket.add_product(product, quantity=1)
        address = address_model(
            first_name="Lin", last_name="", line1="1 West Lake Road", line4="Hangzhou", country=country)
        address.save()
        total = prices.Price(currency="CNY", excl_tax=basket.total_excl_tax, incl_tax=basket.total_incl_tax)
        method = Free()
        OrderCreator().place_order(
            basket=basket, total=total, user=person, shipping_address=address, shipping_method=method,
            shipping_charge=method.calculate(basket), order_number=str(OrderNumberGenerator().order_number(basket)))
        basket.submit()
        times.append(time.monotonic() - start)
    results.put(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("connection")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    setup = multiprocessing.get_context("spawn")
    made = setup.Process(target=prepare, args=(options.connection,))
    made.start()
    made.join()
    if made.exitcode != 0:
        sys.exit("The shop could not be made.")
    results = setup.Queue()
    workers = [
        setup.Process(target=place_orders, args=(options.connection, number, options.seconds, results))
        for number in range(options.workers)
    ]
    for worker in workers:
        worker.start()
    times = sorted(one for _ in workers for one in results.get())
    for worker in workers:
        worker.join()
    finished = setup.Process(target=clean, args=(options.connection,))
    finished.start()
    finished.join()
    print(json.dumps({
        "orders": len(times), "ordersPerSecond": len(times) / options.seconds,
        "p50": times[len(times) // 2] * 1000, "p99": times[int(len(times) * 0.99)] * 1000,
    }))


def prepare(connection):
    configure(connection)
    make_goods()


def clean(connection):
    configure(connection)
    statement(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


if __name__ == "__main__":
    main()
