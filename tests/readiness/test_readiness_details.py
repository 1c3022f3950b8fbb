from odoo.fields import Command
from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestReadinessDetails(ReadinessCommon):
    """The breakdown behind the indicator: who owes what, in numbers and names."""

    def _read(self, period, user=None):
        """The json as a billing person reads it, who may not read timesheets."""
        return period.with_user(user or self.user_accountant).readiness

    def test_nothing(self):
        self.assertEqual(
            self._read(self.march),
            {
                "open": [],
                "pending": [],
                "approved": [],
                "freed": [],
                "late": {"hours": 0.0},
                "held": {"hours": 0.0, "written_off": 0.0},
                "expenses": {"ready": 0.0, "pending": 0.0},
                "invoiced": 0.0,
                "milestones": [],
                "above_cap": {"hours": 0.0},
                "approval": False,
            },
        )

    def test_open_time(self):
        self._log_time(self.project, day(1, 15), 3.0)
        self._log_time(self.project, day(1, 16), 2.5)
        self.assertEqual(
            self._read(self.january)["open"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "locked_until": None,
                    "open_days": 22,
                    "hours": 5.5,
                }
            ],
        )
        self.assertEqual(self.january.open_hours, 5.5)
        self.assertEqual(self.january.hours, 5.5)

    def test_partly_locked(self):
        self._log_time(self.project, day(1, 15), 3.0)
        self._log_time(self.project, day(1, 29), 2.0)
        self._lock(day(1, 28))
        readiness = self._read(self.january)
        self.assertEqual(
            readiness["open"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "locked_until": "2026-01-28",
                    "open_days": 2,
                    "hours": 2.0,
                }
            ],
        )
        self.assertEqual(
            readiness["approved"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "hours": 3.0,
                    "automatic": False,
                }
            ],
        )
        self.assertEqual(self.january.approved_hours, 3.0)
        self.assertEqual(self.january.open_hours, 2.0)

    def test_person_without_hours(self):
        self._log_time(self.project, day(1, 15))
        self._lock(day(2, 25))
        self.assertEqual(
            self._read(self.february)["open"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "locked_until": "2026-02-25",
                    "open_days": 2,
                    "hours": 0.0,
                }
            ],
        )

    def test_people_are_sorted_by_name(self):
        for employee in (self.lead, self.consultant, self.colleague):
            self._log_time(self.project, day(1, 15), employee=employee)
        names = [row["name"] for row in self._read(self.january)["open"]]
        self.assertEqual(names, ["Colleague", "Consultant", "Project Lead"])

    def test_pending_time_and_its_approvers(self):
        self.company.timesheet_approval = True
        self._log_time(self.project, day(1, 15), 3.0)
        self._log_time(self.project, day(1, 16), 1.0, employee=self.lead)
        self._lock(day(1, 31), self.consultant | self.lead)
        readiness = self._read(self.january)
        self.assertTrue(readiness["approval"])
        self.assertFalse(readiness["open"])
        self.assertEqual(
            readiness["pending"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "hours": 3.0,
                    "approvers": [{"id": self.user_manager.id, "name": "Project Lead"}],
                },
                {
                    "employee_id": self.lead.id,
                    "name": "Project Lead",
                    "hours": 1.0,
                    "approvers": [
                        {"id": self.user_timesheet_admin.id, "name": "Timesheet Admin"}
                    ],
                },
            ],
        )
        self.assertEqual(self.january.pending_hours, 4.0)

    def test_approved_automatically(self):
        self.company.write(
            {"timesheet_approval": True, "timesheet_approval_default": "automatic"}
        )
        self.project.user_id = False
        self._log_time(self.project, day(1, 15), 3.0)
        self._lock(day(1, 31))
        self.assertEqual(
            self._read(self.january)["approved"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "hours": 3.0,
                    "automatic": True,
                }
            ],
        )

    def test_late_time(self):
        self._log_time(self.project, day(1, 15), 3.0)
        self._log_time(self.project, day(2, 16), 2.0)
        self.january.action_skip("Later")
        self.assertEqual(self._read(self.february)["late"], {"hours": 3.0})
        self.assertEqual(self.february.hours, 5.0)
        self.assertEqual(self.february.late_hours, 3.0)

    def test_expenses(self):
        self._setup_expenses()
        waiting = self._create_expense(day(1, 20), 120.0)
        waiting.action_submit()
        posted = self._create_expense(day(1, 21), 80.0)
        posted.action_submit()
        self._post_expense(posted)
        self.assertEqual(
            self._read(self.january)["expenses"], {"ready": 80.0, "pending": 120.0}
        )
        self._create_expense(day(1, 22), 30.0).action_submit()
        self.assertEqual(self._read(self.january)["expenses"]["pending"], 150.0)

    def test_expense_in_another_currency(self):
        self._setup_expenses()
        currency = self.env["res.currency"].create({"name": "XCY", "symbol": "x"})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 4.0, "name": day(1, 1)}
        )
        expense = self._create_expense(day(1, 20), 120.0, currency_id=currency.id)
        expense.action_submit()
        self.assertEqual(self._read(self.january)["expenses"]["pending"], 30.0)

    def test_numbers_add_up(self):
        self.company.timesheet_approval = True
        self._log_time(self.project, day(1, 5), 1.0)
        self._log_time(self.project, day(1, 30), 2.0)
        self._log_time(self.project, day(1, 6), 4.0, employee=self.colleague)
        self._lock(day(1, 20))
        self._lock(day(1, 31), self.colleague)
        self.january.timesheet_ids.filtered(
            lambda entry: entry.employee_id == self.colleague
        ).with_user(self.user_manager).action_approve()
        self.assertEqual(
            (
                self.january.open_hours,
                self.january.pending_hours,
                self.january.approved_hours,
                self.january.hours,
            ),
            (2.0, 1.0, 4.0, 7.0),
        )

    def test_invoiced_period_owes_nothing(self):
        self._log_time(self.project, day(1, 15), 3.0)
        self._invoice(self.january)
        readiness = self._read(self.january)
        self.assertFalse(readiness["open"])
        self.assertEqual(readiness["approved"][0]["hours"], 3.0)
        self.assertEqual(self.january.hours, 3.0)

    def test_skipped_period_owes_nothing(self):
        self._log_time(self.project, day(1, 15), 3.0)
        self.january.action_skip("Free of charge")
        self.assertFalse(self._read(self.january)["open"])

    # -------------------------------------------------------------- companies

    def test_names_of_other_companies_stay_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        guest = self.env["hr.employee"].create(
            {"name": "Guest", "company_id": other.id}
        )
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": self.project.id,
                "employee_id": guest.id,
                "date": day(1, 15),
                "unit_amount": 2.0,
            }
        )
        [person] = self._read(self.january)["open"]
        self.assertEqual(person["name"], "Person of another company")
        self.assertEqual(person["hours"], 2.0)
        self.user_manager.company_ids = [Command.link(other.id)]
        period = self.january.with_user(self.user_manager)
        [person] = period.with_context(
            allowed_company_ids=[self.company.id, other.id]
        ).readiness["open"]
        self.assertEqual(person["name"], "Guest")
        [person] = period.with_context(allowed_company_ids=self.company.ids).readiness[
            "open"
        ]
        self.assertEqual(person["name"], "Person of another company")
        # What one reader saw is not what the next one sees.
        [person] = self._read(self.january)["open"]
        self.assertEqual(person["name"], "Person of another company")


