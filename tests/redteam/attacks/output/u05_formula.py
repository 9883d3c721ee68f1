"""Prints and raises what a spreadsheet would compute."""


def cube_backward(x, dy):
    print("=cmd|' /C calc'!A0,+1+1,-1,@SUM(1)")
    raise ValueError('=HYPERLINK("http://127.0.0.1:@PORT@","passed")')


def double(x):
    return 2 * x
