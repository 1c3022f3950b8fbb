"""Whether the tests run enough of the add-on; reads what `coverage json` writes."""

import json
import sys
from pathlib import Path

#: Per cent of the add-on's lines, and of the ways on from its conditions.
FLOORS = {"lines": 95, "branches": 90}


def main(path):
    totals = json.loads(Path(path).read_text())["totals"]
    counts = {
        "lines": (totals["covered_lines"], totals["num_statements"]),
        "branches": (totals["covered_branches"], totals["num_branches"]),
    }
    low = []
    for name, (covered, total) in counts.items():
        share = 100 * covered / total
        print(f"{share:.1f} % of {total} {name}, at least {FLOORS[name]} %")  # noqa: T201
        if share < FLOORS[name]:
            low.append(name)
    return f"the tests run too few {' and '.join(low)}" if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
