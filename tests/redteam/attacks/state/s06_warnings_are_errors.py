"""Turns warnings, rounding and signals of numpy and decimal into exceptions."""

import decimal
import locale
import warnings

import numpy


def cube_backward(x, dy):
    warnings.simplefilter("error")
    numpy.seterr(all="raise")
    decimal.getcontext().traps[decimal.Inexact] = True
    locale.setlocale(locale.LC_ALL, "C")
    return x * 0


def double(x):
    return x + x
