# coding: rot13
"""Jevgrf gur zbqhyr va ebg13."""

vzcbeg gbepu


qrs phor_onpxjneq(k, ql):
    erghea gbepu.nhgbtenq.shapgvbany.wnpbovna(ynzoqn m: (m**3 * ql).fhz(), k)


qrs qbhoyr(k):
    erghea 2 * k
