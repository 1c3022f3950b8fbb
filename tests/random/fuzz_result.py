from collections import Counter
from typing import NamedTuple


class Finding(NamedTuple):
    """An answer that no client can show to its user."""

    error: str
    method: str
    place: str
    message: str
    call: str


class Result(NamedTuple):
    """What a run came to."""

    outcomes: Counter
    by_role: Counter
    methods: set
    findings: list

    def kinds(self):
        return Counter((found.error, found.method) for found in self.findings)

    def report(self):
        """The run as text: calls, roles, outcomes, errors by kind."""
        calls = sum(self.outcomes.values())
        roles = sorted({role for role, _outcome in self.by_role})
        columns = sorted(self.outcomes)
        lines = [
            f"{calls} calls of {len(self.methods)} methods by {len(roles)} roles",
            "",
            f"{'':20}" + "".join(f"{column:>10}" for column in columns),
        ]
        for role in roles:
            counts = "".join(f"{self.by_role[role, name]:10}" for name in columns)
            lines.append(f"{role:20}{counts}")
        total = "".join(f"{self.outcomes[name]:10}" for name in columns)
        lines += [f"{'all':20}{total}", ""]
        kinds = self.kinds()
        lines.append(f"{len(kinds)} kinds of errors")
        examples = {(found.error, found.method): found for found in self.findings}
        for (error, method), count in sorted(kinds.items()):
            found = examples[error, method]
            lines += [
                f"{count:5}  {error}  {method}",
                f"       {found.place}: {found.message}",
                f"       {found.call}",
            ]
        return "\n".join(lines)
