import inspect
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_security import (
    BILLING_MODELS,
    JANUARY,
    TIMESHEET_MODELS,
    SecurityCommon,
)

OPERATIONS = ("read", "write", "create", "unlink")
PACKAGE = "odoo.addons.invoicing_cycle."
#: Public methods that give nothing away and change nothing, whoever calls them.
HARMLESS = {
    # Dialogs and forms, where the rights are checked.
    "account.move.action_open_unsend",
    "project.project.action_open_billing_form",
    # Approves what waits for the caller, which may be nothing.
    "project.project.action_approve_timesheets",
}


@tagged("post_install", "-at_install")
class TestSecurityModels(SecurityCommon):
    """Models and public methods of the add-on, from outside."""

    def test_strangers_have_no_access_to_billing_models(self):
        for user in self.strangers:
            for name in BILLING_MODELS:
                model = self.env(user=user.id)[name]
                granted = [op for op in OPERATIONS if model.has_access(op)]
                self.assertFalse(granted, f"{user.login} on {name}")

    def test_every_model_of_the_add_on_is_known_here(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "invoicing_cycle" and not model._abstract
        }
        self.assertEqual(models - TIMESHEET_MODELS, set(BILLING_MODELS))

    def _get_public_methods(self):
        """(record, method name, arguments) of all that the add-on opens to RPC."""
        records = {
            "project.billing.period": self.foreign_period,
            "project.billing.period.required": self.foreign_period.required_ids,
            "project.project": self.foreign_project,
            "account.analytic.line": self.foreign_period.timesheet_ids,
            "account.move": self.sold_period.action_generate_invoices()
            and self.sold_period.invoice_ids,
            **{
                name: self.env[name].create(values)
                for name, values in self._get_dialogs().items()
            },
        }
        for model_name in {*records, *BILLING_MODELS}:
            model = self.env.registry[model_name]
            for name, function in inspect.getmembers(model, inspect.isfunction):
                own = any(
                    name in vars(cls)
                    for cls in model.mro()
                    if cls.__module__.startswith(PACKAGE)
                )
                inherited = any(
                    name in vars(cls)
                    for cls in model.mro()
                    if not cls.__module__.startswith(PACKAGE)
                )
                if not own or inherited or name.startswith("_"):
                    continue
                if getattr(function, "_api_private", False):
                    continue
                arguments = [
                    "to_send" if parameter.name == "section" else "x"
                    for parameter in list(
                        inspect.signature(function).parameters.values()
                    )[1:]
                    if parameter.default is parameter.empty
                ]
                record = records.get(model_name, self.env[model_name])
                yield record, name, arguments

    def test_every_public_method_refuses_strangers(self):
        called = 0
        for record, name, arguments in self._get_public_methods():
            if f"{record._name}.{name}" in HARMLESS:
                continue
            for user in self.user_colleague | self.user_portal | self.user_public:
                with (
                    self.subTest(method=f"{record._name}.{name}", user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, name, *arguments)
                called += 1
        self.assertGreater(called, 30)

    def _get_dialogs(self):
        """Values of a dialog of each kind."""
        return {
            "project.billing.schedule": {"project_ids": self.project.ids},
            "project.billing.proof": {"project_ids": self.project.ids},
            "project.billing.period.reason": {
                "period_ids": self.period.ids,
                "reason": "x",
            },
            "project.billing.sale.order": {
                "project_id": self.project.id,
                "product_id": self.product_hours.id,
                "price_unit": 1.0,
            },
            "account.move.freeform": {"project_id": self.project.id},
            "account.move.unsend": {"reason": "x", "move_ids": []},
            "account.move.refresh": {
                "move_id": self.env["account.move"]
                .create({"move_type": "out_invoice"})
                .id
            },
            "timesheet.lock": {"employee_ids": self.consultant.ids},
            "timesheet.send.back": {"reason": "x"},
            "timesheet.billing.decision": {"reason": "x"},
        }

    def test_dialogs_are_their_authors_own(self):
        # Else somebody could change what a colleague is about to confirm.
        both = self._new_user(
            "everything",
            "account.group_account_invoice,sales_team.group_sale_salesman,"
            "hr_timesheet.group_hr_timesheet_approver",
        )
        other = both.copy({"login": "everything_too", "email": "e2@example.com"})
        for name, values in self._get_dialogs().items():
            wizard_id = self.rpc(both, self.env[name], "create", values)
            wizard = self.env[name].browse(wizard_id)
            self.assertEqual(self.rpc(both, wizard, "read", ["id"])[0]["id"], wizard_id)
            for method, *arguments in (("read", ["create_uid"]), ("write", values)):
                with (
                    self.subTest(model=name, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(other, wizard, method, *arguments)


@tagged("post_install", "-at_install")
class TestSecurityFields(SecurityCommon):
    """Results of actions are not written by hand, by no way and in no context."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_custom_project()
        cls.custom_period = cls.custom.billing_period_ids

    RESULTS = {
        "skip_reason": "x",
        "generate_error": "x",
        "is_supplementary": True,
        "hours": 99.0,
        "late_hours": 99.0,
        "expense_amount": 99.0,
        "amount_to_invoice": 99.0,
        "amount_invoiced": 99.0,
        "state": "sent",
        "is_overdue": True,
        "readiness": {"open": []},
        "open_hours": 1.0,
        "invoice_ids": [Command.clear()],
        "invoice_line_ids": [Command.clear()],
        "timesheet_ids": [Command.clear()],
        "expense_ids": [Command.clear()],
        "expense_line_ids": [Command.clear()],
    }

    def test_results_of_a_period_cannot_be_written(self):
        values = {
            **self.RESULTS,
            "billing_owner_id": self.user_pm.id,
            "partner_id": self.sold_partner.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "project_id": self.foreign_project.id,
        }
        for user in self.user_pm | self.user_accountant:
            for name, value in values.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.period, "write", {name: value})

    def test_results_of_a_period_cannot_be_created(self):
        day = {"date_from": "2026-05-01", "date_to": "2026-05-31"}
        for name, value in self.RESULTS.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(
                    self.user_pm,
                    self.period,
                    "create",
                    {"project_id": self.custom.id, **day, name: value},
                )

    def test_defaults_of_the_context_fill_no_result(self):
        context = {f"default_{name}": value for name, value in self.RESULTS.items()}
        user = self._new_user(
            "sees_all_fields",
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_user",
        )
        period_id = self.rpc(
            user,
            self.period,
            "create",
            {
                "project_id": self.custom.id,
                "date_from": "2026-05-01",
                "date_to": "2026-05-31",
            },
            context={
                **context,
                "default_company_id": self.env["res.company"].create({"name": "X"}).id,
                "default_timesheet_ids": [
                    Command.link(self.foreign_period.timesheet_ids[:1].id)
                ],
            },
        )
        period = self.period.browse(period_id)
        self.assertEqual(period.state, "upcoming")
        self.assertFalse(period.skip_reason)
        self.assertFalse(period.generate_error)
        self.assertFalse(period.is_supplementary)
        self.assertFalse(period.hours)
        self.assertFalse(period.amount_to_invoice)
        self.assertEqual(period.company_id, self.company)
        self.assertTrue(self.foreign_period.timesheet_ids)

    def test_dates_follow_the_schedule_unless_custom(self):
        for values in ({"date_from": "2026-01-10"}, {"date_to": "2026-01-20"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.rpc(self.user_pm, self.period, "write", values)
        self.rpc(self.user_pm, self.custom_period, "write", {"date_to": "2026-03-20"})
        self.assertEqual(self.custom_period.date_to, date(2026, 3, 20))

    def test_only_custom_periods_are_entered_and_deleted_by_hand(self):
        with self.assertRaises(UserError):
            self.rpc(
                self.user_accountant,
                self.period,
                "create",
                {
                    "project_id": self.project.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                },
            )
        with self.assertRaises(UserError):
            self.rpc(self.user_accountant, self.period, "unlink")
        self.rpc(self.user_pm, self.custom_period, "unlink")
        self.assertFalse(self.custom_period.exists())

    def test_closed_periods_keep_their_amount(self):
        self.custom_period.write(
            {"fixed_amount": 500.0, "sale_line_id": self.custom.sale_line_id.id}
        )
        self.custom_period.action_skip("x")
        for values in (
            {"fixed_amount": 1.0},
            {"sale_line_id": False},
            {"invoice_date": "2026-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.rpc(self.user_pm, self.custom_period, "write", values)

    def test_fixed_amount_is_billed_to_the_projects_customer(self):
        with self.assertRaises(ValidationError):
            self.rpc(
                self.user_pm,
                self.custom_period,
                "write",
                {"sale_line_id": self.sold_project.sale_line_id.id},
            )

    def test_ledger_of_time_cannot_be_written(self):
        entry = self._log_time(self.project, date(2026, 2, 10), 1.0)
        line = self.env["account.move.line"].search([], limit=1)
        for user in self.user_consultant | self.user_timesheet_admin:
            for name, value in {
                "billing_period_id": self.foreign_period.id,
                "invoice_line_id": line.id,
                "timesheet_invoice_id": line.move_id.id,
                "approved_by_id": user.id,
                "approved_on": "2026-01-01 00:00:00",
                "approval_key": "x",
                "sent_back": True,
                "sent_back_reason": "x",
            }.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, entry, "write", {name: value})

    def test_lock_cannot_be_written(self):
        for user in self.user_timesheet_admin | self.env.ref("base.user_admin"):
            with self.assertRaises(AccessError):
                self.rpc(
                    user,
                    self.consultant,
                    "write",
                    {"timesheet_locked_until": "2030-01-01"},
                )
        employee_id = self.rpc(
            self.env.ref("base.user_admin"),
            self.consultant,
            "create",
            {"name": "New"},
            context={"default_timesheet_locked_until": "2030-01-01"},
        )
        self.assertFalse(self.consultant.browse(employee_id).timesheet_locked_until)

    def _get_invoice(self):
        self.period.action_generate_invoices()
        return self.period.invoice_ids

    def test_ledger_of_invoice_lines_cannot_be_written(self):
        invoice = self._get_invoice()
        line = invoice.invoice_line_ids
        entry = line.timesheet_entry_ids
        for name, value in {
            "billing_period_id": self.foreign_period.id,
            "quantity_made": 0.0,
            "credited_line_id": line.id,
            "credit_line_ids": [Command.link(line.id)],
            "recreated_line_id": line.id,
            "released_entry_ids": [Command.clear()],
            "credited_entry_ids": [Command.clear()],
            "timesheet_entry_ids": [Command.clear()],
        }.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(self.user_accountant, line, "write", {name: value})
            with self.subTest(command=name), self.assertRaises(AccessError):
                self.rpc(
                    self.user_accountant,
                    invoice,
                    "write",
                    {"invoice_line_ids": [Command.update(line.id, {name: value})]},
                )
        self.assertEqual(entry.invoice_line_id, line)

    def test_defaults_of_the_context_fill_no_ledger(self):
        invoice_id = self.rpc(
            self.user_accountant,
            self.env["account.move"],
            "create",
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            },
            context={
                "default_billing_period_id": self.period.id,
                "default_quantity_made": 7.0,
                "default_timesheet_entry_ids": [
                    Command.link(self.period.timesheet_ids[:1].id)
                ],
                "default_released_entry_ids": [
                    Command.link(self.period.timesheet_ids[:1].id)
                ],
                "default_sent_on": "2026-01-01 00:00:00",
            },
        )
        invoice = self.env["account.move"].browse(invoice_id)
        line = invoice.invoice_line_ids
        self.assertFalse(line.billing_period_id)
        self.assertFalse(line.quantity_made)
        self.assertFalse(line.timesheet_entry_ids)
        self.assertFalse(line.released_entry_ids)
        self.assertFalse(invoice.sent_on)
        self.assertEqual(self.period.state, "ready")

    def test_a_copy_credits_nothing_whatever_the_context(self):
        invoice = self._get_invoice()
        invoice.action_post()
        with self.assertRaises(ValidationError):
            copy_id = self.rpc(
                self.user_accountant,
                invoice,
                "copy",
                context={"move_reverse_cancel": True, "include_business_fields": True},
            )
            copy = invoice.browse(copy_id)
            copy.invoice_date = date(2026, 3, 10)
            copy.action_post()
        self.assertEqual(self.period.state, "to_send")

    def test_the_link_of_an_expense_cannot_be_written(self):
        expense = self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": self.consultant.id,
                "total_amount_currency": 10.0,
            }
        )
        for name, value in {
            "billing_period_id": self.foreign_period.id,
            "billing_project_id": self.foreign_project.id,
        }.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(self.user_consultant, expense, "write", {name: value})
        expense_id = self.rpc(
            self.user_consultant,
            expense,
            "create",
            {"name": "Bus", "total_amount_currency": 5.0},
            context={
                "default_billing_period_id": self.foreign_period.id,
                "default_billing_project_id": self.foreign_project.id,
            },
        )
        self.assertFalse(expense.browse(expense_id).billing_period_id)
        self.assertFalse(expense.browse(expense_id).billing_project_id)

    def test_the_link_of_a_sale_line_cannot_be_written(self):
        line = self.sold_project.sale_line_id
        line.order_id.user_id = self.user_salesperson
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_salesperson,
                line,
                "write",
                {"billing_period_id": self.foreign_period.id},
            )

    def test_generating_listens_to_no_default_of_the_context(self):
        journal = self.env["account.journal"].create(
            {"name": "Other", "type": "sale", "code": "OTH"}
        )
        self.rpc(
            self.user_pm,
            self.period,
            "action_generate_invoices",
            context={
                "default_journal_id": journal.id,
                "default_invoice_date": "2020-01-01",
                "default_narration": "forged",
                "default_invoice_user_id": self.user_pm.id,
                "default_billing_origin": "freeform",
                "default_quantity_made": 5.0,
                "default_discount": 50.0,
                "default_sent_on": "2026-01-01 00:00:00",
                "move_reverse_cancel": True,
                "active_test": False,
                "timesheet_start_date": "2030-01-01",
                "skip_invoice_sync": True,
                "check_move_validity": False,
            },
        )
        invoice = self.period.invoice_ids
        self.assertEqual(invoice.state, "draft")
        self.assertNotEqual(invoice.journal_id, journal)
        self.assertFalse(invoice.invoice_date)
        self.assertNotIn("forged", invoice.narration or "")
        self.assertFalse(invoice.sent_on)
        self.assertEqual(invoice.billing_origin, "schedule")
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertEqual(invoice.amount_total, 372.0)
        self.assertEqual(invoice.invoice_line_ids.quantity_made, 3.0)


@tagged("post_install", "-at_install")
class TestSecurityProject(SecurityCommon):
    """Billing people set the schedule of a project, and nothing else on it."""

    SCHEDULE = {
        "billing_frequency": "quarterly",
        "billing_start_date": "2026-01-01",
        "billing_invoice_delay": 5,
        "billing_grouping": "customer",
        "billing_line_detail": "sale_line",
        "billing_unmapped_intended": True,
    }

    def test_schedule_is_set_by_those_who_bill(self):
        for user, project in (
            (self.user_pm, self.project),
            (self.user_salesperson, self.sold_project),
            (self.user_accountant, self.foreign_project),
        ):
            self.rpc(user, project, "write", {**self.SCHEDULE})
            self.assertEqual(project.billing_frequency, "quarterly")
            self.assertEqual(project.billing_invoice_delay, 5)
            self.assertTrue(project.billing_period_ids)

    def test_invoice_owner_sets_the_schedule(self):
        self.foreign_project.billing_owner_id = self.user_both
        self.rpc(self.user_both, self.foreign_project, "write", {**self.SCHEDULE})
        self.assertEqual(self.foreign_project.billing_frequency, "quarterly")

    def test_schedule_of_others_is_refused(self):
        for user in (
            self.user_pm | self.user_both | self.user_salesperson | self.strangers
        ):
            for method in ("write", "web_save"):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    arguments = [{"billing_frequency": "weekly"}]
                    if method == "web_save":
                        arguments.append({})
                    self.rpc(user, self.foreign_project, method, *arguments)
        self.assertEqual(self.foreign_project.billing_frequency, "monthly")

    def test_nothing_else_on_a_project_can_be_written(self):
        values = {
            "name": "x",
            "user_id": self.user_both.id,
            "active": False,
            "allow_billable": False,
            "allow_timesheets": False,
            "company_id": self.company.id,
            "date": "2027-01-01",
            "is_template": True,
            "privacy_visibility": "followers",
            "stage_id": False,
            "description": "x",
            "tag_ids": [Command.create({"name": "x"})],
            "task_ids": [Command.create({"name": "x"})],
            "favorite_user_ids": [Command.clear()],
            "message_follower_ids": [Command.clear()],
            "collaborator_ids": [Command.clear()],
            "sale_line_employee_ids": [Command.clear()],
            "timesheet_ids": [Command.clear()],
            "billing_missing": "x",
            "uninvoiced_hours": 7.0,
            "reinvoiced_sale_order_id": False,
            "account_id": False,
            "last_update_status": "done",
        }
        for user, project in (
            (self.user_pm, self.project),
            (self.user_accountant, self.project),
            (self.user_salesperson, self.sold_project),
        ):
            for name, value in values.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(
                        user,
                        project,
                        "write",
                        {"billing_invoice_delay": 3, name: value},
                    )
                self.assertFalse(project.billing_invoice_delay)

    def test_projects_are_not_created_copied_or_deleted(self):
        for user in self.user_pm | self.user_accountant | self.user_salesperson:
            for method, *arguments in (
                ("create", {"name": "x", "billing_frequency": False}),
                ("copy",),
                ("unlink",),
                ("action_archive",),
            ):
                with (
                    self.subTest(method=method, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.project, method, *arguments)

    def test_billing_rights_are_no_rights_on_the_chatter_or_documents(self):
        project = self.foreign_project
        follower = self.env["res.partner"].create({"name": "Follower"})
        project.message_subscribe(follower.ids)
        message = project.message_post(body="Keep me", message_type="comment")
        attachment = self.env["ir.attachment"].create(
            {"name": "offer.txt", "raw": b"x", "res_model": project._name}
            | {"res_id": project.id}
        )
        attacks = (
            (project, "message_unsubscribe", [follower.ids]),
            (project, "message_subscribe", [self.partner.ids]),
            (project, "message_post", []),
            (project, "activity_schedule", ["mail.mail_activity_data_todo"]),
            (message, "unlink", []),
            (attachment, "unlink", []),
            (attachment, "write", [{"name": "forged"}]),
        )
        for user in self.user_accountant | self.user_pm | self.user_salesperson:
            for record, method, arguments in attacks:
                if method == "activity_schedule":
                    continue
                with (
                    self.subTest(method=method, on=record._name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, method, *arguments)

    def test_customer_is_chosen_but_not_changed(self):
        missing = self._create_project(
            "No customer", schedule=False, partner_id=False, sale_line_id=False
        )
        self.rpc(
            self.user_accountant, missing, "write", {"partner_id": self.partner.id}
        )
        self.assertEqual(missing.partner_id, self.partner)
        for user, project in (
            (self.user_accountant, self.project),
            (self.user_pm, self.project),
            (self.user_salesperson, self.sold_project),
        ):
            for partner in (self.user_pm.partner_id.id, False):
                with self.assertRaises(AccessError):
                    self.rpc(user, project, "write", {"partner_id": partner})

    def test_sales_order_item_is_chosen_but_not_changed(self):
        missing = self._create_project(
            "No order",
            schedule=False,
            sale_line_id=False,
            user_id=self.user_pm.id,
        )
        draft = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product_hours.id})],
            }
        )
        for line in (self.sold_project.sale_line_id, draft.order_line):
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, missing, "write", {"sale_line_id": line.id})
        self.assertEqual(draft.state, "draft")
        own = self._create_order().order_line
        self.rpc(self.user_pm, missing, "write", {"sale_line_id": own.id})
        self.assertEqual(missing.sale_line_id, own)
        for value in (False, self.project.sale_line_id.id):
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, missing, "write", {"sale_line_id": value})

    def test_invoice_owner_is_a_person_of_the_house(self):
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_pm,
                self.project,
                "write",
                {"billing_owner_id": self.user_portal.id},
            )

    def test_commands_reach_the_projects_own_periods_only(self):
        custom = self._create_custom_project()
        foreign = self.foreign_period
        for command in (
            Command.update(foreign.id, {"fixed_amount": 7.0}),
            Command.delete(foreign.id),
            Command.unlink(foreign.id),
            Command.link(foreign.id),
            Command.set(foreign.ids),
            Command.clear(),
        ):
            for user in self.user_pm | self.user_accountant:
                with (
                    self.subTest(command=command, user=user.login),
                    self.assertRaises(UserError),
                ):
                    self.rpc(user, custom, "write", {"billing_period_ids": [command]})
        self.assertEqual(foreign.project_id, self.foreign_project)
        self.assertFalse(foreign.fixed_amount)

    def test_custom_periods_are_entered_through_the_project(self):
        custom = self._create_custom_project()
        march = custom.billing_period_ids
        self.rpc(
            self.user_pm,
            custom,
            "web_save",
            {
                "billing_period_ids": [
                    Command.update(march.id, {"fixed_amount": 50.0}),
                    Command.create(
                        {"date_from": "2026-04-01", "date_to": "2026-04-30"}
                    ),
                ]
            },
            {},
        )
        self.assertEqual(march.fixed_amount, 50.0)
        self.assertEqual(len(custom.billing_period_ids), 2)
        self.rpc(
            self.user_pm,
            custom,
            "write",
            {"billing_period_ids": [Command.delete(march.id)]},
        )
        self.assertFalse(march.exists())
        for command in (
            Command.create(
                {
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-31",
                    "skip_reason": "x",
                }
            ),
            Command.create(
                {
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-31",
                    "project_id": self.foreign_project.id,
                }
            ),
        ):
            with self.subTest(command=command):
                try:
                    self.rpc(
                        self.user_pm,
                        custom,
                        "write",
                        {"billing_period_ids": [command]},
                    )
                except (AccessError, UserError):
                    continue
                self.assertFalse(
                    self.foreign_project.billing_period_ids.filtered(
                        lambda period: period.date_from == date(2026, 5, 1)
                    ).filtered("create_uid"),
                )

    def test_start_is_proposed_for_own_projects(self):
        arguments = (
            {"billing_frequency": "weekly", "billing_start_date": False},
            ["billing_frequency"],
            {"billing_frequency": {}, "billing_start_date": {}},
        )
        for user, project in (
            (self.user_pm, self.project),
            (self.user_accountant, self.foreign_project),
        ):
            result = self.rpc(user, project, "onchange", *arguments)
            self.assertEqual(result["value"], {"billing_start_date": "2026-03-01"})
        for user in self.user_pm | self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc(user, self.foreign_project, "onchange", *arguments)

    def test_schedule_dialog_takes_no_foreign_projects(self):
        wizard_id = self.rpc(
            self.user_pm,
            self.env["project.billing.schedule"],
            "create",
            {
                "project_ids": [Command.set((self.project | self.foreign_project).ids)],
                "billing_frequency": "weekly",
                "billing_start_date": "2026-01-01",
            },
        )
        wizard = self.env["project.billing.schedule"].browse(wizard_id)
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, wizard, "action_apply")
        self.assertEqual(self.project.billing_frequency, "monthly")

    def test_project_administrators_change_everything(self):
        admin = self._new_user("project_admin", "project.group_project_manager")
        self.rpc(
            admin,
            self.foreign_project,
            "write",
            {"name": "Renamed", "billing_frequency": "weekly"},
        )
        self.assertEqual(self.foreign_project.name, "Renamed")
        self.assertEqual(self.foreign_project.billing_frequency, "weekly")


@tagged("post_install", "-at_install")
class TestSecurityRequired(SecurityCommon):
    """Who must have locked: the invoice owner marks whom nothing is expected of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.february = cls._period(cls.project, date(2026, 2, 15))
        cls.row = cls.february.required_ids

    def test_owner_and_billing_manager_mark_not_expected(self):
        self.assertTrue(self.row)
        for user in self.user_pm | self.user_accountant:
            self.rpc(user, self.row, "write", {"expected": False, "reason": "Leave"})
            self.assertFalse(self.row.expected)
            self.rpc(user, self.row, "write", {"expected": True, "reason": False})

    def test_through_the_period(self):
        command = Command.update(self.row.id, {"expected": False, "reason": "Leave"})
        self.rpc(self.user_pm, self.february, "write", {"required_ids": [command]})
        self.assertFalse(self.row.expected)

    def test_others_do_not(self):
        # The project manager where somebody else owns the invoice, too.
        self.project.billing_owner_id = self.user_both
        for user in self.user_pm | self.user_salesperson | self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc(
                    user, self.row, "write", {"expected": False, "reason": "Leave"}
                )
        self.rpc(self.user_both, self.row, "write", {"expected": False, "reason": "x"})

    def test_rows_are_not_added_removed_or_turned_to_others(self):
        for user in self.user_pm | self.user_accountant:
            for method, *arguments in (
                ("unlink",),
                (
                    "create",
                    {"period_id": self.february.id, "employee_id": self.lead.id},
                ),
                ("write", {"employee_id": self.colleague.id}),
                ("write", {"period_id": self.foreign_period.id}),
                ("write", {"last_work_day": "2020-01-01"}),
            ):
                with (
                    self.subTest(method=method, arguments=arguments, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.row, method, *arguments)
            for command in (
                Command.delete(self.row.id),
                Command.clear(),
                Command.create({"employee_id": self.lead.id}),
            ):
                with self.subTest(command=command), self.assertRaises(AccessError):
                    self.rpc(user, self.february, "write", {"required_ids": [command]})

    def test_foreign_rows_are_out_of_reach_through_an_own_period(self):
        foreign = self._period(self.foreign_project, date(2026, 2, 15)).required_ids
        command = Command.update(foreign.id, {"expected": False, "reason": "x"})
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, self.february, "write", {"required_ids": [command]})

    def test_entry_of_the_day_is_still_made_by_consultants(self):
        # The row of the person appears although consultants may not create rows.
        self.rpc(
            self.user_consultant,
            self.env["account.analytic.line"],
            "create",
            {
                "name": "x",
                "project_id": self._create_project("Fresh").id,
                "date": JANUARY.replace(month=3).isoformat(),
                "unit_amount": 1.0,
            },
        )
