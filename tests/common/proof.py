from odoo.tools import SQL

from odoo.addons.invoicing_cycle.models.proof.difference_kinds import KINDS

from .base import InvoicingCycleCommon


class ProofMixin:
    """Asks the proof of the billing cycle, as its button does."""

    def assertProven(self, projects, date_from=None, date_to=None):
        """No difference in the billing of these projects; shows those there are."""
        proof = self.env["billing.proof"]._prove(projects, date_from, date_to)
        self.assertFalse(
            [
                f"{difference.kind}: {difference.message}"
                for difference in proof.differences
            ]
        )
        return proof

    def _get_kinds(self, projects):
        """The kinds of the differences, with the records they are about."""
        # What was changed past the ORM is read anew.
        self.env.invalidate_all()
        proof = self.env["billing.proof"]._prove(projects)
        self.assertNamed(proof)
        return {
            (difference.kind, difference.record) for difference in proof.differences
        }

    def assertNamed(self, proof):
        """The dialog and the report have a name for what was found."""
        kinds = {difference.kind for difference in proof.differences}
        self.assertLessEqual(kinds, dict(KINDS).keys())

    @classmethod
    def _set(cls, record, **values):
        """Change a record past the ORM and all that follows it."""
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(record._table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in values.items()
                ),
                tuple(record.ids),
            )
        )
        cls.env.invalidate_all()


class ProofCommon(ProofMixin, InvoicingCycleCommon):
    """A services company whose billing is proven."""
