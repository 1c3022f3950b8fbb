from datetime import date

from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon

FEBRUARY = date(2026, 2, 28)


@tagged("post_install", "-at_install")
class TestWipLedger(DecisionCommon):
    """What is in progress agrees with the ledger and with what the screen tells."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_project("Other", order=cls._create_order(quantity=50.0))
        for day, hours in (
            (date(2026, 1, 12), 3.0),
            (DAY, 5.0),
            (date(2026, 3, 4), 7.0),
        ):
            cls._log_time(cls.other, day, hours, cls.colleague)
        cls.projects = cls.project | cls.other

    def _sum(self, day=None, user=None, **domain):
        """(hours, amount) of the projects at a day."""
        self.env.flush_all()
        Wip = self.env["project.billing.wip"].with_context(
            billing_report_day=day and str(day)
        )
        Wip = Wip.with_user(user) if user else Wip
        [(hours, amount)] = Wip._read_group(
            [
                ("project_id", "in", self.projects.ids),
                *((name, "=", value) for name, value in domain.items()),
            ],
            [],
            ["hours:sum", "amount:sum"],
        )
        return round(hours or 0.0, 6), round(amount or 0.0, 6)

    def _bill(self, period, day):
        invoice = self._invoice(period)
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _get_billed(self, day):
        """Hours that confirmed invoices until a day bill, by the ledger's own count."""
        lines = self.env["account.move.line"].search(
            [
                ("billing_period_id", "in", self.projects.billing_period_ids.ids),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ]
        )
        return sum(lines.mapped("billed_hours"))

    def test_all_time(self):
        """In progress, billed and written off are all time until a day."""
        self._bill(self._period(self.other, date(2026, 1, 12)), date(2026, 2, 15))
        self._bill(self.period, date(2026, 3, 2))
        invoice = self._bill(self._period(self.other, DAY), date(2026, 3, 5))
        march = self.other.timesheet_ids.filtered(lambda line: line.date.month == 3)
        self._decide(march, "write_off", 2.0)
        invoice._reverse_moves([{"invoice_date": date(2026, 3, 8)}]).action_post()
        for day, worked, written_off in (
            (date(2026, 1, 31), 3.0, 0.0),
            (FEBRUARY, 10.0, 0.0),
            (date(2026, 3, 3), 10.0, 0.0),
            (date(2026, 3, 6), 17.0, 0.0),
            (date(2026, 3, 10), 17.0, 2.0),
        ):
            credited = 5.0 if date(2026, 3, 5) <= day < date(2026, 3, 8) else 0.0
            with self.subTest(day=day):
                self.assertAlmostEqual(
                    self._sum(day)[0] + self._get_billed(day) + credited + written_off,
                    worked,
                )

    def test_screen(self):
        """Of today it is what projects call uninvoiced, and periods to be invoiced."""
        self._decide(self.entry, "hold", 0.5)
        unmapped = self._log_time(self.other, DAY, 1.0)
        unmapped.so_line = False
        self.env.flush_all()
        hours, _amount = self._sum()
        self.assertAlmostEqual(hours, sum(self.projects.mapped("uninvoiced_hours")))
        waiting = sum(
            self._sum(place=place)[1] for place in ("open", "pending", "ready")
        )
        due = self.projects.billing_period_ids
        self.assertAlmostEqual(waiting, sum(due.mapped("amount_to_invoice")))

    # ------------------------------------------------------------------ rights

    def test_rights(self):
        self.assertEqual(self._sum(user=self.user_accountant)[0], 17.0)
        self.assertEqual(self._sum(user=self.user_manager)[0], 17.0)
        self.assertEqual(self._sum(user=self.user_salesperson)[0], 0.0)
        self.other.billing_owner_id = self.user_salesperson
        self.assertEqual(self._sum(user=self.user_salesperson)[0], 15.0)
        for model in ("wip", "accrual", "pace"):
            Report = self.env[f"project.billing.{model}"]
            self.assertFalse(Report.with_user(self.user_consultant).has_access("read"))
            self.assertNotIn("employee_id", Report._fields)

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.user_accountant
        user.company_ids |= company
        Wip = self.env["project.billing.wip"].with_user(user)
        domain = [("project_id", "in", self.projects.ids)]
        self.assertTrue(Wip.search(domain))
        self.assertFalse(
            Wip.with_context(allowed_company_ids=company.ids).search(domain)
        )

    # ----------------------------------------------------------------- queries

    def test_queries(self):
        """As many for many rows as for few."""

        def count():
            self.env.flush_all()
            self.env["project.billing.time"]._count_touched()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for model in ("wip", "accrual"):
                self.env[f"project.billing.{model}"].with_user(
                    self.user_accountant
                ).formatted_read_group([], ["project_id"], ["__count"])
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(10):
            project = self._create_project(f"More {number}")
            self._log_time(project, DAY, 1.0)
        # What new projects made Odoo forget is read once more.
        count()
        self.assertEqual(count(), few)
