"""Every sudo() in the add-on has its reason beside it.

A reason is a comment that speaks of sudo, in the statement or right above it:

    # sudo: who is responsible for the project, nothing of it is shown
    owner = self.project_id.sudo().user_id

Prints each one without a reason, and ends with an error when there are any.
"""

import ast
import sys
import tokenize
from pathlib import Path


def find_unexplained(path):
    """
    :param Path path: a Python file
    :return: list of the numbers of lines where rights are taken without a reason
    """
    comments = get_comments(path)
    tree = ast.parse(path.read_text())
    found = []
    for statement, nodes in get_statements(tree):
        for call in filter(takes_rights, nodes):
            first = statement.lineno
            while first - 1 in comments:
                first -= 1
            lines = range(first, call.end_lineno + 1)
            if not any("sudo" in comments.get(line, "") for line in lines):
                found.append(call.end_lineno)
    return sorted(found)


def get_comments(path):
    """The comments of a file: number of the line to text."""
    with tokenize.open(path) as source:
        return {
            token.start[0]: token.string
            for token in tokenize.generate_tokens(source.readline)
            if token.type == tokenize.COMMENT
        }


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


def takes_rights(node):
    """Whether this is ``x.sudo()`` or ``env(su=True)``; ``sudo(False)`` gives back."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "sudo":
        return not any(is_constant(argument, False) for argument in node.args)
    return any(
        keyword.arg == "su" and not is_constant(keyword.value, False)
        for keyword in node.keywords
    )


def is_constant(node, value):
    return isinstance(node, ast.Constant) and node.value is value


def main(folder):
    found = [
        f"{path}:{line}: sudo without its reason in a comment"
        for path in sorted(Path(folder).rglob("*.py"))
        if "tests" not in path.parts
        for line in find_unexplained(path)
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
