from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon


@tagged("post_install", "-at_install")
class TestDialogLines(MultiCompanyCommon):
    """What is named by lines, by the form above, and by what was selected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_b.company_id = cls.company_b
        cls.secret = cls.period_b.timesheet_ids
        cls.own = cls.period.timesheet_ids
        cls.biller = cls._new_user(
            "biller",
            "account.group_account_invoice,sales_team.group_sale_manager,"
            "hr_timesheet.group_timesheet_manager",
        )

    def _onchange(self, model, values, names=(), **context):
        spec = {
            name: {"fields": {"display_name": {}}} if field.relational else {}
            for name, field in self.env[model]._fields.items()
        }
        return self.rpc(
            self.biller,
            self.env[model],
            "onchange",
            values,
            list(names),
            spec,
            context=context,
        )

    def test_lines_are_asked_like_their_dialog(self):
        Decision = self.env["timesheet.billing.decision"]
        entry = {"entry_id": self.secret.id}
        for command in (
            [0, 0, entry],
            [0, "virtual_1", {"entry_id": {"id": self.secret.id}}],
            [1, "virtual_1", entry],
        ):
            with self.subTest(command), self.assertRaises(AccessError):
                self._onchange(Decision._name, {"line_ids": [command]}, ["line_ids"])
        with self.assertRaises(AccessError):
            self.rpc(self.biller, Decision, "create", {"line_ids": [[0, 0, entry]]})
        own = self.rpc(
            self.biller,
            Decision,
            "create",
            {"line_ids": [[0, 0, {"entry_id": self.own.id}]]},
        )
        decision = Decision.browse(own)
        for commands in (
            [[0, 0, entry]],
            [[1, decision.line_ids.id, entry]],
        ):
            with self.subTest(commands), self.assertRaises(AccessError):
                self.rpc(self.biller, decision, "write", {"line_ids": commands})
        self.assertEqual(decision.line_ids.entry_id, self.own)
        with self.assertRaises(AccessError):
            self.rpc(self.biller, decision.line_ids, "write", entry)
        with self.assertRaises(AccessError):
            self.rpc(
                self.biller, decision.line_ids, "web_save", entry, {"description": {}}
            )

    def test_new_records_on_a_line_name_nothing_foreign(self):
        """No dialog works out what a project of somebody else's order is like."""
        line = self.order_b.order_line[:1].id
        with self.assertRaises(AccessError):
            self._onchange(
                "project.billing.schedule",
                {"project_ids": [[0, 0, {"name": "x", "sale_line_id": line}]]},
                ["project_ids"],
            )

    def test_the_form_above_is_asked(self):
        with self.assertRaises(AccessError):
            self._onchange(
                "account.move.freeform.line",
                {"freeform_id": {"id": False, "project_id": self.project_b.id}},
                ["freeform_id"],
            )

    def test_lines_of_somebody_elses_dialog(self):
        Freeform = self.env["account.move.freeform"]
        theirs = Freeform.with_user(self.user_accountant).create(
            {
                "project_id": self.project.id,
                "line_ids": [Command.create({"name": "Secret"})],
            }
        )
        for values in (
            {"line_ids": [[4, theirs.line_ids.id]]},
            {"line_ids": [[6, 0, theirs.line_ids.ids]]},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self._onchange(Freeform._name, values, ["line_ids"])

    def test_what_was_selected_is_asked(self):
        invoice = self.env["account.move"].browse(
            self.period_b._generate_invoices("x").made
        )
        invoice.action_post()
        for model, opened_from in (
            ("timesheet.billing.decision", self.secret),
            ("timesheet.send.back", self.secret),
            ("timesheet.lock", self.consultant_b),
            ("account.move.mark.sent", invoice),
            ("account.move.unsend", invoice),
            ("account.move.freeform", invoice),
            ("account.move.freeform", self.project_b),
            ("account.move.freeform", self.period_b),
            ("account.move.reversal", invoice),
            ("project.billing.proof", self.project_b),
            ("project.billing.proof", self.period_b),
            ("project.billing.schedule", self.project_b),
            ("project.billing.period.reason", self.period_b),
        ):
            context = {
                "active_model": opened_from._name,
                "active_ids": opened_from.ids,
                "active_id": opened_from.id,
            }
            with self.subTest(model, source=opened_from._name):
                with self.assertRaises(AccessError):
                    self._onchange(model, {}, **context)
                with self.assertRaises(AccessError):
                    self.env[model].with_user(self.biller).with_context(
                        **context
                    ).sudo().default_get(list(self.env[model]._fields))

    def test_what_is_ones_own_is_worked_out(self):
        result = self._onchange(
            "project.billing.sale.order",
            {"project_id": self.project.id, "product_id": self.product_hours.id},
            ["project_id", "product_id"],
        )
        self.assertEqual(result["value"]["partner_id"]["id"], self.partner.id)
        self.assertEqual(result["value"]["price_unit"], 100.0)

    def test_any_number_of_lines_in_a_fixed_number_of_queries(self):
        entries = self.own
        for day in range(1, 21):
            entries |= self._log_time(self.project, date(2026, 1, day))
        Decision = self.env["timesheet.billing.decision"].with_user(self.biller)
        counts = []
        for some in (entries[:1], entries[:2], entries):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Decision._check_named(
                [{"line_ids": [Command.create({"entry_id": e}) for e in some.ids]}]
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])
