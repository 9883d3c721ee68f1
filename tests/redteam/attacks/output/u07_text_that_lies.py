"""Raises an exception whose text is of a kind of its own."""


class Text(str):
    def __len__(self):
        return 0

    def __getitem__(self, part):
        return self

    def __str__(self):
        return self


class Failure(Exception):
    def __str__(self):
        return Text("\x1b[2J" + "x" * 1_000_000)


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