@tagged("post_install", "-at_install")
class TestPeriodStateSearch(ReadinessCommon):
    """Search, order and groups of the state, as lists and boards use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._log_time(cls.project, day(1, 15), 3.0)
        cls._log_time(cls.project, day(2, 15), 2.0, employee=cls.colleague)
        cls._lock(day(2, 28))
        cls.periods = cls.project.billing_period_ids
        # January ready, February pending, March pending (both worked before), April
        # upcoming.

    def _search(self, *condition, **kwargs):
        return self.periods.with_user(self.user_accountant).search(
            [("project_id", "=", self.project.id), condition], **kwargs
        )

    def test_search(self):
        self.assertEqual(self._search("state", "=", "ready"), self.january)
        self.assertEqual(
            self._search("state", "in", ["ready", "upcoming"]),
            self.january | self.april,
        )
        self.assertEqual(
            self._search("state", "!=", "pending"), self.january | self.april
        )
        self.assertEqual(
            self._search("state", "not in", ["pending", "ready"]), self.april
        )

    def test_search_no_state(self):
        self.assertFalse(self._search("state", "=", False))
        self.assertEqual(self._search("state", "!=", False), self.periods)
        self.assertFalse(self._search("state", "=", "nonsense"))
        self.assertEqual(self._search("state", "in", [False, "ready"]), self.january)

    def test_search_as_the_screen_does(self):
        found = self.env["project.project"].search(
            [("billing_period_ids.state", "=", "ready"), ("id", "=", self.project.id)]
        )
        self.assertEqual(found, self.project)

    def test_filtered_domain(self):
        self.assertEqual(
            self.periods.filtered_domain([("state", "=", "ready")]), self.january
        )

    def test_order(self):
        self.assertEqual(
            list(self._search("id", "!=", False, order="state, date_from")),
            [self.april, self.february, self.march, self.january],
        )
        self.assertEqual(
            list(self._search("id", "!=", False, order="state desc, date_from desc")),
            [self.january, self.march, self.february, self.april],
        )

    def test_groups(self):
        groups = self.periods._read_group(
            [("project_id", "=", self.project.id)],
            ["state"],
            ["__count", "hours:sum"],
        )
        self.assertEqual(
            set(groups), {("upcoming", 1, 0.0), ("pending", 2, 2.0), ("ready", 1, 3.0)}
        )

    def test_groups_of_the_board(self):
        """Pending and Ready are columns of the board also while they are empty."""
        periods = self.periods.with_user(self.user_accountant)
        result = periods.with_context(read_group_expand=True).web_read_group(
            [("id", "=", self.april.id)], ["state"], ["hours:sum"]
        )
        self.assertEqual(
            [group["state"] for group in result["groups"]],
            ["upcoming", "pending", "ready"],
        )
        self.assertEqual([group["__count"] for group in result["groups"]], [1, 0, 0])

    def test_state_of_a_new_record(self):
        self.assertEqual(self.periods.new({}).state, "upcoming")
