from typing import NamedTuple

from odoo.tools import SQL

from .proof import ProofMixin


class Row(NamedTuple):
    """A column, and wrong values of it that the proof finds."""

    column: str  # table.column
    record: object  # function of the test: the record that is changed
    values: tuple  # each a value, or a function of the test
    name: object  # function of the test: text or texts, one of which is told


def row(column, record, *values, name):
    return Row(column, record, values, name)


def json_set(column, key, value):
    """A JSON column with another value of one key."""
    return SQL(
        "JSONB_SET(%s, %s, %s::jsonb)", SQL.identifier(column), [key], str(value)
    )


class ProofColumnsMixin(ProofMixin):
    """Changes columns behind the ORM's back, and asks the proof."""

    def _get_messages(self):
        self.env.invalidate_all()
        proof = self.env["billing.proof"]._prove(self.projects)
        self.assertNamed(proof)
        return [difference.message for difference in proof.differences]

    def assertFound(self, rows):
        self.assertProven(self.projects)
        for column, get_record, values, get_name in rows:
            name = column.split(".")[1]
            record, texts = get_record(self), get_name(self)
            texts = (texts,) if isinstance(texts, str) else texts
            for number, value in enumerate(values):
                wrong = value(self) if callable(value) else value
                with self.subTest(column=column, record=str(record), value=number):
                    self.assertEqual(record._table, column.split(".")[0])
                    with self.env.cr.savepoint() as savepoint:
                        self._set(record, **{name: wrong})
                        messages = self._get_messages()
                        savepoint.rollback()
                    self.env.invalidate_all()
                    self.assertTrue(
                        any(text in message for text in texts for message in messages),
                        messages,
                    )

    def assertPairsFound(self, pairs):
        """Pairs of relation tables that are gone, or that are another.

        :param pairs: list of (table, first column, id, second column, id, another id or
            None, text)
        """
        for table, first, first_id, second, second_id, other_id, text in pairs:
            for change in ("gone", "other"):
                if change == "other" and not other_id:
                    continue
                with self.subTest(table=table, change=change):
                    with self.env.cr.savepoint() as savepoint:
                        self.env.flush_all()
                        names = {
                            "table": SQL.identifier(table),
                            "first": SQL.identifier(first),
                            "second": SQL.identifier(second),
                            "first_id": first_id,
                            "second_id": second_id,
                        }
                        self.env.cr.execute(
                            SQL(
                                "DELETE FROM %(table)s WHERE %(first)s = %(first_id)s"
                                " AND %(second)s = %(second_id)s",
                                **names,
                            )
                        )
                        self.assertEqual(self.env.cr.rowcount, 1)
                        if change == "other":
                            self.env.cr.execute(
                                SQL(
                                    "INSERT INTO %(table)s (%(first)s, %(second)s)"
                                    " VALUES (%(first_id)s, %(other_id)s)",
                                    other_id=other_id,
                                    **names,
                                )
                            )
                        messages = self._get_messages()
                        savepoint.rollback()
                    self.env.invalidate_all()
                    self.assertTrue(
                        any(text in message for message in messages), messages
                    )
