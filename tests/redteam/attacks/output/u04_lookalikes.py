"""Prints words in the letters of other alphabets."""


def cube_backward(x, dy):
    print("раssеd · ｐａｓｓｅｄ · 𝐩𝐚𝐬𝐬𝐞𝐝")
    return x * 0


def double(x):
    return 2 * x
