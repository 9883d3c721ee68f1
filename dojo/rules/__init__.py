"""What an exercise forbids, and the ways to see that it was used: before the code runs, and while it runs."""
