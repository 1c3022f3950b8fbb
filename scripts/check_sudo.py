"""Whatever in the add-on takes more rights than the user's has its reason beside it.

A reason is a comment that speaks of sudo, in the statement or right above it:

    # sudo: who is responsible for the project, nothing of it is shown
    owner = self.project_id.sudo().user_id

What runs as OdooBot may speak of OdooBot instead.

Prints each place without a reason, and ends with an error when there are any.
"""

import ast
import re
import sys
import tokenize
from pathlib import Path

ODOOBOT = {"SUPERUSER_ID", "api.SUPERUSER_ID", "1"}


def find_unexplained(path):
    """
    :param Path path: a Python file
    :return: list of the numbers of lines where rights are taken without a reason
    """
    alone, comments = get_comments(path)
    found = []
    for statement, nodes in get_statements(ast.parse(path.read_bytes())):
        for node in nodes:
            if not (words := get_words(node)):
                continue
            first = statement.lineno
            while first - 1 in alone:
                first -= 1
            text = " ".join(
                comments.get(line, "") for line in range(first, node.end_lineno + 1)
            )
            if not re.search(rf"\b({words})\b", text):
                found.append(node.end_lineno)
    return sorted(found)


def get_comments(path):
    """
    :return: tuple, the numbers of the lines that are nothing but a comment, and a dict
        with the comments of all lines
    """
    alone, comments = set(), {}
    with tokenize.open(path) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                comments[line] = token.string
                if not token.line[:column].strip():
                    alone.add(line)
    return alone, comments


def get_statements(tree):
    """Every statement with the expressions that are its own, not its blocks'."""
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt):
            continue
        nodes, own = [statement], []
        while nodes:
            for child in ast.iter_child_nodes(nodes.pop()):
                if not isinstance(child, (ast.stmt, ast.ExceptHandler)):
                    nodes.append(child)
                    own.append(child)
        yield statement, own


def get_words(node):
    """The words, as a pattern, of which the reason of an expression has one.

    None where it takes no rights: ``sudo(False)`` and ``sudo(self.env.su)`` only give
    back what there was.
    """
    if not isinstance(node, ast.Call):
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    values = [ast.unparse(value) for value in node.args]
    named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if name == "sudo":
        flag = [*values, *named.values(), "True"][0]
        return None if flag == "False" or flag.endswith("env.su") else "sudo"
    if name == "with_user" and not ODOOBOT.isdisjoint([*values, *named.values()]):
        return "sudo|OdooBot"
    if named.get("user") in ODOOBOT:
        return "sudo|OdooBot"
    return "sudo" if named.get("su", "False") != "False" else None


def main(*folders):
    found = [
        f"{path}:{line}: more rights without their reason in a comment (# sudo: why)"
        for folder in folders
        for path in sorted(Path(folder).rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts
        for line in find_unexplained(path)
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
