from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.allocation import round_up

from ..common.line import LineCommon
from ..common.proof import ProofMixin
from ..common.pure import PureCase, repeatable


@tagged("post_install", "-at_install")
class TestRoundUp(PureCase):
    @repeatable
    @given(st.integers(-10_000, 10_000), st.sampled_from([6, 15, 30]))
    def test_least_multiple_that_covers(self, minutes, step):
        rounded = round_up(minutes / 60, step / 60) * 60
        self.assertAlmostEqual(rounded / step, round(rounded / step), delta=1e-6)
        self.assertGreaterEqual(abs(rounded), abs(minutes) - 1e-6)
        self.assertLess(abs(rounded), abs(minutes) + step - 1e-6)
        self.assertGreaterEqual(rounded * minutes, 0)

    @repeatable
    @given(st.integers(0, 10_000), st.sampled_from([6, 15, 30]))
    def test_twice_is_once(self, minutes, step):
        once = round_up(minutes / 60, step / 60)
        self.assertEqual(round_up(once, step / 60), once)

    def test_noise(self):
        """Less than a millionth is the noise of floats, and no more step."""
        self.assertEqual(round_up(3.0000004, 1), 3.0)
        self.assertEqual(round_up(3.000002, 1), 4.0)
        self.assertEqual(str(round_up(-1e-9, 0.25)), "0.0")


