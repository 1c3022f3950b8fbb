from datetime import date

from odoo.tests import tagged

from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestTimeInDays(ProofCommon):
    """Companies may log time in days; every figure of the cycle is in hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.project_time_mode_id = cls.env.ref("uom.product_uom_day")
        cls.company.timesheet_approval = True
        cls.project = cls._create_project()
        cls.approved = cls._log_time(cls.project, DAY, 1.0)
        cls.pending = cls._log_time(cls.project, DAY, 0.5)
        cls.open = cls._log_time(cls.project, DAY, 0.25, employee=cls.colleague)
        cls._lock(date(2026, 1, 31))
        cls.approved.with_user(cls.user_manager).action_approve()
        cls.period = cls._period(cls.project, DAY)

    def test_unit(self):
        self.assertEqual(
            self.approved.product_uom_id, self.env.ref("uom.product_uom_day")
        )

    def test_figures_of_a_period(self):
        period = self.period
        self.assertEqual(period.hours, 14.0)
        self.assertEqual(
            (period.open_hours, period.pending_hours, period.approved_hours),
            (2.0, 4.0, 8.0),
        )
        self.assertEqual(
            [person["hours"] for person in period.readiness["open"]], [2.0]
        )
        self.assertEqual(self.project.uninvoiced_hours, 14.0)
        self.assertEqual(period.amount_to_invoice, 1400.0)

    def test_debts(self):
        debts = self.env["project.billing.debt"].search(
            [("project_id", "=", self.project.id)]
        )
        self.assertEqual(sum(debts.mapped("hours")), 6.0)

    def test_held_hours(self):
        self.open.billing_hold = "hold"
        self.assertEqual(self.period.held_hours, 2.0)

    def test_invoice(self):
        invoice = self.env["account.move"].browse(
            self.period._generate_invoices("Because").made
        )
        self.assertEqual(invoice.invoice_line_ids.quantity, 14.0)
        self.assertEqual(self.period.hours, 14.0)
        self.assertProven(self.project)
