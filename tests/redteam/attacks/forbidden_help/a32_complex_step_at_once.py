"""Takes an imaginary step at all entries at once, since each output has its own input."""


def cube_backward(x, dy):
    z = x + 1e-20j
    return (z * z * z).imag / 1e-20 * dy


def double(x):
    return 2 * x