@tagged("post_install", "-at_install")
class TestTimeRounding(ProofMixin, LineCommon):
    """Billed time is rounded by the project's rule, worked time never."""

    def test_none_adds_up_over_three_invoices(self):
        """60 entries of 20 minutes over three invoices are 20.00 h, not 20.01."""
        project = self._create_project(
            billing_frequency="weekly", billing_start_date=date(2026, 1, 5)
        )
        order_line = project.sale_line_id
        entries = self.env["account.analytic.line"]
        for week, count in ((5, 19), (12, 20), (19, 21)):
            for _number in range(count):
                entries |= self._log_time(project, date(2026, 1, week), 1 / 3)
        self._lock(date(2026, 3, 8))
        quantities = []
        for week in (5, 12, 19):
            period = self._period(project, date(2026, 1, week))
            made = self.env["account.move"].browse(period._generate_invoices().made)
            quantities.append(made.invoice_line_ids.quantity)
        self.assertEqual(quantities, [6.33, 6.67, 7.0])
        self.assertEqual(order_line.qty_invoiced, 20.0)
        self.assertEqual(order_line.qty_delivered, 20.0)

    def test_per_entry(self):
        project = self._create_project(billing_rounding="15")
        entries = self._log_time(project, date(2026, 1, 5), 1 / 3)
        entries |= self._log_time(project, date(2026, 1, 6), 1.0)
        self.assertEqual(entries.mapped("billing_hours"), [0.5, 1.0])
        period = self._period(project, date(2026, 1, 5))
        self.assertEqual(period.hours, 1.5)
        self.assertEqual(project.uninvoiced_hours, 1.5)
        line = self._generate(project)
        self.assertEqual((line.quantity, line.quantity_made), (1.5, 1.5))
        self.assertEqual(entries.mapped("unit_amount"), [1 / 3, 1.0])
        self.assertEqual(project.sale_line_id.qty_delivered, 1.5)
        self.assertEqual(project.sale_line_id.qty_invoiced, 1.5)

    def test_correction_takes_back_what_was_billed(self):
        project = self._create_project(billing_rounding="30")
        for hours in (0.4, 2.0, -0.4):
            self._log_time(project, date(2026, 1, 5), hours)
        self.assertEqual(self._generate(project).quantity, 2.0)

    def test_per_line(self):
        project = self._create_project(
            billing_rounding="30", billing_rounding_per="line"
        )
        entries = self._log_time(project, date(2026, 1, 5), 1 / 3)
        entries |= self._log_time(project, date(2026, 1, 6), 1.0)
        self.assertEqual(entries.mapped("billing_hours"), [1 / 3, 1.0])
        line = self._generate(project)
        self.assertEqual((line.quantity, line.quantity_made), (1.5, 1.33))

    def test_per_line_is_not_taken_back_by_the_next(self):
        project = self._create_project(
            billing_rounding="30", billing_rounding_per="line"
        )
        self._log_time(project, date(2026, 1, 5), 1 / 3)
        self._log_time(project, date(2026, 2, 5), 1 / 3)
        self.assertEqual(self._generate(project, 1).quantity, 0.5)
        self.assertEqual(self._generate(project, 2).quantity, 0.5)
        self.assertEqual(project.sale_line_id.qty_invoiced, 0.67)
        self.assertEqual(project.sale_line_id.qty_delivered, 0.67)

    def test_per_line_in_days(self):
        project = self._create_project(
            billing_rounding="30", billing_rounding_per="line", billing_unit="day"
        )
        self._log_time(project, date(2026, 1, 5), 3.7)
        line = self._generate(project)
        self.assertEqual((line.quantity, line.quantity_made), (0.5, 3.7))

    def test_new_rule_holds_for_what_is_not_invoiced(self):
        project = self._create_project()
        billed = self._log_time(project, date(2026, 1, 5), 1 / 3)
        self._generate(project)
        waiting = self._log_time(project, date(2026, 2, 5), 1 / 3)
        project.with_user(self.user_manager).billing_rounding = "15"
        self.assertEqual(billed.billing_hours, 1 / 3)
        self.assertEqual(waiting.billing_hours, 0.5)
        february = self._period(project, date(2026, 2, 5))
        self.assertEqual((february.hours, february.amount_to_invoice), (0.5, 50.0))
        project.with_user(self.user_manager).billing_rounding_per = "line"
        self.assertEqual(waiting.billing_hours, 1 / 3)
        self.assertEqual(february.amount_to_invoice, 50.0)

    def test_new_rule_does_not_change_what_is_on_a_draft(self):
        """Found by random steps: the entry grew when its invoice was confirmed."""
        project = self._create_project()
        billed = self._log_time(project, date(2026, 1, 5), 1 / 3)
        self._generate(project)
        project.with_user(self.user_manager).billing_rounding = "15"
        invoice = billed.timesheet_invoice_id
        for step in (invoice.action_post, invoice.button_draft, invoice.action_post):
            step()
            self.env.flush_all()
            self.assertEqual(billed.billing_hours, 1 / 3)
        # What is given back is rounded as the project asks now.
        invoice.button_cancel()
        self.env.flush_all()
        self.assertEqual(billed.billing_hours, 0.5)

    def test_new_rule_does_not_change_what_is_refreshed(self):
        """Found by random steps: its line counted less than the entry that it bills."""
        project = self._create_project()
        billed = self._log_time(project, date(2026, 1, 5), 1 / 3)
        line = self._generate(project)
        project.with_user(self.user_manager).billing_rounding = "15"
        line.move_id.action_refresh_draft()
        self.env.flush_all()
        self.assertEqual((line.quantity, billed.billing_hours), (0.33, 1 / 3))
        self.assertProven(project)

    def test_new_rule_does_not_change_what_is_billed(self):
        """Whatever makes Odoo work out the project of the time anew."""
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self._create_project().id}
        )
        project, other = task.project_id, self._create_project("Other")
        billed = self._log_time(project, date(2026, 1, 5), 1 / 3, task_id=task.id)
        self._generate(project)
        waiting = self._log_time(project, date(2026, 3, 20), 1 / 3, task_id=task.id)
        (project | other).with_user(self.user_manager).billing_rounding = "15"
        task.project_id = other
        self.env.flush_all()
        self.assertEqual(billed.project_id, project)
        self.assertEqual(billed.billing_hours, 1 / 3)
        # Open time goes along, and is rounded as its project asks.
        self.assertEqual(waiting.project_id, other)
        self.assertEqual(waiting.billing_hours, 0.5)
        other.with_user(self.user_manager).billing_rounding = "none"
        task.project_id = project
        self.env.flush_all()
        self.assertEqual(waiting.billing_hours, 0.5)
        self.assertEqual(billed.billing_hours, 1 / 3)
        self.assertProven(project)

    def test_changed_and_moved_entries(self):
        project = self._create_project(billing_rounding="15")
        other = self._create_project("Other")
        entry = self._log_time(project, date(2026, 1, 5), 1 / 3)
        entry.unit_amount = 0.6
        self.assertEqual(entry.billing_hours, 0.75)
        entry.project_id = other
        self.assertEqual(entry.billing_hours, 0.6)

    def test_stock_wizard_bills_the_same(self):
        project = self._create_project(billing_rounding="15")
        self._log_time(project, date(2026, 1, 5), 1 / 3)
        order = project.sale_line_id.order_id
        self.assertEqual(order.order_line.qty_to_invoice, 0.5)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.quantity, 0.5)
        self.assertEqual(invoice.invoice_line_ids.quantity_made, 0.5)
