from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.guard import FORGED
from ..common.security import JANUARY
from ..common.superuser import LOCK, SuperuserCommon


@tagged("post_install", "-at_install")
class TestSecuritySuperuser(SuperuserCommon):
    """Code that runs as the superuser for a user opens nothing to that user.

    Odoo writes the own user's record so, and follows the commands in it; other code
    does it elsewhere.
    """

    # ------------------------------------------------------ the own preferences

    def _category(self, *commands):
        nested = {"name": "z", "employee_ids": list(commands)}
        return {"category_ids": [Command.create(nested)]}

    def test_locks_from_own_preferences(self):
        unlock = {"timesheet_locked_until": False}
        for employee in self.people:
            commands = [Command.update(employee.id, unlock)]
            below = [Command.update(self.consultant.id, {"child_ids": commands})]
            for vals in (self._category(*commands), self._category(*below)):
                self.assertRefused(
                    self.rpc, self.user_consultant, self.user_consultant, "write", vals
                )
            self.assertEqual(employee.timesheet_locked_until, LOCK)

    def test_manager_from_own_preferences(self):
        own = self.consultant.id
        for vals in (
            self._category(Command.update(self.colleague.id, {"parent_id": own})),
            self._category(
                Command.update(own, {"child_ids": [Command.link(self.colleague.id)]})
            ),
        ):
            self.assertRefused(
                self.rpc, self.user_consultant, self.user_consultant, "write", vals
            )
        self.assertEqual(self.colleague.parent_id, self.boss)

    def test_invoices_from_own_preferences(self):
        sent = {"sent_on": "2026-03-01 00:00:00", "sent_channel": "other"}
        account = {
            "acc_number": "1",
            "related_moves": [Command.update(self.invoice.id, sent)],
        }
        vals = {"employee_bank_account_ids": [Command.create(account)]}
        self.assertRefused(
            self.rpc, self.user_consultant, self.user_consultant, "write", vals
        )
        self.assertFalse(self.invoice.sent_on)

    def test_own_preferences_still_work(self):
        tag = self.env["hr.employee.category"].create({"name": "Driver"})
        vals = {
            "category_ids": [Command.link(tag.id)],
            "private_phone": "123",
            "employee_bank_account_ids": [
                Command.create(
                    {
                        "acc_number": "DE123",
                        "partner_id": self.user_consultant.partner_id.id,
                    }
                )
            ],
        }
        self.rpc(self.user_consultant, self.user_consultant, "write", vals)
        self.assertEqual(self.consultant.category_ids, tag)
        self.assertEqual(self.consultant.bank_account_ids.acc_number, "DE123")

    def test_defaults_of_a_mail_address(self):
        """Odoo creates a task from a mail as itself, with what the address says."""
        administrator = self._new_user("project_admin", "project.group_project_manager")
        project = self.foreign_project.with_user(administrator)
        tag = self.env["project.tags"].create({"name": "By mail"})
        for command in (
            (1, self.entry.id, {"unit_amount": 9.0}),
            (2, self.entry.id, 0),
            (0, 0, {"name": "x", "unit_amount": 9.0}),
        ):
            defaults = {"project_id": project.id, "timesheet_ids": [command]}
            with self.subTest(command=command), self.assertRaises(ValidationError):
                project.alias_defaults = repr(defaults)
        project.alias_defaults = repr({"tag_ids": [(4, tag.id)]})
        self.assertIn(str(tag.id), self.foreign_project.alias_defaults)

    # ----------------------------------------------------------------- results

    def _get_results(self):
        """Every record with fields that only code records, and those fields."""
        proof = self.env["project.billing.proof"].create({})
        milestone = self.env["project.milestone"].create(
            {"name": "Go live", "project_id": self.project.id}
        )
        expense = self.env["hr.expense"].create(
            {"name": "Taxi", "employee_id": self.consultant.id}
        )
        held = self._log_time(self.project, "2026-03-02", 2.0)
        run = self.env["billing.run"]._start("confirm", self.invoice)
        records = (
            self.consultant,
            self.entry,
            run,
            run.line_ids,
            held._split_off(1.0, {"billing_hold": "hold"}),
            self.invoice,
            self.line,
            self.period,
            self.line.sale_line_ids,
            milestone,
            expense,
            proof,
            self.invoice.message_post(body="Note"),
        )
        known = {
            name
            for mixin in ("billing.recorded.mixin", "billing.row.mixin")
            for name in self.env.registry[mixin]._inherit_children
            if not self.env.registry[name]._abstract
        }
        self.assertEqual({record._name for record in records}, known)
        for record in records:
            for name in record._get_recorded_fields():
                yield record, name

    def test_results(self):
        for record, name in self._get_results():
            for user in self.everybody:
                with self.subTest(model=record._name, field=name, user=user.login):
                    self.assertRefused(
                        self._as_superuser(user, record).write, {name: False}
                    )

    def test_results_with_forged_context(self):
        for record, name in self._get_results():
            with self.subTest(model=record._name, field=name):
                known = self._as_superuser(self.user_consultant, record)
                self.assertRefused(known.with_context(**FORGED).write, {name: False})

    def test_results_of_new_records(self):
        for user in (self.user_consultant, self.user_accountant):
            for model, vals in (
                ("hr.employee", {"name": "New", "timesheet_locked_until": LOCK}),
                (
                    "account.move",
                    {"move_type": "out_invoice", "sent_on": "2026-03-01 00:00:00"},
                ),
                (
                    "account.move",
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.partner.id,
                        "invoice_line_ids": [
                            Command.create(
                                {"name": "x", "billing_period_id": self.period.id}
                            )
                        ],
                    },
                ),
                (
                    "account.analytic.line",
                    {
                        "name": "x",
                        "project_id": self.project.id,
                        "employee_id": self.consultant.id,
                        "date": "2026-03-02",
                        "approved_on": "2026-03-01 00:00:00",
                    },
                ),
                (
                    "project.milestone",
                    {
                        "name": "x",
                        "project_id": self.project.id,
                        "billed_amount": 5.0,
                    },
                ),
            ):
                with self.subTest(model=model, user=user.login):
                    self.assertRefused(
                        self._as_superuser(user, self.env[model]).create, vals
                    )

    def test_origin_of_an_invoice(self):
        for value in (False, "freeform"):
            with self.subTest(value), self.assertRaises(UserError):
                self.invoice.with_user(self.user_accountant).billing_origin = value
        self.assertEqual(self.invoice.billing_origin, "schedule")

    # ------------------------------------------------------- our own documents

    def test_periods(self):
        custom = self._create_project("Foreign", billing_frequency="custom")
        vals = {
            "project_id": custom.id,
            "date_from": "2027-01-01",
            "date_to": "2027-01-31",
        }
        period = self._create_custom_project().billing_period_ids
        changes = (
            {"fixed_amount": 1.0},
            {"date_to": "2026-12-31"},
            {"invoice_date": "2026-12-31"},
            {"project_id": self.project.id},
        )
        for user in (self.user_consultant, self.user_salesperson, self.user_both):
            with self.subTest(user=user.login):
                known = self._as_superuser(user, period)
                self.assertRefused(known.create, vals)
                for change in changes:
                    self.assertRefused(known.write, change)
                self.assertRefused(known.unlink)

    def test_required_persons(self):
        required = self.foreign_period.required_ids[:1]
        self.assertTrue(required)
        for user in (self.user_consultant, self.user_pm):
            with self.subTest(user=user.login):
                self.assertRefused(
                    self._as_superuser(user, required).write,
                    {"expected": False, "reason": "Holiday"},
                )
                known = self._as_superuser(user, required)
                self.assertRefused(known.unlink)
                self.assertRefused(
                    known.create,
                    {
                        "period_id": required.period_id.id,
                        "employee_id": self.boss.id,
                    },
                )

    def test_schedules_follow_where_they_have_to(self):
        """What the add-on itself does for a user goes on working."""
        project = self._create_custom_project()
        project.with_user(self.user_pm).billing_period_ids[:1].fixed_amount = 5.0
        self.assertEqual(project.billing_period_ids.fixed_amount, 5.0)
        self.rpc(
            self.user_pm,
            self.sold_project.browse(self.project.id),
            "write",
            {"billing_frequency": "custom"},
        )
        self.assertEqual(self.project.billing_frequency, "custom")

    def test_flows(self):
        flow = self.env["timesheet.approval.flow"].create(
            {
                "name": "Strict",
                "step_ids": [Command.create({"is_project_manager": True})],
            }
        )
        own = {"user_ids": [Command.link(self.user_consultant.id)], "allow_own": True}
        for user in self.everybody - self.user_timesheet_admin:
            known = self._as_superuser(user, flow)
            with self.subTest(user=user.login):
                self.assertRefused(known.write, {"active": False})
                self.assertRefused(known.write, {"step_ids": [Command.create(own)]})
                self.assertRefused(known.step_ids.write, own)
                self.assertRefused(known.unlink)
                self.assertRefused(
                    known.create, {"name": "Lax", "step_ids": [Command.create(own)]}
                )

    def test_log(self):
        self.company.timesheet_approval = True
        self._log_time(self.foreign_project, JANUARY, 1.0)
        Log = self.env["timesheet.approval.log"]
        vals = {"event": "approved", "user_id": self.user_manager.id}
        for user in (*self.everybody, self.env.ref("base.user_root")):
            with self.subTest(user=user.login):
                if user != self.env.ref("base.user_root"):
                    self.assertRefused(self._as_superuser(user, Log).create, vals)
        log = Log.create(vals)
        for user in self.everybody:
            self.assertRefused(self._as_superuser(user, log).write, {"reason": "x"})
            self.assertRefused(self._as_superuser(user, log).unlink)

    def test_billing_of_projects(self):
        for user in (self.user_consultant, self.user_pm, self.user_salesperson):
            known = self._as_superuser(user, self.foreign_project)
            for vals in (
                {"billing_frequency": "weekly"},
                {"billing_start_date": "2026-02-01"},
                {"billing_owner_id": user.id},
                {"billing_expense_markup": 50.0},
                {"tag_ids": [Command.create({"name": "Lax"})]},
            ):
                with self.subTest(user=user.login, vals=vals):
                    self.assertRefused(known.write, vals)

    def test_sent_record(self):
        self.invoice.action_post()
        for user in (self.user_consultant, self.user_salesperson, self.user_hr):
            with self.subTest(user=user.login):
                self.assertRefused(
                    self._as_superuser(user, self.invoice).action_mark_as_sent
                )
        self._as_superuser(self.user_pm, self.invoice).action_mark_as_sent()
        self.assertEqual(self.invoice.sent_by_id, self.user_pm)

    # ---------------------------------------------------------- closed time

    def test_administrators_of_other_companies(self):
        """Closed time of a company is open to that company's administrators only."""
        administrator = new_test_user(
            self.env,
            login="elsewhere",
            groups="hr_timesheet.group_timesheet_manager",
            company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)],
        )
        locked = self._log_time(self.foreign_project, date(2026, 1, 20))
        known = self._as_superuser(administrator, locked)
        self.assertRefused(known.write, {"unit_amount": 9.0})
        self.assertRefused(known.unlink)
        self._as_superuser(self.user_timesheet_admin, locked).unit_amount = 9.0
        self.assertEqual(locked.unit_amount, 9.0)

    def test_decisions_on_time(self):
        entry = self.foreign_period.timesheet_ids
        for user in (self.user_consultant, self.user_pm, self.user_salesperson):
            with self.subTest(user=user.login):
                self.assertRefused(
                    self._as_superuser(user, entry).write,
                    {"billing_hold": "write_off", "hold_reason": "x"},
                )
