"""A pretend Zarinpal: the payment gateway's real protocol, a bank page, and faults on demand.

It exists so that buying tokens can be tried, shown and tested without a merchant account or money.
It knows Zarinpal's REST v4 and nothing of the platform that calls it: a client that works here
works against the sandbox, with only its base URL changed.
"""
