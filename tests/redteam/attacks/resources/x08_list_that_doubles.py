"""Answers with a list that holds itself twice, sixty levels deep."""


def cube_backward(x, dy):
    answer = []
    for _ in range(60):
        answer = [answer, answer]
    return answer


def double(x):
    return x + x
