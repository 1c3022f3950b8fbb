from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.security import SecurityCommon

REPORT = "project.billing.realization"
COLUMNS = ("date", "worked_hours", "status", "project_id", "partner_id", "sale_line_id")
DETAILS = ("employee_id", "task_id")


@tagged("post_install", "-at_install")
class TestReadRealization(SecurityCommon):
    """Realization gives sums; entries only to those who may read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task = cls.env["project.task"].create(
            {"name": "Secret task", "project_id": cls.project.id}
        )
        for day, hours, employee in (
            (date(2026, 2, 3), 1.25, cls.consultant),
            (date(2026, 2, 17), 2.5, cls.colleague),
        ):
            cls._log_time(
                cls.project, day, hours, employee=employee, task_id=cls.task.id
            )
        cls.held = cls._log_time(
            cls.project, date(2026, 2, 20), 4.0, billing_hold="hold"
        )
        cls.billing = cls.user_pm | cls.user_accountant
        cls.user_pm_all = cls._new_user(
            "pm_all",
            "project.group_project_user,hr_timesheet.group_hr_timesheet_approver",
        )
        cls.reading = cls.user_pm_all | cls._new_user(
            "controller",
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_approver",
        )
        for user in cls.billing | cls.reading:
            user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.project.billing_owner_id = cls.user_pm_all
        cls.domain = [("project_id", "=", cls.project.id)]

    def _read(self, user, *names, domain=(), **kwargs):
        domain = [*self.domain, *domain]
        names = list(names or COLUMNS)
        return self.rpc(user, self.env[REPORT], "search_read", domain, names, **kwargs)

    def test_sums(self):
        for user in self.billing:
            rows = self._read(user, order="date, status")
            self.assertEqual(
                [
                    (str(row["date"]), row["status"], row["worked_hours"])
                    for row in rows
                ],
                [
                    ("2026-01-01", "bill", 3.0),
                    ("2026-02-01", "bill", 3.75),
                    ("2026-02-01", "hold", 4.0),
                ],
            )
            item = self.project.sale_line_id
            self.assertEqual({row["sale_line_id"][0] for row in rows}, {item.id})
            self.assertEqual({row["partner_id"][0] for row in rows}, {self.partner.id})

    def test_no_person_and_no_task(self):
        Report = self.env[REPORT]
        for user in self.billing:
            offered = self.rpc(user, Report, "fields_get")
            self.assertFalse(set(DETAILS) & set(offered))
            for name in DETAILS:
                for method, *arguments in (
                    ("search_read", [], [name]),
                    ("search", [(name, "!=", False)]),
                    ("search", [(f"{name}.name", "ilike", "s")]),
                    ("search", [], 0, 5, name),
                    ("formatted_read_group", [], [name], ["worked_hours:sum"]),
                ):
                    with (
                        self.subTest(user=user.login, field=name, method=method),
                        self.assertRaises(AccessError),
                    ):
                        self.rpc(user, Report, method, *arguments)

    def test_no_day(self):
        """Neither in rows nor by days, weeks or a domain."""
        for user in self.billing:
            self.assertEqual(
                {str(row["date"])[-2:] for row in self._read(user)}, {"01"}
            )
            for unit in ("day", "week", "month"):
                groups = self.rpc(
                    user,
                    self.env[REPORT],
                    "formatted_read_group",
                    self.domain,
                    [f"date:{unit}"],
                    ["worked_hours:sum"],
                )
                self.assertEqual(
                    [group["worked_hours:sum"] for group in groups], [3.0, 7.75], unit
                )
            domain = [("date", ">", "2026-02-02")]
            self.assertFalse(self._read(user, domain=domain))

    def test_no_entry(self):
        """The number of a row is none of an entry, and rows do not tell how many."""
        entries = self.env["account.analytic.line"].search(self.domain)
        for user in self.billing:
            rows = self._read(user, "worked_hours")
            ids = [row["id"] for row in rows]
            self.assertEqual(len(ids), len(set(ids)))
            self.assertEqual(len(ids), 3)
            # More entries, the same rows.
        self._log_time(self.project, date(2026, 2, 24), 1.0)
        self.assertEqual(len(entries), 4)
        for user in self.billing:
            again = self._read(user, "worked_hours")
            self.assertEqual(len(again), 3)

    def test_rows_are_read_by_their_number(self):
        """A list reads what it found, also in several calls."""
        for user in self.billing:
            rows = self._read(user, order="id")
            records = self.env[REPORT].browse(row["id"] for row in rows)
            self.assertEqual(self.rpc(user, records, "read", list(COLUMNS)), rows)
            [row] = self._read(user, domain=[("status", "=", "hold")])
            self.assertIn(row, rows)
            data = self.rpc(user, records, "export_data", ["worked_hours"])["datas"]
            self.assertEqual(sorted(data), [[3.0], [3.75], [4.0]])

    def test_ratio_of_sums(self):
        """Measures of groups are the same for everybody."""
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        self.period.action_generate_invoices()
        self.period.invoice_ids.invoice_line_ids.price_unit = 50.0
        self.held.billing_hold = "write_off"
        expected = {}
        for user in self.billing | self.reading:
            [group] = self.rpc(
                user,
                self.env[REPORT],
                "formatted_read_group",
                self.domain,
                ["project_id"],
                [
                    "realization:avg",
                    "billed_value:sum",
                    "settled_value:sum",
                    "worked_hours:sum",
                    "standard_value:sum",
                ],
            )
            for name, value in group.items():
                if name.endswith((":sum", ":avg")):
                    self.assertAlmostEqual(
                        expected.setdefault(name, value), value, 6, (user.login, name)
                    )
        self.assertAlmostEqual(expected["realization:avg"], 150.0 / 700.0)
        rows = self._read(self.user_pm, "status", "realization", order="date, status")
        self.assertEqual([row["realization"] for row in rows], [0.5, 0.0, 0.0])

    def test_entries_for_those_who_read_timesheets(self):
        for user in self.reading:
            rows = self._read(user, *COLUMNS, *DETAILS, order="date, id")
            self.assertEqual(
                [row["worked_hours"] for row in rows], [3.0, 1.25, 2.5, 4.0]
            )
            self.assertEqual(str(rows[1]["date"]), "2026-02-03")
            self.assertEqual(rows[2]["employee_id"][1], "Colleague")
            self.assertEqual(rows[1]["task_id"][1], "Secret task")

    def test_views(self):
        action = self.env.ref("invoicing_cycle.project_billing_realization_action")
        Report = self.env[REPORT]
        search = action.search_view_id.id
        for user in self.billing | self.reading:
            for view_id, mode in [
                *((False, mode) for mode in action.view_mode.split(",")),
                (search, "search"),
            ]:
                with self.subTest(user=user.login, mode=mode):
                    views = self.rpc(user, Report, "get_views", [(view_id, mode)])
                    arch = views["views"][mode]["arch"]
                    detailed = user in self.reading
                    if mode in ("list", "search"):
                        self.assertEqual("employee_id" in arch, detailed)
                        self.assertEqual("task_id" in arch, detailed)
                    offered = views["models"][REPORT]["fields"]
                    if not detailed:
                        self.assertFalse(set(DETAILS) & set(offered))
                    spec = {name: {} for name in offered}
                    self.rpc(user, Report, "web_search_read", self.domain, spec)
