"""localstripe (PyPI) with what a shop needs and it lacks: Checkout pages, idempotency keys, refund webhooks, lists by time.

Usage: python stand_in.py --port PORT --from-scratch
A buyer pays by POST /pay/SESSION with card=NUMBER. POST /_config/silence stops webhooks, POST /_config/resend/EVENT sends
one again.
"""
import json

from aiohttp import web
from localstripe import resources, server, webhooks
from localstripe.errors import UserError

GOOD_CARD = '4242424242424242'


class CheckoutSession(resources.StripeObject):
    object = 'checkout.session'
    _id_prefix = 'cs_'

    def __init__(self, mode=None, success_url=None, cancel_url=None, line_items=None, client_reference_id=None,
                 payment_intent_data=None, **unknown):
        if unknown or mode != 'payment' or not success_url or not line_items:
            raise UserError(400, 'Bad request: ' + ', '.join(unknown))
        super().__init__()
        price = line_items[0]['price_data']
        assert price['product_data']['name']
        self.amount_total = int(price['unit_amount']) * int(line_items[0]['quantity'])
        self.currency = price['currency']
        self.status = 'open'
        self.success_url = success_url
        self.client_reference_id = client_reference_id
        self.payment_intent = None
        self.url = '%s/pay/%s' % (ORIGIN, self.id)
        self._payment = payment_intent_data or {}

    def _pay(self, number):
        card = {'number': number, 'exp_month': 12, 'exp_year': 2040, 'cvc': '123'}
        method = resources.PaymentMethod(type='card', card=card)
        if self.payment_intent is None:
            intent = resources.PaymentIntent(
                amount=self.amount_total, currency=self.currency, payment_method=method.id,
                metadata=self._payment.get('metadata'), capture_method=self._payment.get('capture_method'))
            self.payment_intent = intent.id
        else:
            intent = resources.PaymentIntent._api_retrieve(self.payment_intent)
            intent.payment_method, intent.latest_charge = method.id, None
        intent._confirm(on_failure_now=intent._report_failure)
        self.status = 'complete'
        if intent.status == 'requires_capture':
            webhooks.schedule_webhook(resources.Event('payment_intent.amount_capturable_updated', intent))


def created_between(cls):
    everything = cls._api_list_all.__func__

    def listed(cls, url, created=None, **query):
        answer = everything(cls, url, **query)
        created = created or {}
        first, last = int(created.get('gte', 0)), int(created.get('lt', 1 << 60))
        answer._list = [item for item in answer._list if first <= item.created < last]
        return answer
    cls._api_list_all = classmethod(listed)


created_between(resources.PaymentIntent)
created_between(resources.Refund)

refund_made = resources.Refund.__init__


def announced_refund(self, **data):
    refund_made(self, **data)
    webhooks.schedule_webhook(resources.Event('refund.created', self))


resources.Refund.__init__ = announced_refund
cancelled = resources.PaymentIntent._api_cancel.__func__


def announced_cancel(cls, id, **data):
    intent = cancelled(cls, id, **data)
    webhooks.schedule_webhook(resources.Event('payment_intent.canceled', intent))
    return intent


answers = {}


@web.middleware
async def idempotency(request, handler):
    """The same key gets the first answer again; with other parameters it is an error."""
    key = request.headers.get('Idempotency-Key')
    if request.method != 'POST' or key is None:
        return await handler(request)
    asked = (request.path, await request.text())
    if key not in answers:
        answer = await handler(request)
        if answer.status < 500:
            answers[key] = (asked, answer.status, answer.body)
        return answer
    first, status, body = answers[key]
    if first != asked:
        raise UserError(400, 'Keys for idempotent requests can only be used with the same parameters.')
    return web.Response(status=status, body=body, content_type='application/json')


async def create(request):
    data = await server.get_post_data(request) or {}
    expand = data.pop('expand', None)
    session = CheckoutSession(**data)
    return server.json_response(session._export(expand=None if session.payment_intent is None else expand))


async def retrieve(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    expand = server.unflatten_data(request.query).get('expand')
    return server.json_response(session._export(expand=None if session.payment_intent is None else expand))


async def cancel(request):
    return server.json_response(announced_cancel(resources.PaymentIntent, request.match_info['id'])._export())


async def pay(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    data = await request.post()
    session._pay(data.get('card', GOOD_CARD))
    raise web.HTTPSeeOther(session.success_url)


async def page(request):
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    return web.Response(text=json.dumps(session._export()))


async def silence(request):
    webhooks._webhooks.clear()
    return web.Response()


async def resend(request):
    webhooks.schedule_webhook(resources.Event._api_retrieve(request.match_info['id']))
    return web.Response()


authorised = server.auth_middleware


@web.middleware
async def authorisation(request, handler):
    """A buyer on the Checkout page has no key."""
    if request.path.startswith('/pay/'):
        return await handler(request)
    return await authorised(request, handler)


if __name__ == '__main__':
    import sys
    ORIGIN = 'http://127.0.0.1:%s' % sys.argv[sys.argv.index('--port') + 1]
    app = web.Application(middlewares=[server.error_middleware, authorisation, idempotency])
    app.router.add_post('/v1/checkout/sessions', create)
    app.router.add_get('/v1/checkout/sessions/{id}', retrieve)
    app.router.add_post('/v1/payment_intents/{id}/cancel', cancel)
    app.router.add_get('/pay/{id}', page)
    app.router.add_post('/pay/{id}', pay)
    app.router.add_post('/_config/silence', silence)
    app.router.add_post('/_config/resend/{id}', resend)
    for route in server.app.router.routes():
        app.router.add_route(route.method, route.resource.canonical, route.handler)
    server.app = app
    server.start()
