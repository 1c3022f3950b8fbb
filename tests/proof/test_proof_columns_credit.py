from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon
from ..common.proof_columns import ProofColumnsMixin, row


def _credit(case):
    return case.credit_line


def _draft(case):
    return case.draft_line


def _credit_name(case):
    return case.credit_line.move_id.display_name, case.invoice.display_name


def _draft_name(case):
    return case.draft_line.move_id.display_name, case.second.display_name


ROWS = (
    row(
        "account_move_line.credited_line_id",
        _credit,
        None,
        lambda case: case.senior_line.id,
        lambda case: case.second.invoice_line_ids[:1].id,
        name=_credit_name,
    ),
    row("account_move_line.credited_line_id", _draft, None, name=_draft_name),
    row("account_move_line.credited_quantity", _credit, 0.0, 1.0, name=_credit_name),
    row("account_move_line.credited_made", _credit, 0.0, 1.0, name=_credit_name),
    row("account_move_line.credited_made", _draft, 0.0, 1.0, name=_draft_name),
    row("account_move_line.quantity_made", _credit, 0.0, 1.0, name=_credit_name),
    row(
        "account_move_line.product_uom_id",
        _credit,
        lambda case: case.env.ref("uom.product_uom_day").id,
        name=_credit_name,
    ),
    row(
        "account_move_line.recreated_line_id",
        _credit,
        lambda case: case.line.id,
        name=_credit_name,
    ),
    row(
        "account_move.reversed_entry_id",
        lambda case: case.credit_line.move_id,
        None,
        lambda case: case.second.id,
        name=_credit_name,
    ),
    row(
        "account_move.move_type",
        lambda case: case.credit_line.move_id,
        "out_invoice",
        name=_credit_name,
    ),
    row(
        "account_move.state",
        lambda case: case.credit_line.move_id,
        "draft",
        "cancel",
        name=_credit_name,
    ),
)


@tagged("post_install", "-at_install")
class TestProofColumnsOfCredits(ProofColumnsMixin, CreditCommon):
    """Each column that credits take back by.

    Of January a chosen entry is credited, of February one is to be.
    """

    def setUp(self):
        super().setUp()
        self.projects = self.project
        self.credit_line = self._credit(self.long).invoice_line_ids
        entries = self._log(date(2026, 2, 9), 2.0) | self._log(date(2026, 2, 10), 1.0)
        self.second = self._bill(date(2026, 2, 9))
        self.second_line = entries[0].invoice_line_id
        self.draft_line = self._credit(
            entries[0], post=False, invoice=self.second
        ).invoice_line_ids
        self.pending = entries[0]
        self.project.billing_period_ids.mapped("hours")
        self.env.flush_all()

    def _log(self, day, hours):
        return self._log_time(self.project, day, hours)

    def _bill(self, day):
        self._lock(date(2026, 3, 31))
        invoice = self._generate(self._period(self.project, day), "Because")
        invoice.action_post()
        return invoice

    def test_columns(self):
        self.assertFound(ROWS)

    def test_relations(self):
        self.assertPairsFound(
            [
                (
                    "invoicing_cycle_credited_entry_rel",
                    "move_line_id",
                    self.credit_line.id,
                    "entry_id",
                    self.long.id,
                    self.short.id,
                    self.invoice.display_name,
                ),
                (
                    "invoicing_cycle_credited_entry_rel",
                    "move_line_id",
                    self.draft_line.id,
                    "entry_id",
                    self.pending.id,
                    None,
                    self.draft_line.move_id.display_name,
                ),
                (
                    "invoicing_cycle_released_entry_rel",
                    "move_line_id",
                    self.line.id,
                    "entry_id",
                    self.long.id,
                    self.senior.id,
                    self.credit_line.move_id.display_name,
                ),
            ]
        )
