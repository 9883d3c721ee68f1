"""`python -m dojo` is `dojo`, which imports nothing from the current folder: it may be a submission's."""

import os
import sys

if __name__ == "__main__":
    if sys.path[:1] == [os.getcwd()]:  # where `-m` has put it
        del sys.path[0]
    from dojo.cli.main import run

    run()
