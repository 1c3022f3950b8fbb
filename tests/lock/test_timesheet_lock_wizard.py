from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.base import InvoicingCycleCommon

JANUARY = date(2026, 1, 31)
FEBRUARY = date(2026, 2, 28)
MARCH = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestTimesheetLockWizard(InvoicingCycleCommon):
    """Submit (lock), lock for others, unlock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_approver = cls._new_user(
            "approver", "hr_timesheet.group_hr_timesheet_approver"
        )
        cls.user_boss = cls._new_user(
            "boss_user", "hr_timesheet.group_hr_timesheet_user"
        )
        cls.boss.user_id = cls.user_boss

    def _wizard(self, user, employees=None, **values):
        if employees is not None:
            values["employee_ids"] = [Command.set(employees.ids)]
        return self.env["timesheet.lock"].with_user(user).create(values)

    def _dates(self):
        self.env.invalidate_all()
        return (self.consultant | self.colleague).mapped("timesheet_locked_until")

    # -------------------------------------------------------------------- own

    def test_own(self):
        """A consultant, with nothing but the right to log time."""
        form = Form(self.env["timesheet.lock"].with_user(self.user_consultant))
        self.assertEqual(form.employee_ids.ids, self.consultant.ids)
        self.assertEqual(form.locked_until, FEBRUARY)
        self.assertEqual(form.lockable_until, MARCH)
        self.assertEqual(form.lock_status, "Consultant: Never locked")
        self.assertFalse(form.is_for_others)
        action = form.save().action_lock()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self._dates(), [FEBRUARY, False])

    def test_own_next_proposal(self):
        self._lock(FEBRUARY)
        form = Form(self.env["timesheet.lock"].with_user(self.user_consultant))
        self.assertEqual(form.locked_until, date(2026, 3, 10))
        self.assertEqual(form.lock_status, "Consultant: Locked until 02/28/2026")

    def test_own_default_by_rpc(self):
        self._wizard(self.user_consultant, locked_until=FEBRUARY).action_lock()
        self.assertEqual(self._dates(), [FEBRUARY, False])

    def test_own_logged(self):
        self._wizard(self.user_consultant, locked_until=FEBRUARY).action_lock()
        message = self.consultant.message_ids[0]
        self.assertEqual(message.author_id, self.user_consultant.partner_id)
        self.assertIn("Never locked → 02/28/2026", message.body)

    def test_no_day(self):
        with self.assertRaisesRegex(UserError, "Choose the day"):
            self._wizard(self.user_consultant).action_lock()

    def test_no_employee(self):
        user = self._new_user("nobody", "hr_timesheet.group_hr_timesheet_user")
        with self.assertRaisesRegex(UserError, "employee"):
            self._wizard(user, locked_until=FEBRUARY).action_lock()

    def test_only_own(self):
        for employees in (self.colleague, self.consultant | self.colleague):
            wizard = self._wizard(self.user_consultant, employees, locked_until=JANUARY)
            with self.assertRaisesRegex(AccessError, "Colleague"):
                wizard.action_lock()
        self.assertEqual(self._dates(), [False, False])

    def test_only_own_forged_context(self):
        """The employees of the context are a proposal, not a permission."""
        Wizard = self.env["timesheet.lock"].with_user(self.user_consultant)
        for model in ("hr.employee", "hr.employee.public"):
            forged = Wizard.with_context(
                active_model=model,
                active_ids=self.colleague.ids,
                default_employee_ids=self.colleague.ids,
                timesheet_unlock=True,
            )
            with self.assertRaises(AccessError):
                forged.create({"locked_until": JANUARY}).action_lock()
        self.assertEqual(self._dates(), [False, False])

    # ----------------------------------------------------------------- others

    def test_manager_of_employee(self):
        wizard = self._wizard(
            self.user_boss, self.consultant | self.colleague, locked_until=FEBRUARY
        )
        self.assertTrue(wizard.is_for_others)
        wizard.action_lock()
        self.assertEqual(self._dates(), [FEBRUARY, FEBRUARY])
        with self.assertRaises(AccessError):
            self._wizard(
                self.user_boss, self.lead.create({"name": "Stranger"})
            ).action_lock()

    def test_approver_from_employee_list(self):
        action = self.env.ref("invoicing_cycle.timesheet_lock_action_many")
        self.assertEqual(action.binding_model_id.model, "hr.employee")
        form = Form(
            self.env["timesheet.lock"]
            .with_user(self.user_approver)
            .with_context(
                active_model="hr.employee",
                active_ids=(self.consultant | self.colleague).ids,
            )
        )
        self.assertTrue(form.is_for_others)
        form.reason = "Month closed"
        form.save().action_lock()
        self.assertEqual(self._dates(), [FEBRUARY, FEBRUARY])
        self.assertIn("Month closed", self.colleague.message_ids[0].body)

    def test_never_back(self):
        self._lock(FEBRUARY)
        self._wizard(
            self.user_approver, self.consultant | self.colleague, locked_until=JANUARY
        ).action_lock()
        self.assertEqual(self._dates(), [FEBRUARY, JANUARY])
        with self.assertRaisesRegex(UserError, "Nothing to lock"):
            self._wizard(self.user_consultant, locked_until=JANUARY).action_lock()
        self.assertEqual(self._dates(), [FEBRUARY, JANUARY])

    def test_archived_employee(self):
        """Who has left cannot lock any more: a manager does."""
        project = self._create_project()
        self._log_time(project, date(2026, 2, 10))
        self.consultant.with_context(no_wizard=True).action_archive()
        self._wizard(
            self.user_approver, self.consultant, locked_until=FEBRUARY
        ).action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, FEBRUARY)

    def test_periods_of_colleagues_are_not_told(self):
        project = self._create_project()
        self._log_time(project, date(2026, 2, 10), employee=self.colleague)
        wizard = self._wizard(self.user_consultant, self.colleague)
        self.assertIn("Colleague", wizard.lock_status)
        self.assertFalse(wizard.lockable_until)

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= company
        foreign = self.env["hr.employee"].create({"name": "Foreign"})
        wizard = self._wizard(
            self.user_timesheet_admin.sudo(False), self.consultant, locked_until=JANUARY
        )
        wizard.employee_ids |= foreign
        # As long as the dialog is open, too.
        foreign.company_id = company
        self.env.flush_all()
        with self.assertRaisesRegex(AccessError, "companies"):
            wizard.sudo().employee_ids |= foreign
        with self.assertRaisesRegex(AccessError, "companies"):
            wizard.action_lock()
        wizard.reason = "Reason"
        with self.assertRaisesRegex(AccessError, "companies"):
            wizard.action_unlock()
        self.assertFalse(foreign.timesheet_locked_until)
        self.assertEqual(self._dates(), [False, False])

    # ------------------------------------------------------------------ limit

    def test_limit_cycle(self):
        self._wizard(self.user_consultant, locked_until=MARCH).action_lock()
        self._lock(False)
        with self.assertRaisesRegex(UserError, "03/31/2026"):
            self._wizard(
                self.user_consultant, locked_until=date(2026, 4, 1)
            ).action_lock()
        self.assertEqual(self._dates(), [False, False])

    def test_limit_holds_for_everybody(self):
        for user in (self.user_approver, self.user_timesheet_admin):
            with self.assertRaisesRegex(UserError, "Consultant until 03/31/2026"):
                self._wizard(
                    user, self.consultant, locked_until=date(2026, 12, 31)
                ).action_lock()

    def test_limit_company_cycle(self):
        self.company.billing_cycle = "weekly"
        with self.assertRaisesRegex(UserError, "03/15/2026"):
            self._wizard(
                self.user_consultant, locked_until=date(2026, 3, 16)
            ).action_lock()
        self.company.billing_cycle = "quarterly"
        self.company.billing_cycle_anchor = date(2026, 2, 1)
        self._wizard(self.user_consultant, locked_until=date(2026, 4, 30)).action_lock()
        self.assertEqual(self._dates(), [date(2026, 4, 30), False])

    def test_limit_periods(self):
        """The last open period of a project with the person's time may be later."""
        project = self._create_project()
        last = max(project.billing_period_ids.mapped("date_to"))
        self.assertEqual(last, date(2026, 4, 30))
        wizard = self._wizard(self.user_consultant, locked_until=last)
        with self.assertRaises(UserError):
            wizard.action_lock()
        self._log_time(project, date(2026, 3, 2))
        self.env.invalidate_all()
        self.assertEqual(wizard.lockable_until, last)
        wizard.action_lock()
        self.assertEqual(self._dates(), [last, False])

    def test_limit_closed_periods(self):
        project = self._create_project()
        self._log_time(project, date(2026, 3, 2))
        project.billing_period_ids.sorted("date_to")[-1].action_skip("Not needed")
        with self.assertRaisesRegex(UserError, "03/31/2026"):
            self._wizard(
                self.user_consultant, locked_until=date(2026, 4, 30)
            ).action_lock()

    def test_limit_required_person(self):
        """A person in the rate table is required without any time."""
        project = self._create_project()
        self.env["project.sale.line.employee.map"].create(
            {
                "project_id": project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": project.sale_line_id.id,
            }
        )
        project.billing_period_ids._sync_required()
        self._wizard(self.user_consultant, locked_until=date(2026, 4, 30)).action_lock()
        self.assertEqual(self._dates(), [date(2026, 4, 30), False])

    # ----------------------------------------------------------------- unlock

    def test_unlock(self):
        self._lock(FEBRUARY, self.consultant | self.colleague)
        wizard = self._wizard(
            self.user_timesheet_admin,
            self.consultant,
            locked_until=JANUARY,
            reason="Forgot a day",
        )
        wizard.action_unlock()
        self.assertEqual(self._dates(), [JANUARY, FEBRUARY])
        message = self.consultant.message_ids[0]
        self.assertEqual(message.author_id, self.user_timesheet_admin.partner_id)
        self.assertIn("02/28/2026 → 01/31/2026", message.body)
        self.assertIn("Forgot a day", message.body)

    def test_unlock_all(self):
        self._lock(FEBRUARY, self.consultant | self.colleague)
        self._wizard(
            self.user_timesheet_admin,
            self.consultant | self.colleague,
            reason="New start",
        ).action_unlock()
        self.assertEqual(self._dates(), [False, False])

    def test_unlock_never_locks(self):
        self._lock(JANUARY)
        with self.assertRaisesRegex(UserError, "Nothing to unlock"):
            self._wizard(
                self.user_timesheet_admin,
                self.consultant | self.colleague,
                locked_until=FEBRUARY,
                reason="Reason",
            ).action_unlock()
        self.assertEqual(self._dates(), [JANUARY, False])

    def test_unlock_not_permitted(self):
        self._lock(FEBRUARY)
        for user in (
            self.user_consultant,
            self.user_approver,
            self.user_boss,
            self.user_manager,
        ):
            wizard = self._wizard(user, self.consultant, reason="Please")
            for one in (wizard, wizard.sudo(), wizard.with_context(su=True)):
                with (
                    self.subTest(user=user.login),
                    self.assertRaisesRegex(AccessError, "Timesheet Admin"),
                ):
                    one.action_unlock()
        self.assertEqual(self._dates(), [FEBRUARY, False])

    def test_unlock_needs_a_reason(self):
        self._lock(FEBRUARY)
        for reason in (False, "  "):
            with self.assertRaisesRegex(UserError, "reason"):
                self._wizard(
                    self.user_timesheet_admin, self.consultant, reason=reason
                ).action_unlock()
        self.assertEqual(self._dates(), [FEBRUARY, False])

    def test_unlock_consequences(self):
        """The dialog tells what would change, before it changes."""
        project = self._create_project()
        self._log_time(project, date(2026, 1, 10), 3.0)
        self._log_time(project, date(2026, 2, 10), 2.0)
        self._lock(MARCH)
        periods = project.billing_period_ids.sorted("date_from")
        self.assertEqual(periods[:2].mapped("state"), ["ready", "ready"])
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "X"})],
            }
        )
        billed = self._log_time(project, date(2026, 2, 11), 1.5)
        billed._set_invoice_line(invoice.invoice_line_ids)
        form = Form(
            self.env["timesheet.lock"]
            .with_user(self.user_timesheet_admin)
            .with_context(
                active_model="hr.employee",
                active_ids=self.consultant.ids,
                timesheet_unlock=True,
            ),
            view="invoicing_cycle.timesheet_unlock_view_form",
        )
        self.assertEqual(form.locked_until, FEBRUARY)
        form.locked_until = JANUARY
        text = str(form.unlock_consequences)
        self.assertIn(periods[1].display_name, text)
        self.assertNotIn(periods[0].display_name, text)
        self.assertIn("Draft Invoice", text)
        self.assertIn("1.50", text)
        form.reason = "Reason"
        form.save().action_unlock()
        self.assertEqual(periods[:2].mapped("state"), ["ready", "pending"])
        self.assertEqual(billed.approval_state, "approved")

    def test_unlock_consequences_hidden(self):
        self._lock(FEBRUARY)
        wizard = self._wizard(self.user_consultant)
        self.assertFalse(wizard.unlock_consequences)

    # ------------------------------------------------------------------ speed

    def _count_queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_query_count(self):
        """Locking and unlocking twice the people costs as many queries."""
        project = self._create_project()
        people = self.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(40)]
        )
        for person in people:
            self._log_time(project, date(2026, 2, 10), employee=person)
        groups = people[:10], people[10:20], people[20:40]
        for name, user, values in (
            ("lock", self.user_approver, {"locked_until": FEBRUARY}),
            ("unlock", self.user_timesheet_admin, {"reason": "Reason"}),
        ):
            counts = []
            for group in groups:
                wizard = self._wizard(user, group, **values)
                action = getattr(wizard, f"action_{name}")
                counts.append(self._count_queries(action))
            with self.subTest(action=name):
                self.assertEqual(counts[1], counts[2])
