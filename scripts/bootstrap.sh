#!/bin/sh
# Finds a Python that is new enough and hands over to bootstrap.py, which builds .venv.
# PYTHON=/path/to/python3.12 names one yourself.

here=${0%/*}
built=$here/../.venv
if [ -z "$PYTHON" ] && [ -f "$built/.dojo-ready" ] && [ -x "$built/bin/python" ]; then
    exec "$built/bin/python" -E "$here/bootstrap.py" "$@" # the usual case, and the fastest
fi

for python in ${PYTHON:-python3 python python3.14 python3.13 python3.12 python3.11 python3.10}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        exec "$python" -E "$here/bootstrap.py" "$@"
    fi
done

found=$("${PYTHON:-python3}" --version 2>/dev/null) || found="none that starts"
echo "Backprop Dojo needs Python 3.10 or newer, and ${PYTHON:-python3} here is: $found." \
    "Install a newer Python, or name one: make grade PYTHON=/path/to/python3.12" >&2
exit 1
