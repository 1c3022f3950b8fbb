from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

LOCK = date(2026, 2, 28)
CLOSED_DAY = date(2026, 2, 10)
OPEN_DAY = date(2026, 3, 5)


@tagged("post_install", "-at_install")
class TestTimesheetLockGuard(InvoicingCycleCommon):
    """No path creates, changes or deletes closed time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.other_project = cls._create_project("Other")
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.closed = cls._log_time(
            cls.project, CLOSED_DAY, 2.0, task_id=cls.task.id, name="Analysis"
        )
        cls.open = cls._log_time(cls.project, OPEN_DAY, 1.0)
        cls._lock(LOCK)
        cls.everybody = (
            cls.user_consultant
            | cls.user_manager
            | cls._new_user(
                "project_admin",
                "project.group_project_manager,hr_timesheet.group_hr_timesheet_approver",
            )
        )

    def _values(self):
        """One real change of each closed field."""
        order = self._create_order()
        return {
            "date": date(2026, 2, 11),
            "unit_amount": 3.0,
            "project_id": self.other_project.id,
            "task_id": False,
            "employee_id": self.colleague.id,
            "user_id": self.user_colleague.id,
            "company_id": self.env["res.company"].create({"name": "Two"}).id,
            "so_line": order.order_line.id,
            "is_so_line_edited": True,
            "product_uom_id": self.env.ref("uom.product_uom_day").id,
            "name": "Something else",
        }

    def _read(self, entry):
        self.env.flush_all()
        self.env.invalidate_all()
        return entry.read(
            [
                "company_id",
                "date",
                "employee_id",
                "is_so_line_edited",
                "name",
                "partner_id",
                "project_id",
                "so_line",
                "task_id",
                "unit_amount",
                "user_id",
            ]
        )

    # ------------------------------------------------------------------ write

    def test_write_each_field(self):
        values = self._values()
        before = self._read(self.closed)
        for user in self.everybody:
            for name, value in values.items():
                with (
                    self.subTest(user=user.login, field=name),
                    self.assertRaisesRegex(AccessError, r"(?s)02/10/2026.*02/28/2026"),
                ):
                    self.closed.with_user(user).write({name: value})
        self.assertEqual(self._read(self.closed), before)

    def test_write_sudo(self):
        """The guard asks the user, not the rights that code gave itself."""
        for name, value in self._values().items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.closed.with_user(self.user_consultant).sudo().write({name: value})

    def test_write_forged_context(self):
        keys = (
            "_force_unlink",
            "bypass",
            "force_write",
            "import_file",
            "install_mode",
            "is_timesheet",
            "mail_notrack",
            "module",
            "no_lock",
            "skip_check_state",
            "su",
            "sudo",
            "timesheet_calendar",
            "timesheet_unlock",
            "tracking_disable",
        )
        forged = dict.fromkeys(keys, True)
        entry = self.closed.with_user(self.user_consultant).with_context(**forged)
        with self.assertRaises(AccessError):
            entry.write({"unit_amount": 3.0})
        with self.assertRaises(AccessError):
            entry.unlink()

    def test_write_same_values(self):
        """Forms send values that did not change: nothing to refuse."""
        values = {
            "date": date(2026, 2, 10),
            "unit_amount": 2.0,
            "project_id": self.project.id,
            "task_id": self.task.id,
            "employee_id": self.consultant.id,
            "name": "Analysis",
        }
        entry = self.closed.with_user(self.user_consultant)
        entry.write({**values, "date": "2026-02-10"})
        [kept] = entry.read([*values], load=None)
        self.assertEqual(kept, {**values, "id": entry.id})

    def test_write_other_fields(self):
        """Costs stay editable (OCA/timesheet 740, odoo 199851)."""
        self.closed.with_user(self.user_manager).write({"amount": -123.0})
        self.assertEqual(self.closed.amount, -123.0)
        self.consultant.hourly_cost = 55.0
        self.closed.with_user(self.user_manager).sudo().amount = -110.0
        self.assertEqual(self.closed.amount, -110.0)

    def test_write_many_with_one_closed(self):
        with self.assertRaises(AccessError):
            (self.open | self.closed).with_user(self.user_consultant).write(
                {"unit_amount": 7.0}
            )
        self.assertEqual(self.open.unit_amount, 1.0)

    def test_move_into_closed_time(self):
        """An open entry cannot get a closed date, nor a person who has locked it."""
        with self.assertRaises(AccessError):
            self.open.with_user(self.user_consultant).date = CLOSED_DAY
        foreign = self._log_time(self.project, CLOSED_DAY, employee=self.colleague)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_manager).employee_id = self.consultant
        self.assertEqual(foreign.user_id, self.user_colleague)

    def test_move_open_time(self):
        entry = self.open.with_user(self.user_consultant)
        entry.write({"date": date(2026, 3, 1), "unit_amount": 4.0})
        self.assertEqual(self.open.unit_amount, 4.0)
        entry.unlink()
        self.assertFalse(entry.exists())

    def test_no_leak_to_strangers(self):
        """Who may not see an entry does not learn of it by a refusal."""
        with self.assertRaises(AccessError) as error:
            self.closed.with_user(self.user_colleague).write({"unit_amount": 9.0})
        self.assertNotIn("02/28/2026", str(error.exception))

    def test_administrator(self):
        """Timesheets / Administrator and OdooBot pass, Odoo's links follow."""
        entry = self.closed.with_user(self.user_timesheet_admin)
        entry.write({"unit_amount": 3.0, "name": "Mended"})
        self.other_project.partner_id = self.env["res.partner"].create(
            {"name": "Other Customer"}
        )
        task = self.env["project.task"].create(
            {"name": "Elsewhere", "project_id": self.other_project.id}
        )
        entry.task_id = task
        self.assertEqual(entry.project_id, self.other_project)
        self.assertEqual(entry.partner_id, self.other_project.partner_id)
        entry.employee_id = self.colleague
        self.assertEqual(entry.user_id, self.user_colleague)
        entry.unlink()
        self._log_time(self.project, CLOSED_DAY).unit_amount = 2.0

    # ----------------------------------------------------------------- create

    def _new_values(self, **values):
        return {
            "name": "New",
            "project_id": self.project.id,
            "date": CLOSED_DAY,
            "unit_amount": 1.0,
            **values,
        }

    def test_create(self):
        for user in self.everybody:
            Line = self.env["account.analytic.line"].with_user(user)
            for values in (
                self._new_values(employee_id=self.consultant.id),
                self._new_values(employee_id=self.consultant.id, task_id=self.task.id),
            ):
                with (
                    self.subTest(user=user.login),
                    self.assertRaisesRegex(AccessError, "02/28/2026"),
                ):
                    Line.create(values)

    def test_create_defaults_from_context(self):
        """hr_timesheet completes the values: the records count."""
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        with self.assertRaises(AccessError):
            Line.with_context(
                default_date=CLOSED_DAY, default_project_id=self.project.id
            ).create({"name": "X", "project_id": self.project.id, "unit_amount": 1})
        with self.assertRaises(AccessError):
            self.env["account.analytic.line"].with_user(self.user_manager).with_context(
                default_employee_id=self.consultant.id
            ).create(self._new_values())
        with self.assertRaises(AccessError):
            Line.with_context(timesheet_calendar=True).create(
                [self._new_values(), self._new_values(date=date(2026, 3, 6))]
            )

    def test_create_many_with_one_closed(self):
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        count = Line.search_count([])
        with self.assertRaises(AccessError):
            Line.create([self._new_values(date=OPEN_DAY), self._new_values()])
        self.assertEqual(Line.search_count([]), count)

    def test_create_sudo(self):
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        with self.assertRaises(AccessError):
            Line.sudo().create(self._new_values(employee_id=self.consultant.id))

    def test_copy(self):
        with self.assertRaises(AccessError):
            self.closed.with_user(self.user_consultant).copy()
        self.open.with_user(self.user_consultant).copy()

    def test_create_by_administrator(self):
        """Time that an administrator adds to locked days has project and customer."""
        entry = (
            self.env["account.analytic.line"]
            .with_user(self.user_timesheet_admin)
            .create(
                self._new_values(employee_id=self.consultant.id, task_id=self.task.id)
            )
        )
        self.assertEqual(entry.partner_id, self.partner)
        self.assertEqual(entry.user_id, self.user_consultant)
        self.assertEqual(entry.so_line, self.project.sale_line_id)

    def test_import(self):
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        fields = ["name", "project_id/.id", "date", "unit_amount"]
        row = ["Imported", str(self.project.id)]
        result = Line.load(fields, [[*row, "2026-02-10", "1"]])
        self.assertFalse(result["ids"])
        self.assertIn("02/28/2026", result["messages"][0]["message"])
        result = Line.load([".id", "unit_amount"], [[str(self.closed.id), "8"]])
        self.assertFalse(result["ids"])
        self.assertEqual(self.closed.unit_amount, 2.0)
        self.assertTrue(Line.load(fields, [[*row, "2026-03-05", "1"]])["ids"])

    def test_not_a_timesheet(self):
        """Analytic items without a project are none of the guard's business."""
        account = self.env["account.analytic.account"].search([], limit=1)
        item = (
            self.env["account.analytic.line"]
            .with_user(self.user_accountant)
            .create({"name": "Cost", "account_id": account.id, "date": CLOSED_DAY})
        )
        self.assertFalse(item.approval_state)
        item.write({"date": date(2026, 2, 1), "unit_amount": 5.0})
        item.unlink()

    # ----------------------------------------------------------------- unlink

    def test_unlink(self):
        for user in self.everybody:
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "cannot be deleted"),
            ):
                self.closed.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.closed.with_user(self.user_consultant).sudo().unlink()
        self.assertTrue(self.closed.exists())

    def test_unlink_through_relations(self):
        """One2many commands end in the same guard."""
        for command in (
            Command.delete(self.closed.id),
            Command.update(self.closed.id, {"unit_amount": 9.0}),
            Command.create(self._new_values(employee_id=self.consultant.id)),
            Command.unlink(self.closed.id),
        ):
            for record in (self.project, self.task):
                with (
                    self.subTest(command=command[0], model=record._name),
                    self.assertRaises(UserError),
                ):
                    record.with_user(self.everybody[2]).write(
                        {"timesheet_ids": [command]}
                    )

    # ------------------------------------------------------------------ wording

    def test_refusal_names_the_way_out(self):
        with self.assertRaises(AccessError) as error:
            self.closed.with_user(self.user_consultant).unit_amount = 3.0
        message = str(error.exception)
        for text in ("Consultant", "02/10/2026", "02/28/2026", "Timesheet Admin"):
            self.assertIn(text, message)
