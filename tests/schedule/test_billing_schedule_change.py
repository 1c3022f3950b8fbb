from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingScheduleChange(ScheduleCommon):
    """A changed schedule begins the day after what was invoiced or skipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january = cls._period(cls.project, day(1, 1))
        cls.february = cls._period(cls.project, day(2, 1))
        cls.entry = cls._log_time(cls.project, day(1, 15), 3.0)

    def test_nothing_invoiced_yet(self):
        self.project.write(
            {"billing_frequency": "biweekly", "billing_start_date": day(1, 5)}
        )
        spans = self._spans(self.project)
        self.assertEqual(spans[0], (day(1, 5), day(1, 18)))
        self.assertTiled(self.project)
        self.assertEqual(self.entry.billing_period_id.date_from, day(1, 5))

    def test_short_stretch_after_an_invoiced_period(self):
        self._invoice(self.january)
        self.project.billing_start_date = day(1, 15)
        self.assertEqual(
            self._spans(self.project),
            [
                (day(1, 1), day(1, 31)),
                (day(2, 1), day(2, 14)),
                (day(2, 15), day(3, 14)),
                (day(3, 15), day(4, 14)),
                (day(4, 15), day(5, 14)),
            ],
        )
        self.assertTrue(self.january.exists())

    def test_short_stretch_after_a_skipped_period(self):
        self.january.action_skip("test")
        self.project.billing_frequency = "weekly"
        spans = self._spans(self.project)
        # Weeks count from the start date: Thursdays.
        self.assertEqual(
            spans[:3],
            [
                (day(1, 1), day(1, 31)),
                (day(2, 1), day(2, 4)),
                (day(2, 5), day(2, 11)),
            ],
        )
        self.assertTiled(self.project)

    def test_new_start_after_the_invoiced_period_leaves_no_gap(self):
        self._invoice(self.january)
        self.project.write(
            {"billing_frequency": "quarterly", "billing_start_date": day(4, 1)}
        )
        self.assertEqual(
            self._spans(self.project),
            [
                (day(1, 1), day(1, 31)),
                (day(2, 1), day(3, 31)),
                (day(4, 1), day(6, 30)),
            ],
        )

    def test_open_period_before_an_invoiced_one_stays(self):
        self._log_time(self.project, day(2, 10))
        self._invoice(self.february)
        self.project.billing_frequency = "weekly"
        self.assertTrue(self.january.exists())
        self.assertEqual(self.entry.billing_period_id, self.january)
        self.assertTiled(self.project)
        self.assertEqual(self._spans(self.project)[2], (day(3, 1), day(3, 4)))

    def test_period_keeps_its_record(self):
        self.january.message_post(body="A note")
        self.project.write({"date_start": day(1, 1), "date": day(1, 20)})
        self.assertEqual(self._spans(self.project), [(day(1, 1), day(1, 20))])
        self.assertEqual(self.project.billing_period_ids, self.january)
        self.project.write({"date_start": False, "date": False})
        self.assertEqual(self.project.billing_period_ids[0], self.january)
        self.assertEqual(self.january.date_to, day(1, 31))
        self.assertTiled(self.project)

    def test_period_of_a_cancelled_invoice_stays(self):
        invoice = self._invoice(self.january)
        invoice.button_cancel()
        self.assertEqual(self.january.state, "pending")
        self.project.billing_frequency = "weekly"
        self.assertTrue(self.january.exists())
        self.assertTiled(self.project)
        self.assertEqual(self.entry.billing_period_id, self.january)

    def test_skipped_then_opened_again(self):
        self.january.action_skip("test")
        self.assertEqual(self.entry.billing_period_id, self.february)
        self.assertEqual(self.february.late_hours, 3.0)
        self.assertEqual(self.january.hours, 0.0)
        self.january.action_unskip()
        self.assertEqual(self.entry.billing_period_id, self.january)
        self.assertEqual(self.february.hours, 0.0)
        self.assertEqual(self.january.hours, 3.0)
        self.assertFalse(self.january.skip_reason)

    def test_skip_needs_a_reason(self):
        with self.assertRefused("reason"):
            self.january.action_skip("  ")

    def test_skip_once(self):
        self.january.action_skip("test")
        with self.assertRefused("invoiced or skipped"):
            self.january.action_skip("again")

    def test_unskip_what_is_not_skipped(self):
        with self.assertRefused("skipped"):
            self.january.action_unskip()

    def test_change_for_many_projects_at_once(self):
        other = self._create_project("Other", billing_start_date=day(2, 1))
        projects = self.project | other
        projects.write({"billing_frequency": "quarterly"})
        self.assertEqual(self._spans(self.project)[0], (day(1, 1), day(3, 31)))
        self.assertEqual(self._spans(other)[0], (day(2, 1), day(4, 30)))

    def test_fixed_amounts_are_never_lost(self):
        self.february.fixed_amount = 500.0
        with self.assertRefused("fixed amount.*Feb 1"):
            self.project.billing_frequency = "quarterly"
        # A change that keeps the period's first day keeps the amount.
        self.project.write({"date_start": day(1, 1), "date": day(2, 15)})
        self.assertEqual(self.february.fixed_amount, 500.0)
        self.assertEqual(self.february.date_to, day(2, 15))

    def test_closed_periods_keep_customer_and_company(self):
        self._invoice(self.january)
        self._log_time(self.project, day(2, 10))
        customer = self.partner.copy({"name": "Another customer"})
        order = self._create_order(partner_id=customer.id)
        self.project.write(
            {"partner_id": customer.id, "sale_line_id": order.order_line.id}
        )
        self.assertEqual(self.january.partner_id, self.partner)
        self.assertEqual(self.february.partner_id, customer)

    def test_company_of_an_order_that_is_set_later(self):
        """Open periods follow the order's company, invoiced and skipped ones stay."""
        other = self.env["res.company"].create(
            {"name": "Second", "currency_id": self.env.ref("base.CHF").id}
        )
        self.env.ref("base.CHF").active = True
        self.env.user.company_ids |= other
        self._invoice(self.january)
        self.february.action_skip("test")
        march = self._period(self.project, day(3, 1))
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": other.id,
                "order_line": [
                    Command.create({"product_id": self.product_hours.id, "tax_ids": []})
                ],
            }
        )
        order.action_confirm()
        self.project.sale_line_id = order.order_line
        self.assertEqual(march.company_id, other)
        self.assertEqual(march.currency_id, order.currency_id)
        for closed in self.january, self.february:
            self.assertEqual(closed.company_id, self.company)
            self.assertEqual(closed.currency_id, self.company.currency_id)

    def test_customer_that_is_set_later(self):
        project = self._create_project(partner_id=False, sale_line_id=False)
        project.partner_id = False
        january = self._period(project, day(1, 1))
        self.assertFalse(january.partner_id)
        project.partner_id = self.partner
        self.assertEqual(january.partner_id, self.partner)

    def test_invoiced_project_is_not_deleted(self):
        fixed = self._create_order(product=self.product_fixed)
        project = self._create_project("Fixed", order=fixed)
        january = self._period(project, day(1, 1))
        january.fixed_amount = 100.0
        self._invoice(january)
        with self.assertRefused("Fixed cannot be deleted.*Archive"):
            project.unlink()
        other = self._create_project("Never invoiced")
        periods = other.billing_period_ids
        other.unlink()
        self.assertFalse(periods.exists())
