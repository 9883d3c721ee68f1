"""Uses the softmax that is a method of tensors."""


def cube_backward(x, dy):
    return 3 * x**2 * dy * x.softmax(1).sum(1, keepdim=True)


def double(x):
    return 2 * x
