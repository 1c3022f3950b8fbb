from datetime import date

from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon
from ..common.pdf import PdfMixin


@tagged("post_install", "-at_install")
class TestMonthEnd(PdfMixin, DecisionCommon):
    """The report of February, in which January was billed; today is 10 March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._log_time(cls.project, date(2026, 1, 12), 3.0)
        cls.january = cls._period(cls.project, date(2026, 1, 12))
        cls.january.action_generate_invoices(reason="To be tested")
        invoice = cls.january.invoice_line_ids.move_id
        invoice.invoice_date = date(2026, 2, 4)
        invoice.action_post()
        cls.invoice = invoice
        order = cls._create_order(cls.product_fixed)
        cls.fixed = cls._create_project("Fixed", order=order)
        cls._period(cls.fixed, DAY).fixed_amount = 2800.0

    def _open(self, user=None, **values):
        self.env.flush_all()
        Dialog = self.env["project.billing.month.end"]
        return Dialog.with_user(user or self.user_accountant).create(values)

    def _get_figures(self, day=date(2026, 2, 28), user=None):
        figures = self._open(user, day=day)._get_figures()
        figures["compared"] = {row["key"]: row["values"] for row in figures["rows"]}
        return figures

    def test_opens_at_the_end_of_the_last_cycle(self):
        dialog = self._open()
        self.assertEqual(dialog.day, date(2026, 2, 28))
        self.assertEqual(dialog.cycle_label, "February 2026")

    def test_actions(self):
        dialog = self._open(day=date(2026, 2, 20))
        for action in (dialog.action_view_wip(), dialog.action_view_accrual()):
            self.assertEqual(action["context"], {"billing_report_day": "2026-02-20"})
            self.assertIn("02/20/2026", action["name"])

    # ----------------------------------------------------------------- figures

    def test_compared(self):
        """By hand: 300 of January and 200 of 10 February, and 2,800 in February."""
        figures = self._get_figures()
        self.assertEqual(
            figures["labels"], ["February 2026", "January 2026", "February 2025"]
        )
        compared = figures["compared"]
        self.assertEqual(compared["earned"], [3000.0, 300.0, 0.0])
        self.assertEqual(compared["invoiced"], [300.0, 0.0, 0.0])
        self.assertEqual(compared["worked_hours"], [2.0, 3.0, None])
        self.assertEqual(compared["billed_hours"], [0.0, 3.0, None])
        self.assertEqual(compared["days_to_sent"], [None, None, None])
        self.assertEqual(compared["realization"][:2], [None, 1.0])
        self.invoice.with_user(self.user_accountant).action_mark_as_sent()
        compared = self._get_figures()["compared"]
        # Scheduled for 31 January, sent today.
        self.assertEqual(compared["days_to_sent"], [None, 38.0, None])
        self.assertEqual(compared["sent"], [0, 1, 0])

    def test_tables(self):
        figures = self._get_figures()
        self.assertEqual(figures["in_progress"][-1], (2.0, 200.0))
        self.assertEqual([place["name"] for place in figures["places"]], ["Open"])
        self.assertEqual(figures["accrued_total"], [3300.0, 300.0, 3000.0, 0.0])
        total = figures["customers"][-1]
        self.assertEqual(
            (total["invoiced"], total["hours"], total["amount"], total["accrued"]),
            (300.0, 2.0, 200.0, 3000.0),
        )

    def test_own_rows(self):
        self.assertEqual(
            self._get_figures(user=self.user_salesperson)["compared"]["earned"],
            [0.0, 0.0, 0.0],
        )

    def test_queries(self):
        """As many for many projects as for few."""

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_figures()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(6):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            order = self._create_order(partner_id=partner.id)
            project = self._create_project(
                f"More {number}", order=order, partner_id=partner.id
            )
            self._log_time(project, DAY, 1.0)
        self.env["project.billing.time"]._count_touched()
        # What new projects made Odoo forget is read once more.
        count()
        self.assertEqual(count(), few)

    # ------------------------------------------------------------------- paper

    def test_paper(self):
        """Two pages, and the proof after them, its differences first."""
        dialog = self._open()
        pages = self._print(
            "invoicing_cycle.report_billing_cycle", dialog, self.user_accountant
        )
        self.assertGreaterEqual(len(pages), 3)
        alone = self._open(with_proof=False)
        pages = self._print(
            "invoicing_cycle.report_billing_cycle", alone, self.user_accountant
        )
        self.assertEqual(len(pages), 2)

    def test_html(self):
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.user_accountant)
            ._render_qweb_html("invoicing_cycle.report_billing_cycle", self._open().ids)
        )
        text = " ".join(html.decode().split())
        for words in ("February 2026", "Work in progress on", "Appendix: proof"):
            self.assertIn(words, text)
        self.assertLess(text.index("Differences"), text.index("What is billed"))
