"""Backprop Dojo: exercises in backpropagation that check themselves and say which idea is wrong."""

__version__ = "0.1.0"
