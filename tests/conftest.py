"""What holds for all tests: no command leaves a warm server behind."""

from __future__ import annotations

import os

os.environ["DOJO_WARM"] = "0"
