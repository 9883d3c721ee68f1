"""A right answer whose variables have forbidden names."""


def backward(grad, autograd):
    """The chain rule for one factor."""
    return grad * autograd


def cube_backward(x, dy):
    softmax = cross_entropy = vjp = 3 * x
    grad = backward(softmax, x)
    func = requires_grad = grad + 0 * cross_entropy + 0 * vjp
    return backward(autograd=func, grad=dy) + 0 * requires_grad


def double(x):
    return 2 * x
