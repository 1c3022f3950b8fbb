from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiConfirm(InvoicingCycleHttpCommon):
    """Drafts that are out of date are asked about before they get a number."""

    def _make_draft(self, name, late=0.0):
        period = self._create_due_period(name)
        period.action_generate_invoices()
        if late:
            day = self.last_month + relativedelta(days=2)
            self._log_time(period.project_id, day, late)
        return period.invoice_ids

    def test_list(self):
        current = self._make_draft("Up to date")
        late, later = (
            self._make_draft("Late one", 2.0),
            self._make_draft("Later one", 2),
        )
        self._run_tour("confirm_outdated", self.user_accountant)
        self.assertEqual((current | later).mapped("state"), ["posted", "posted"])
        self.assertEqual(late.state, "draft")
        self.assertEqual(late.amount_untaxed, 1000.0)

    def test_form(self):
        draft = self._make_draft("Late one", 2.0)
        self._log_time(
            draft.billing_project_ids, self.last_month, 1.0, employee=self.colleague
        )
        self._run_tour(
            "confirm_outdated_form",
            self.user_accountant,
            url=f"/odoo/action-account.action_move_out_invoice_type/{draft.id}",
        )
        self.assertEqual(draft.state, "posted")
        self.assertEqual(draft.amount_untaxed, 800.0)
        self.assertTrue(
            draft.message_ids.filtered(lambda m: "it was out of date" in m.body)
        )
