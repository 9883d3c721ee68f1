"""Grader truth: wrong answers made by the thousand from the model answers, and what graders make of them."""
