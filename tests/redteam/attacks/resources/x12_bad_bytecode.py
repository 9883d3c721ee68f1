"""Runs a code object that pops from an empty stack."""


def cube_backward(x, dy):
    code = cube_backward.__code__.replace(co_code=b"\x01\x00" * 40 + b"S\x00", co_stacksize=0)
    return cube_backward.__class__(code, {})(x, dy)


def double(x):
    return x + x
