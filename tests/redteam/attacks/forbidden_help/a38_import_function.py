"""Calls `__import__` itself."""


def cube_backward(x, dy):
    jacobian = __import__("torch.autograd.functional", fromlist=["jacobian"]).jacobian
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
