from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon
from ..common.proof_columns import ProofColumnsMixin, row


def _named(name, *others):
    """The document of a line of the test, or those of others."""
    return lambda case: tuple(
        getattr(case, name_).move_id.display_name for name_ in (name, *others)
    )


def _of(name, column, *values, others=()):
    return row(
        f"account_move_line.{column}",
        lambda case: getattr(case, name),
        *values,
        name=_named(name, *others),
    )


def _id(name):
    return lambda case: getattr(case, name).id


ROWS = (
    _of("second_credit", "credited_quantity", 0.0, 1.0),
    _of("second_credit", "credited_made", 0.0, 1.0),
    _of("first_credit", "credited_quantity", 0.0, 1.0),
    _of("first_credit", "credited_made", 0.0, 1.0),
    _of("draft_credit", "credited_quantity", 0.0, 1.0),
    _of("draft_credit", "credited_made", 0.0, 1.0),
    _of("full_credit", "credited_quantity", 5.0, 1.0),
    _of("full_credit", "credited_made", 5.0, 1.0),
    _of("full_credit", "recreated_line_id", _id("again")),
    _of("full_credit", "quantity_made", 1.0, others=("third",)),
    _of("again", "recreated_line_id", _id("third"), _id("fourth")),
    _of("again", "made_with", None),
    _of("again", "is_supplementary", True),
    _of("fourth", "recreated_line_id", _id("third"), _id("again")),
    _of("third", "recreated_line_id", _id("again")),
    _of("section", "made_with", None),
    _of("section", "billing_kind", "time"),
    row(
        "account_move.reversed_entry_id",
        lambda case: case.full_credit.move_id,
        None,
        lambda case: case.invoice.id,
        name=_named("full_credit"),
    ),
    row(
        "account_move.reversed_entry_id",
        lambda case: case.again.move_id,
        lambda case: case.second.move_id.id,
        name=_named("again"),
    ),
    row(
        "account_move.billing_origin",
        lambda case: case.full_credit.move_id,
        "freeform",
        name=_named("full_credit"),
    ),
    row(
        "account_move.payment_state",
        lambda case: case.full_credit.move_id,
        "invoicing_legacy",
        name=_named("full_credit"),
    ),
)


@tagged("post_install", "-at_install")
class TestProofColumnsOfRecreated(ProofColumnsMixin, CreditCommon):
    """Each column that what is billed again goes by, and credits in full.

    January is credited entry by entry, February is billed again; March is credited as a
    whole, April not at all.
    """

    def setUp(self):
        super().setUp()
        self.projects = self.project
        self.first_credit = self._credit(self.long).invoice_line_ids
        self.second_credit = self._credit(self.short).invoice_line_ids
        self.draft_credit = self._credit(self.senior, post=False).invoice_line_ids
        self.second = self._bill(date(2026, 2, 9), 2.0)
        # What January billed comes late.
        lines = self.second.move_id.invoice_line_ids
        self.section = lines.filtered(lambda line: line.billing_kind == "section")
        self.again = self._recreate_line(self.second)
        self.third = self._bill(date(2026, 3, 2), 5.0)
        self.third.move_id._reverse_moves()._post()
        self.full_credit = self.third.credit_line_ids
        self.fourth = self._bill(date(2026, 4, 1), 3.0)
        self.env.flush_all()

    def _bill(self, day, hours):
        entry = self._log_time(self.project, day, hours)
        self.project.billing_start_date = self.project.billing_start_date
        self._lock(date(2026, 4, 30))
        self._generate(self._period(self.project, day), "Because").action_post()
        return entry.invoice_line_id

    def _recreate_line(self, line):
        draft = self._recreate(invoice=line.move_id)
        return draft.invoice_line_ids.filtered(
            lambda new: new.recreated_line_id == line
        )

    def test_columns(self):
        self.assertFound(ROWS)
