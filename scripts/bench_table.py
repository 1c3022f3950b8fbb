"""Prints what ``bench.py`` and ``bench_screen.py`` measured as tables in Markdown.

Usage: bench_table.py FOLDER, which has ``bench-odoo.json``, ``bench-addon.json`` and
``bench-contract.json`` or, where the screen was measured, ``bench-screen.json``. Ratios
are of processor time, Python and PostgreSQL together.
"""

import json
import os
import sys
from pathlib import Path

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "31"))
#: What the same is called in both databases.
SAME = {
    "Odoo's wizard with the add-on": ("wizard", "wizard"),
    "confirm what it made": ("confirm (generate)", "confirm (wizard)"),
    "credit it in full": ("credit in full (generate)", "credit in full (wizard)"),
    "plain invoice: create": ("plain: create",) * 2,
    "plain invoice: change": ("plain: change",) * 2,
    "plain invoice: confirm": ("plain: confirm",) * 2,
    "plain invoice: credit": ("plain: credit",) * 2,
    "plain invoice: reset to draft": ("plain: reset",) * 2,
    "plain credit note: delete": ("plain: delete",) * 2,
    "time entry: create": ("time: create",) * 2,
    "time entry: change its hours": ("time: change hours",) * 2,
}


def get_cpu(figures):
    return figures["python"] + figures["postgres"]


def show(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")  # noqa: T201


def show_head(*cells):
    print()  # noqa: T201
    show(*cells)
    show("---", *["---:"] * (len(cells) - 1))


def tell_invoicing(odoo, addon, contract):
    generate, bare = addon["generate"], addon["bare create"]
    show_head("Invoices", "ratio", "ms each", "queries each")
    show(
        "the generator, as fast as Odoo's wizard without the add-on",
        f"{get_cpu(odoo['wizard']) / get_cpu(generate):.2f} ×",
        f"{get_cpu(generate) * 1000:.1f} : {get_cpu(odoo['wizard']) * 1000:.1f}",
        f"{generate['queries']:.1f} : {odoo['wizard']['queries']:.1f}",
    )
    show(
        "the generator, against creating the same invoices by Odoo alone",
        f"{get_cpu(generate) / get_cpu(bare):.2f}",
        f"{get_cpu(generate) * 1000:.1f} : {get_cpu(bare) * 1000:.1f}",
        f"{generate['queries']:.1f} : {bare['queries']:.1f}",
    )
    show(
        "the generator, as fast as OCA's contract, which counts no time",
        f"{get_cpu(contract) / get_cpu(generate):.2f} ×",
        f"{get_cpu(generate) * 1000:.1f} : {get_cpu(contract) * 1000:.1f}",
        f"{generate['queries']:.1f} : {contract['queries']:.1f}",
    )
    for text, (ours, theirs) in SAME.items():
        mine, other = addon[ours], odoo[theirs]
        show(
            f"{text}, against Odoo",
            f"{get_cpu(mine) / max(get_cpu(other), 1e-9):.2f}",
            f"{get_cpu(mine) * 1000:.1f} : {get_cpu(other) * 1000:.1f}",
            f"{mine['queries']:.1f} : {other['queries']:.1f}",
        )
    more = get_cpu(addon["generate, four times the entries"]) - get_cpu(generate)
    show("each further entry", "", f"{more / (3 * ENTRIES) * 1000:.2f}", "")
    show_head("Invoices at a time", "ms each", "queries each")
    for name, figures in addon.items():
        if name.removeprefix("generate ").isdigit():
            show(
                name.removeprefix("generate "),
                f"{get_cpu(figures) * 1000:.1f}",
                f"{figures['queries']:.1f}",
            )


def tell_screen(screen):
    for world in ("nobody locked", "all locked"):
        base = screen[f"{world}: the summary rows, added up by SQL"]
        show_head(f"Screen, {world}", "ratio", "Python ms", "PostgreSQL ms", "queries")
        for name, figures in screen.items():
            if name.startswith(f"{world}: "):
                show(
                    name.removeprefix(f"{world}: "),
                    f"{get_cpu(figures) / get_cpu(base):.1f}",
                    f"{figures['python'] * 1000:.0f}",
                    f"{figures['postgres'] * 1000:.0f}",
                    f"{figures['queries']:.0f}",
                )
    show_head("Beside it", "ms", "queries")
    for name, figures in screen.items():
        if ": " not in name:
            show(name, f"{get_cpu(figures) * 1000:.0f}", f"{figures['queries']:.0f}")


def main(folder):
    read = {
        name: json.loads(path.read_text())
        for name in ("odoo", "addon", "contract", "screen")
        if (path := folder / f"bench-{name}.json").exists()
    }
    if {"odoo", "addon", "contract"} <= read.keys():
        tell_invoicing(read["odoo"], read["addon"], read["contract"]["contract"])
    if "screen" in read:
        tell_screen(read["screen"])


main(Path(sys.argv[1]))
