from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .bad_values import BadValuesCommon

NAN, INFINITY = float("nan"), float("inf")
#: No text.
NO_TEXTS = (["x"], {"a": 1}, 5, 1.5, True, NAN)
#: No day, or none that a calendar of cycles reaches.
NO_DAYS = ("9999-12-31", "0001-01-01", "2500-01-01", "2026-02-30", "abc", 5, [1], True)


@tagged("post_install", "-at_install")
class TestBadValues(BadValuesCommon):
    """Values of the wrong kind are refused in words that a client can show."""

    # ---------------------------------------------------------------- domains

    def test_values_that_no_state_has(self):
        user = self.user_manager
        for name, model in (
            ("state", "project.billing.period"),
            ("approval_state", "account.analytic.line"),
        ):
            for operator in ("=", "in", "!=", "not in"):
                for value in (True, 1, 1.5, NAN, 2**63, [1], [True], ["a", None], {}):
                    if value == {} and operator in ("=", "!="):
                        continue  # Odoo refuses that for any field
                    with self.subTest(name=name, operator=operator, value=value):
                        domain = [(name, operator, value), ("id", ">", 0)]
                        found = self.ids_of(user, model, domain)
                        every = self.ids_of(user, model, [("id", ">", 0)])
                        self.assertTrue(every)
                        positive = operator in ("=", "in")
                        self.assertEqual(found, set() if positive else every)

    def test_known_states_are_found_beside_unknown_ones(self):
        found = self.ids_of(
            self.user_pm,
            "project.billing.period",
            [("state", "in", ["ready", 1, "abc"]), ("id", "=", self.period.id)],
        )
        self.assertEqual(found, set(self.period.ids))

    def test_automatic_approval_by_anything(self):
        """It is taken for yes, no or either, and finds all entries of that."""

        def ids_of(operator, value):
            domain = [("approval_automatic", operator, value)]
            return self.ids_of(self.user_manager, "account.analytic.line", domain)

        yes, no = ids_of("=", True), ids_of("=", False)
        self.assertTrue(no)
        self.assertFalse(yes & no)
        for value in (1, "abc", [1, "a"], None, NAN):
            with self.subTest(value=value):
                self.assertIn(ids_of("in", value), (yes, no, yes | no))

    def test_domain_of_the_preview(self):
        Period = self.env["project.billing.period"]
        for domain in ("abc", 5, [5], [["state"]], [None]):
            self.assertRefused(
                self.user_accountant,
                Period,
                "action_preview_invoices",
                domain,
                text="no search domain",
            )

    # ------------------------------------------------------------------ cycle

    def test_days_of_no_cycle(self):
        Period = self.env["project.billing.period"]
        for day in NO_DAYS:
            self.assertRefused(self.user_pm, Period, "get_cycle_overview", day)
            self.assertRefused(self.user_pm, Period, "get_cycle_action", "sent", day)

    def test_days_that_cycles_have(self):
        Period = self.env["project.billing.period"]
        for day, start in (
            ("1950-06-05", "1950-06-01"),
            ("2100-01-31", "2100-01-01"),
            (False, "2026-03-01"),
            (None, "2026-03-01"),
            ("", "2026-03-01"),
        ):
            overview = self.rpc(self.user_pm, Period, "get_cycle_overview", day)
            self.assertEqual(overview["date_from"], start)

    def test_sections_that_are_none(self):
        Period = self.env["project.billing.period"]
        for section in ("abc", "", None, 5, ["sent"], {"sent": 1}, True):
            self.assertRefused(
                self.user_pm, Period, "get_cycle_action", section, text="no section"
            )

    # ------------------------------------------------------------------ texts

    def test_reasons_that_are_no_text(self):
        self.period.action_generate_invoices()
        invoice = self.period.invoice_ids
        invoice.action_post()
        invoice.action_mark_as_sent()
        periods = self.february
        calls = (
            (self.user_pm, periods, "action_skip"),
            (self.user_pm, periods, "action_write_off_late_time"),
            (self.user_accountant, periods, "action_generate_invoices"),
            (self.user_accountant, invoice, "action_undo_mark_as_sent"),
            (self.user_timesheet_admin, self.entry, "action_send_back"),
            (self.user_timesheet_admin, self.entry, "action_withdraw_approval"),
        )
        for user, records, method in calls:
            for reason in NO_TEXTS:
                self.assertRefused(user, records, method, reason, text="no text")
        self.assertTrue(invoice.sent_on)
        self.assertFalse(periods.skip_reason)

    def test_a_reason_keeps_no_zero_character(self):
        self.rpc(self.user_pm, self.february, "action_skip", "Agreed\x00 on ")
        self.assertEqual(self.february.skip_reason, "Agreed on")

    def test_channels_that_are_none(self):
        self.period.action_generate_invoices()
        invoice = self.period.invoice_ids
        invoice.action_post()
        for channel in ("pigeon", "", None, *NO_TEXTS):
            self.assertRefused(
                self.user_accountant,
                invoice,
                "action_mark_as_sent",
                channel,
                text="no way of sending",
            )
        self.assertFalse(invoice.sent_on)

    # -------------------------------------------------------------- decisions

    def _refuse_decision(self, *args, text):
        user, method = self.user_manager, "action_set_billing"
        self.assertRefused(user, self.entry, method, *args, text=text)

    def test_decisions_that_are_none(self):
        for decision in ("abc", "", None, *NO_TEXTS):
            self._refuse_decision(decision, "Because", text="Choose one")
        for reason in NO_TEXTS:
            self._refuse_decision("hold", reason, text="no text")

    def test_hours_that_are_no_part(self):
        for hours in ("NaN", "abc", [1], {"a": 1}, True, 10**400):
            self._refuse_decision("hold", "x", hours, text="no number")
        for hours in (NAN, INFINITY, -INFINITY, 1e308, 1e-9, 1e-5, 0.0, -1.0):
            self._refuse_decision("hold", "x", hours, text="more than 0")
        self.assertFalse(self.entry.part_ids)
        self.assertEqual(self.entry.billing_hours, 2.0)

    def test_days_that_are_none(self):
        """In the form of the settings, which Odoo would answer with an error."""
        settings = self.env["res.config.settings"]
        for value in ("abc", {"a": 1}, [1], "2026-13-45"):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "no day"):
                settings.onchange({"billing_cycle_anchor": value}, [], {})

    def test_least_part(self):
        self.rpc(
            self.user_manager, self.entry, "action_set_billing", "hold", "x", 1 / 60
        )
        self.assertEqual(len(self.entry.part_ids), 1)

    # ------------------------------------------------------- how many records

    def test_none_and_several_where_it_takes_one(self):
        self.period.action_generate_invoices()
        self.sold_period.action_generate_invoices()
        drafts = (self.period | self.sold_period).invoice_ids
        entries = self.foreign_period.timesheet_ids | self.entry
        several = (
            (self.user_accountant, drafts, "action_refresh_draft"),
            (self.user_accountant, drafts, "action_reverse"),
            (
                self.user_pm,
                self.project | self.sold_project,
                "action_open_billing_form",
            ),
            (
                self.user_salesperson,
                self.project | self.sold_project,
                "action_open_sale_order_dialog",
            ),
            (self.user_manager, entries, "action_set_billing", "hold", "x", 1.0),
        )
        for user, records, method, *args in several:
            for some in (records.browse(), records, records.browse([None])):
                self.assertRefused(user, some, method, *args, text="one record")

    def test_dialogs_without_a_record(self):
        dialogs = {
            "account.move.freeform": ("action_create_move",),
            "account.move.refresh": ("action_refresh",),
            "account.move.mark.sent": ("action_mark",),
            "account.move.unsend": ("action_undo",),
            "project.billing.debt": ("action_open_period",),
            "project.billing.period.reason": ("action_confirm",),
            "project.billing.preview": ("action_create_invoices", "action_refresh"),
            "project.billing.preview.line": (
                "action_leave_out",
                "action_take_in",
                "action_view_entries",
            ),
            "project.billing.proof": ("action_prove", "action_print"),
            "project.billing.proof.difference": ("action_open",),
            "project.billing.sale.order": ("action_create_order",),
            "project.billing.schedule": ("action_apply",),
            "timesheet.billing.decision": ("action_decide",),
            "timesheet.lock": ("action_lock", "action_unlock"),
            "timesheet.send.back": ("action_send_back",),
            "validate.account.move": ("action_refresh_drafts",),
        }
        user = self._new_user(
            "all_of_it",
            "account.group_account_invoice,hr_timesheet.group_timesheet_manager,"
            "project.group_project_manager,sales_team.group_sale_manager",
        )
        for model, methods in dialogs.items():
            for method in methods:
                self.assertRefused(
                    user, self.env[model].browse(), method, text="one record"
                )

    def test_forged_ids_of_dialogs(self):
        for ids in ("abc", 5, {"a": 1}, ["a", None], [[1]], NAN, True, [2**63]):
            for model in ("account.move", "project.project", "account.analytic.line"):
                context = {"active_model": model, "active_ids": ids}
                for dialog in (
                    "account.move.freeform",
                    "account.move.mark.sent",
                    "account.move.unsend",
                    "project.billing.period.reason",
                    "project.billing.proof",
                    "project.billing.schedule",
                    "timesheet.billing.decision",
                ):
                    Dialog = self.env[dialog]
                    with self.subTest(ids=ids, model=model, dialog=dialog):
                        defaults = self.rpc(
                            self.user_accountant,
                            Dialog,
                            "default_get",
                            list(Dialog._fields),
                            context=context,
                        )
                        for name, value in defaults.items():
                            if Dialog._fields[name].type == "many2many":
                                self.assertIn(value, ([], [Command.set([])]), name)

    def test_every_model(self):
        """A new model, or new fields on another one, are checked as well."""
        exceptions = {
            "account.analytic.account": "Odoo's fields, read by fewer people",
            "account.bank.statement.line": "has those of its entry",
            "project.billing.rate": "nobody writes it",
            "project.billing.time": "nobody writes it",
            "project.billing.debt": "a view",
            "project.billing.realization": "a view",
            "project.billing.wip": "a view",
            "project.billing.accrual": "a view",
            "project.billing.pace": "a view",
            "project.billing.fixed.work": "a view",
            "res.config.settings": "the company that they go to is asked",
            "timesheet.approval.log": "only actions write it",
            "timesheets.analysis.report": "a view",
        }
        known = {
            name
            for name, model in self.env.registry.items()
            if not model._abstract
            and any(
                field.type in ("float", "integer", "many2one", "monetary")
                and "invoicing_cycle" in field._modules
                and field.name not in MAGIC_COLUMNS
                for field in self.env[name]._fields.values()
            )
        }
        mixin = self.env.registry["billing.values.mixin"]
        checked = {name for name in known if issubclass(self.env.registry[name], mixin)}
        self.assertEqual(known - checked, set(exceptions))
