class Rows:
    """Rows of the ledger: time entries and parts of some.

    Sets of records, as recordsets are. The key of a row is the id of the entry, or
    minus the id of the part.
    """

    __slots__ = ("entries", "parts")

    def __init__(self, entries, parts=None):
        """
        :param entries: ``account.analytic.line``
        :param parts: ``project.billing.part``, none by default
        """
        self.entries = entries
        self.parts = entries.env["project.billing.part"] if parts is None else parts

    @classmethod
    def browse(cls, env, keys):
        keys = list(keys)
        return cls(
            env["account.analytic.line"].browse(key for key in keys if key > 0),
            env["project.billing.part"].browse(-key for key in keys if key < 0),
        )

    @classmethod
    def search(cls, env, domain, order=None):
        """All that a domain finds; parts are asked the same as entries."""
        return cls(
            env["account.analytic.line"].search(domain, order=order),
            env["project.billing.part"].search(domain, order=order),
        )

    @property
    def keys(self):
        return (*self.entries._ids, *(-id_ for id_ in self.parts._ids))

    def __iter__(self):
        yield from self.entries
        yield from self.parts

    def __bool__(self):
        return bool(self.entries or self.parts)

    def __len__(self):
        return len(self.entries) + len(self.parts)

    def __or__(self, other):
        return Rows(self.entries | other.entries, self.parts | other.parts)

    def __and__(self, other):
        return Rows(self.entries & other.entries, self.parts & other.parts)

    def __sub__(self, other):
        return Rows(self.entries - other.entries, self.parts - other.parts)

    def filtered(self, func):
        return Rows(self.entries.filtered(func), self.parts.filtered(func))

    def mapped(self, name):
        """As of recordsets: values of a field, or the records that it links."""
        found, more = self.entries.mapped(name), self.parts.mapped(name)
        return found + more if isinstance(found, list) else found | more

    def grouped(self, name):
        """As of recordsets: value of a field to the rows that have it."""
        entries, parts = self.entries.grouped(name), self.parts.grouped(name)
        return {
            value: Rows(
                entries.get(value, self.entries.browse()),
                parts.get(value, self.parts.browse()),
            )
            for value in entries | parts
        }

    def sorted_by_day(self):
        return sorted(self, key=lambda row: (row.date, row._get_key()))

    def _set_invoice_line(self, invoice_line):
        self.entries._set_invoice_line(invoice_line)
        self.parts._set_invoice_line(invoice_line)

    def _get_billed_hours(self):
        return self.entries._get_billed_hours() + self.parts._get_billed_hours()
