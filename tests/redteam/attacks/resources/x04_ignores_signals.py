"""Ignores every signal that can be ignored, then never ends."""

import signal


def cube_backward(x, dy):
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def double(x):
    return x + x
