from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.autopilot import AutopilotCommon


@tagged("post_install", "-at_install")
class TestAutopilotRights(AutopilotCommon):
    """It may what its user may; whoever switches it on may do the same by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period = cls._create_period("Harbour")
        cls.project = cls.period.project_id
        cls.user_biller = cls._new_user(
            "biller",
            "invoicing_cycle.group_invoicing_cycle_manager,project.group_project_user",
        )

    def _choose(self, user, level, project=None):
        (project or self.project).with_user(user).write({"billing_autopilot": level})

    # -------------------------------------------------------------- its user

    def test_user_must_bill(self):
        for user, reason in (
            (self.user_manager, "may not confirm invoices"),
            (self.user_biller, "may not confirm invoices"),
            (self.env.ref("base.user_root"), "archived"),
        ):
            with self.assertRaisesRegex(ValidationError, reason):
                self._switch("draft", user=user)
        stranger = self._new_user("stranger", "account.group_account_invoice")
        company = self._create_company()
        with self.assertRaisesRegex(ValidationError, "has no access to Second"):
            self._switch("draft", company, stranger)

    def _settings(self, **values):
        settings = self.env["res.config.settings"].create(values)
        settings.execute()

    def test_settings_need_a_user(self):
        self.company.billing_autopilot_user_id = False
        with self.assertRaisesRegex(ValidationError, "acts as nobody"):
            self._settings(billing_autopilot="draft")
        for values in (
            {
                "billing_autopilot": "draft",
                "billing_autopilot_user_id": self.user_accountant.id,
            },
            {"billing_autopilot_user_id": False, "billing_autopilot": "nothing"},
        ):
            self._settings(**values)
            self.assertEqual(
                self.company.billing_autopilot, values["billing_autopilot"]
            )

    def _assertIdle(self, reason):
        self._night()
        self.assertFalse(self.period.invoice_line_ids)
        self.assertFalse(self.env["billing.run"].search([]))
        overview = self._overview(self.user_biller)
        self.assertEqual(len(overview["obstacles"]), 1)
        self.assertIn(reason, overview["obstacles"][0])

    def test_user_has_left(self):
        self._switch("confirm")
        self.user_accountant.active = False
        self._assertIdle("is archived")

    def test_user_has_lost_the_role(self):
        self._switch("confirm")
        self.user_accountant.group_ids = [
            Command.set(self.env.ref("base.group_user").ids)
        ]
        self._assertIdle("may not confirm invoices")

    def test_user_loses_the_role_in_between(self):
        """Asked again for each chunk, as who it acts as."""
        self._switch("confirm")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.user_accountant.active = False
        self._night()
        self.assertFalse(self.period.invoice_line_ids)

    def test_nothing_beyond_the_user(self):
        """No superuser: what the user may not write stays."""
        self._switch("confirm")
        rule = {
            "name": "Not these",
            "model_id": self.env["ir.model"]._get_id("account.move"),
            "domain_force": [("move_type", "!=", "out_invoice")],
            "perm_read": False,
            "perm_create": False,
            "perm_unlink": False,
        }
        self.env["ir.rule"].create(rule)
        self._night()
        self.assertFalse(
            self.period.invoice_line_ids.move_id.filtered(
                lambda move: move.state == "posted"
            )
        )
        self.assertTrue(self.period.autopilot_needs_person)

    # ------------------------------------------------------------- its level

    def test_who_switches_a_project(self):
        for level in ("draft", "confirm", "send"):
            with self.assertRaises(AccessError):
                self._choose(self.user_manager, level)
            self._choose(self.user_accountant, level)
            self.assertEqual(self.project.billing_autopilot, level)
        self._choose(self.user_biller, "draft")
        for level in ("confirm", "send"):
            with self.assertRaisesRegex(AccessError, "by hand"):
                self._choose(self.user_biller, level)
        # To stop it is for whoever may set the schedule.
        self._choose(self.user_manager, "nothing")
        self.assertEqual(self.project.billing_autopilot, "nothing")
        with self.assertRaises(AccessError):
            self._choose(self.user_consultant, "nothing")

    def test_back_to_what_the_company_says(self):
        self._choose(self.user_manager, "nothing")
        self._choose(self.user_manager, False)
        self._choose(self.user_manager, "nothing")
        self._switch("send")
        with self.assertRaises(AccessError):
            self._choose(self.user_manager, False)
        self._choose(self.user_accountant, False)

    def test_project_administrators_too(self):
        administrator = self._new_user("administrator", "project.group_project_manager")
        Project = self.env["project.project"].with_user(administrator)
        with self.assertRaises(AccessError):
            self._choose(administrator, "send")
        with self.assertRaises(AccessError):
            self.project.with_user(administrator).sudo().billing_autopilot = "send"
        values = {
            "name": "New",
            "allow_billable": True,
            "allow_timesheets": False,
            "company_id": self.company.id,
            "billing_frequency": "monthly",
            "billing_start_date": "2026-01-01",
        }
        with self.assertRaises(AccessError):
            Project.create({**values, "billing_autopilot": "send"})
        with self.assertRaises(AccessError):
            Project.with_context(default_billing_autopilot="send").create(values)
        self.assertFalse(Project.create(values).billing_autopilot)

    def test_copy_starts_anew(self):
        self._choose(self.user_accountant, "send")
        self.assertFalse(self.project.copy().billing_autopilot)

    def test_project_needs_a_user_to_act_as(self):
        self.company.billing_autopilot_user_id = False
        with self.assertRaisesRegex(ValidationError, "acts as nobody"):
            self._choose(self.user_accountant, "draft")
        self._choose(self.user_accountant, "nothing")

    def test_form(self):
        view = "invoicing_cycle.project_project_view_form_billing"
        with Form(self.project.with_user(self.user_accountant), view) as form:
            form.billing_autopilot = "confirm"
        self.assertEqual(self.project.billing_autopilot, "confirm")
