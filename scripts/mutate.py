"""Changes the modules of tools/ piece by piece, by cosmic-ray: tests have to notice.

Each module is changed in a copy of its own. Prints the changes that no test noticed,
and ends with an error where these are too many.

Usage: mutate.py FOLDER [MODULE...]
"""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: Per cent of the changes to a module that tests have to notice.
FLOOR = 90
#: Seconds: a change that makes a loop endless is noticed as well.
TIMEOUT = 60.0

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path("invoicing_cycle/tools")
CONFIG = """
[cosmic-ray]
module-path = "{path}"
timeout = {timeout}
test-command = "{python} scripts/pure_tests.py {name}"

[cosmic-ray.distributor]
name = "local"
"""


def mutate(copy, name):
    """
    :return: tuple, how many changes were made to a module, and a list of the diffs of
        those that no test noticed
    """
    for folder in (TOOLS, "tests", "scripts"):
        shutil.copytree(ROOT / folder, copy / folder)
    (copy / "config").write_text(
        CONFIG.format(
            path=TOOLS / f"{name}.py", timeout=TIMEOUT, python=sys.executable, name=name
        )
    )

    def cosmic_ray(*args):
        return subprocess.run(  # noqa: S603
            [Path(sys.executable).with_name("cosmic-ray"), *args],
            cwd=copy,
            check=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    cosmic_ray("baseline", "config")
    cosmic_ray("init", "config", "session")
    cosmic_ray("exec", "config", "session")
    done = [json.loads(line) for line in cosmic_ray("dump", "session").splitlines()]
    return len(done), [
        result["diff"] for _work, result in done if result["test_outcome"] == "survived"
    ]


def report(name, total, survivors):
    """:return: whether enough of the changes were noticed"""
    print(f"{name}: {total - len(survivors)} of {total} changes noticed")  # noqa: T201
    for diff in survivors:
        print(*diff.splitlines()[3:], sep="\n", end="\n\n")  # noqa: T201
    return (total - len(survivors)) * 100 >= FLOOR * total


def main(folder, *names):
    names = names or [path.stem for path in sorted((ROOT / TOOLS).glob("[a-z]*.py"))]
    shutil.rmtree(folder, ignore_errors=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: mutate(Path(folder) / name, name), names)
        passed = [
            report(name, *result) for name, result in zip(names, results, strict=True)
        ]
    return 0 if all(passed) else f"less than {FLOOR} % of the changes were noticed"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
