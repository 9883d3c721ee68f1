"""The table of attacks in docs/security.md, made from what the suite tests.

python tests/redteam/table.py            # writes it
python tests/redteam/table.py --check    # exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from suite import Attack, attacks

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- the table: python tests/redteam/table.py -->\n", "<!-- the end of the table -->"
GROUPS = {
    "verdict": "Forging the verdict",
    "disclosure": "Reading tests and other secrets",
    "theft": "Stealing the reference",
    "forbidden_help": "Help that the exercise forbids",
    "comparison": "Fooling the comparison and the drawn examples",
    "resources": "Using up the machine",
    "state": "State and chance",
    "files": "Files and folders",
    "network": "The network, the kernel and other processes",
    "output": "Screens, pages and records",
}


def page_with_table(text: str) -> str:
    """The page's text with the table of today."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


def table() -> str:
    """Markdown: a section for each group, a line for each attack."""
    groups: dict[str, list[Attack]] = {}
    for attack in attacks():
        if not attack.name.startswith("control_"):
            groups.setdefault(attack.group, []).append(attack)
    assert set(groups) == set(GROUPS), set(groups) ^ set(GROUPS)
    hostile = [a for those in groups.values() for a in those if not a.passes]
    innocent = [a for those in groups.values() for a in those if a.passes]
    escapes = [a for a in hostile if a.process]
    stolen = [a for a in escapes if a.walls_at_process == "passed"]
    rows = {row for a in hostile for row in a.rows}
    lines = [
        f"{len(hostile)} attacks on {len(rows)} known weaknesses, and {len(innocent)} right answers that "
        "look like one. At `sandbox` and `confined` all are contained; at `process` all but "
        f"{len(escapes)}. None of those forges a verdict; {_number(len(stolen))} hand in a right answer that "
        "they have found on the same machine, where somebody has left it and the allow list is off.",
        "",
    ]
    for group, title in GROUPS.items():
        lines += [f"### {title}", "", _HEAD, "|---|---|---|---|---|---|"]
        lines += [_line(attack) for attack in groups[group]]
        lines.append("")
    return "\n".join(lines)


_HEAD = "| no. | what it tries | walls alone | past the allow list | as in a course | at level `process` |"


def _number(count: int) -> str:
    return ("none", "one", "two", "three", "four", "five", "six")[count] if count < 7 else str(count)


def _line(attack: Attack) -> str:
    at_process = attack.process or ("contained" if attack.walls else "")
    if attack.process_skip:
        at_process = attack.process or "not tried: too dangerous"
    cells = [", ".join(attack.rows), attack.tries, attack.walls, attack.watches, attack.rules, at_process]
    return "| " + " | ".join((cell or "").replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Write the table into the page, or compare. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = PAGE.read_text(encoding="utf-8")
    if check:
        return 0 if page_with_table(text) == text else 1
    PAGE.write_text(page_with_table(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
