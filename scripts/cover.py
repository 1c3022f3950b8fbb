"""Measures how much of the add-on the tests run: pytest's option ``--cover``.

SlipCover puts a probe at each line and at each way on from a condition, in the add-on's
code alone. So it costs little, where a tracer is called by all of Odoo's as well. Each
process of pytest-xdist measures; the one that reports adds it up.
"""

import json
from pathlib import Path

import pytest
import slipcover

ROOT = Path(__file__).resolve().parents[1]
SOURCE = [str(ROOT / "invoicing_cycle")]
OMIT = ["*/__manifest__.py", "*/tests/*", "*/migrations/*"]
REPORT = Path(".dev/log/coverage.txt")

#: Per cent of the add-on's lines, and of the ways on from its conditions.
FLOORS = {"lines": 95, "branches": 90}

#: As many files as are named, those of which the smallest part runs.
LOWEST = 5


def pytest_addoption(parser):
    parser.addoption(
        "--cover",
        choices=["tell", "check"],
        help="tell how much of the add-on runs; check: fail where it is too little",
    )


def pytest_configure(config):
    if config.getoption("--cover"):
        config.pluginmanager.register(Cover(config))


def get_share(summary, kind):
    covered = summary[f"covered_{kind}"]
    return 100 * covered / (covered + summary[f"missing_{kind}"])


class Cover:
    def __init__(self, config):
        self.config = config
        self.others = []
        # -1: a probe that has fired stays, and does nothing. To take it out, SlipCover
        # would exchange the code of functions while other threads run them.
        self.slipcover = slipcover.Slipcover(
            branch=True, d_miss_threshold=-1, source=SOURCE, omit=OMIT
        )
        # Nothing has imported the add-on yet. What nothing imports counts as not run.
        matcher = slipcover.FileMatcher(sources=SOURCE, omit=OMIT)
        slipcover.ImportManager(self.slipcover, matcher).__enter__()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        # A process that crashed tells nothing: then a test has failed.
        if output := getattr(node, "workeroutput", {}).get("cover"):
            self.others.append(json.loads(output))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        self.result = self.slipcover.get_coverage()
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["cover"] = json.dumps(self.result)
            return
        for other in self.others:
            slipcover.merge_coverage(self.result, other)
        summary = self.result["summary"]
        low = [kind for kind in FLOORS if get_share(summary, kind) < FLOORS[kind]]
        if low and self.config.getoption("--cover") == "check":
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("how much of the add-on ran")
        for kind, floor in FLOORS.items():
            share = get_share(self.result["summary"], kind)
            terminalreporter.line(f"{share:.1f} % of the {kind}; all tests: {floor} %")
        shares = sorted(
            (file["summary"]["percent_covered"], name)
            for name, file in self.result["files"].items()
        )
        for share, name in shares[:LOWEST]:
            terminalreporter.line(f"least: {share:.1f} % of {name}")
        with REPORT.open("w") as report:
            slipcover.print_coverage(self.result, outfile=report, skip_covered=True)
        terminalreporter.line(f"What did not run: {REPORT}")
