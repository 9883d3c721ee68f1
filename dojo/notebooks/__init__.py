"""Notebooks of a unit: laid out, written, and read back as the modules that are graded."""
