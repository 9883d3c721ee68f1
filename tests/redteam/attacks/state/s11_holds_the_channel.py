"""A child that keeps the channel open and writes into it when its parent has gone."""

import os
import struct
import time

TEXT = b'{"nonce": "0", "values": {"k": "dict", "v": [["value", null]]}}'


def cube_backward(x, dy):
    try:
        if os.fork() == 0:
            os.setsid()
            for _ in range(30):
                time.sleep(0.1)
                os.write(3, struct.pack(">II", len(TEXT), 0) + TEXT)
            os._exit(0)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
