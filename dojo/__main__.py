"""`python -m dojo` is `dojo`."""

from dojo.cli.main import run

if __name__ == "__main__":
    run()
