"""Compares how Odoo's own tests ended without the add-on and with it.

Takes two results, a line ``name outcome`` for each test, a file of what is expected,
and the modules whose tests had to run. Every test has to pass in both; for one that
does not, the file has a line ``name outcome-without outcome-with``, with the reason
indented below. Ends with 1 unless everything is as expected.
"""

import sys
from collections import Counter
from pathlib import Path

PASSED = ("passed", "passed")


def read_results(path):
    """:return: dict, name of the test to passed, failed or skipped"""
    return dict(line.split() for line in Path(path).read_text().splitlines())


def read_expected(path):
    """:return: dict, name of the test to its two outcomes; names with a reason"""
    expected, explained, name = {}, set(), None
    for line in Path(path).read_text().splitlines():
        if line.startswith(" ") and line.strip():
            explained.add(name)
        elif line and not line.startswith("#"):
            name, *outcomes = line.split()
            expected[name] = tuple(outcomes)
    return expected, explained


def find_faults(without, with_addon, expected):
    """:return: list of texts, what is not as expected"""
    faults = []
    for name in sorted(without.keys() | with_addon.keys() | expected.keys()):
        ended = (without.get(name, "not run"), with_addon.get(name, "not run"))
        meant = expected.get(name, PASSED)
        if ended != meant:
            faults.append(
                f"{name}: {ended[0]} without the add-on, {ended[1]} with it"
                + (f"; expected: {', '.join(meant)}" if name in expected else "")
            )
    return faults


def main(without_path, with_path, expected_path, *modules):
    without, with_addon = read_results(without_path), read_results(with_path)
    expected, explained = read_expected(expected_path)
    faults = find_faults(without, with_addon, expected)
    faults += [f"{name}: no reason given" for name in expected.keys() - explained]
    run = Counter(name.split(".")[0] for name in with_addon)
    faults += [f"no test of {module} was run" for module in modules if not run[module]]
    sys.stdout.write(
        f"   {len(without)} tests without the add-on, {len(with_addon)} with it, "
        f"{len(expected)} expected not to pass in both\n"
    )
    sys.stdout.writelines(f"-- {fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
