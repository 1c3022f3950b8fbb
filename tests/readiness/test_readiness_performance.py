from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestReadinessPerformance(ScheduleCommon):
    """As many queries for twice as many projects, people and entries.

    Pinned numbers rot upwards, so a number is compared with that of twice the work.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.few = cls._create_projects(3)
        cls.many = cls._create_projects(6)
        cls.env.flush_all()

    @classmethod
    def _create_projects(cls, number):
        """Projects with locked and open time of three people each, in three months."""
        people = cls.consultant | cls.colleague | cls.lead
        projects = cls.env["project.project"].create(
            [
                {
                    "name": f"Project {index} of {number}",
                    "allow_billable": True,
                    "allow_timesheets": True,
                    "partner_id": cls.partner.id,
                    "user_id": cls.user_manager.id,
                    "sale_line_id": cls._create_order().order_line.id,
                    "billing_frequency": "monthly",
                    "billing_start_date": day(1, 1),
                }
                for index in range(number)
            ]
        )
        cls.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": employee.id,
                    "date": day(month, 10),
                    "unit_amount": 1.0,
                }
                for project in projects
                for employee in people
                for month in range(1, 4)
            ]
        )
        cls._lock(day(1, 31), cls.consultant)
        return projects

    def _count(self, function, *args):
        """Queries of a call with nothing in the cache, warmed up."""
        for _turn in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            function(*args)
            self.env.flush_all()
            count = self.env.cr.sql_log_count - before
        return count

    def assertConstant(self, function, few, many):
        self.assertGreater(len(many), len(few))
        self.assertEqual(self._count(function, few), self._count(function, many))

    def _as_accountant(self, records):
        # Anew, because records of a relation prefetch what that has in the cache.
        return records.browse(records.ids).with_user(self.user_accountant)

    # ------------------------------------------------------------------ reading

    def _assert_constant_reading(self, *names):
        def read(periods):
            for name in names:
                periods.mapped(name)

        self.assertConstant(
            read,
            self._as_accountant(self.few.billing_period_ids),
            self._as_accountant(self.many.billing_period_ids),
        )

    def test_read_state(self):
        self._assert_constant_reading("state", "is_overdue")

    def test_read_readiness(self):
        self._assert_constant_reading("readiness", "open_hours", "approved_hours")

    def test_read_names(self):
        self._assert_constant_reading("display_name", "period_label")

    def test_list_as_the_web_client_reads_it(self):
        names = (
            "project_id",
            "partner_id",
            "period_label",
            "invoice_date",
            "state",
            "is_overdue",
            "generate_error",
            "readiness",
            "hours",
            "late_hours",
            "expense_amount",
            "amount_to_invoice",
            "amount_invoiced",
            "billing_owner_id",
            "invoice_ids",
        )
        specification = {
            name: {"fields": {"display_name": {}}}
            if name in ("project_id", "partner_id", "billing_owner_id")
            else {}
            for name in names
        }
        Period = self._as_accountant(self.env["project.billing.period"])

        def read(projects):
            found = Period.web_search_read(
                [("project_id", "in", projects.ids), ("state", "=", "pending")],
                specification,
                order="state, invoice_date",
            )
            self.assertEqual(found["length"], 4 * len(projects) - len(projects))

        self.assertConstant(read, self.few, self.many)

    def test_groups(self):
        def read(projects):
            self.env["project.billing.period"].web_read_group(
                [("project_id", "in", projects.ids)], ["state"], ["hours:sum"]
            )

        self.assertConstant(read, self.few, self.many)

    def test_missing_data(self):
        def read(projects):
            found = projects.search(
                [("id", "in", projects.ids), ("billing_missing", "=", False)]
            )
            self.assertEqual(found, projects)
            projects.mapped("billing_missing_text")
            projects.mapped("uninvoiced_hours")

        self.assertConstant(
            read, self._as_accountant(self.few), self._as_accountant(self.many)
        )

    def test_project_form(self):
        def read(projects):
            projects.mapped("billing_next_invoice_date")
            projects.billing_period_ids.mapped("amount_to_invoice")

        self.assertConstant(read, self.few, self.many)

    # ---------------------------------------------------------------- schedules

    def test_open_periods(self):
        """Opening what is there already, as the cron and every change do."""
        self.assertConstant(
            lambda projects: projects._open_billing_periods(), self.few, self.many
        )
        self.assertConstant(
            lambda projects: projects._open_billing_periods(changed=True),
            self.few,
            self.many,
        )

    def test_open_new_periods(self):
        def open_periods(projects):
            projects._open_billing_periods(next(months))

        months = iter([day(4, 1), day(5, 1)])
        few = self._count(open_periods, self.few)
        months = iter([day(4, 1), day(5, 1)])
        self.assertEqual(few, self._count(open_periods, self.many))

    def test_change_schedules(self):
        def change(projects):
            projects.write({"billing_start_date": next(starts)})

        starts = iter([day(1, 2), day(1, 3)])
        few = self._count(change, self.few)
        starts = iter([day(1, 2), day(1, 3)])
        self.assertEqual(few, self._count(change, self.many))

    def test_sync_required_persons(self):
        self.assertConstant(
            lambda projects: projects.billing_period_ids._sync_required(),
            self.few,
            self.many,
        )

    def test_skip_and_unskip(self):
        def skip(projects):
            periods = projects.billing_period_ids.filtered(
                lambda period: period.date_from == day(1, 1)
            )
            periods.action_skip("test")
            periods.action_unskip()

        self.assertConstant(skip, self.few, self.many)

    # --------------------------------------------------------------------- time

    def test_time_of_many_projects(self):
        def log(projects):
            self.env["account.analytic.line"].create(
                [
                    {
                        "name": "Work",
                        "project_id": project.id,
                        "employee_id": self.consultant.id,
                        "date": day(2, 11),
                        "unit_amount": 1.0,
                    }
                    for project in projects
                ]
            )

        # What Odoo itself does for each entry (accounts, costs) grows with their
        # number: compare with time of projects that have no schedule.
        def count(projects):
            scheduled = self._count(log, projects)
            without = projects.copy()
            for project, copy in zip(projects, without, strict=True):
                copy.sale_line_id = project.sale_line_id
            return scheduled - self._count(log, without)

        self.assertLessEqual(count(self.many), count(self.few))
