"""Draws how the packages of models/ use one another, from their imports and calls.

Writes the picture into docs/architecture.md: `python3 scripts/draw_packages.py`.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "invoicing_cycle" / "models"
DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = re.compile(r"(?<=<!-- packages -->\n)```mermaid\n.*?```\n", re.DOTALL)


def get_packages():
    """
    :return: list of (name, what the package decides), in the order of the flow
    """
    flow = parse(MODELS / "__init__.py")
    names = [
        alias.name
        for node in flow.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    return [
        (name, ast.get_docstring(parse(MODELS / name / "__init__.py")))
        for name in names
    ]


def parse(path):
    return ast.parse(path.read_text())


def get_uses():
    """Which package imports from another, or calls what only that one defines.

    :return: set of (user, used)
    """
    homes, calls, uses = defaultdict(set), defaultdict(set), set()
    for path in MODELS.rglob("*.py"):
        parts = path.relative_to(MODELS).parts
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef):
                homes[node.name].add(parts[0])
            elif isinstance(node, ast.Attribute):
                calls[node.attr].add(parts[0])
            elif isinstance(node, ast.ImportFrom) and node.level == len(parts):
                uses.add((parts[0], (node.module or "").partition(".")[0]))
    for method, places in homes.items():
        if method.startswith("_") and len(places) == 1:
            uses |= {(user, *places) for user in calls[method] - places}
    return uses


def reduce(edges, order):
    """Leave out what follows from the rest: a → c where there is a → b → c."""
    reached = {}
    for name in order:
        direct = {used for user, used in edges if user == name}
        indirect = set().union(*(reached[used] for used in direct), set())
        reached[name] = direct | indirect
        edges = {
            (user, used) for user, used in edges if user != name or used not in indirect
        }
    return edges


def draw():
    """
    :return: text of the picture
    """
    packages = get_packages()
    order = [name for name, _text in packages]
    uses = {(a, b) for a, b in get_uses() if a != b and {a, b} <= set(order)}
    back = {
        (user, used) for user, used in uses if order.index(user) < order.index(used)
    }
    lines = ["```mermaid", "flowchart BT"]
    for name, text in packages:
        decides = text.partition(":")[0].rstrip(".").replace('"', "'")
        lines.append(f'    {name}["<b>{name}</b><br/>{decides}"]')
    lines += [
        f"    {user} --> {used}"
        for user, used in sorted(
            reduce(uses - back, order),
            key=lambda edge: (order.index(edge[0]), order.index(edge[1])),
        )
    ]
    return "\n".join([*lines, "```", ""])


def main():
    text = DOCUMENT.read_text()
    DOCUMENT.write_text(PICTURE.sub(lambda match: draw(), text))


if __name__ == "__main__":
    main()
