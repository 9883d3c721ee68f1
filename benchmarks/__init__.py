"""Measurements of the kit: ratios from one run, never timed tests."""
