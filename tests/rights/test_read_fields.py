from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.security import SecurityCommon

USER = "invoicing_cycle.group_invoicing_cycle_user"
#: Fields with numbers on Odoo's models that all of Role / User are offered: of hours,
#: or of documents whose amounts one reads with the same right.
OPEN_TO_USERS = {
    "account.analytic.line": {
        "billed_as",
        "billed_hours",
        "billing_hours",
        "split_hours",
    },
    "account.move": {"written_down", "written_up"},
    "account.move.line": {
        "billed_hours",
        "credited_made",
        "credited_quantity",
        "discount_made",
        "made_with",
        "price_made",
        "quantity_made",
        "write_up_amount",
        "write_up_quantity",
    },
    "sale.order.line": {
        "billed_quantity",
        "made_quantity",
        "reinvoiced_with",
        "standard_rate",
    },
}
#: Numbers on projects and milestones that billing people are offered, each hidden on
#: the projects of others.
OPEN_TO_BILLING = {
    "project.project": {
        "billing_expense_markup",
        "billing_retainer_amount",
        "billing_retainer_hours",
        "uninvoiced_hours",
    },
    "project.milestone": {"billed_amount"},
}
#: Models of ours that name a person, a task or an entry, and to whom.
NAMING = {
    # Who owes what: persons, with the sum of their hours per period.
    ("project.billing.debt", "employee_id"),
    ("project.billing.period.required", "employee_id"),
    # Accountants choose the entries that a credit note frees.
    ("account.move.reversal.line", "entry_id"),
    # Parts of entries, decisions on them and their log: for those who read the entries.
    ("project.billing.part", "employee_id"),
    ("project.billing.part", "entry_id"),
    ("project.billing.part", "task_id"),
    # What held before: for administrators; a task of the dialog, for who reads it.
    ("project.billing.rate", "employee_id"),
    ("project.billing.rate", "task_id"),
    ("project.billing.rate.change", "task_id"),
    ("timesheet.approval.flow", "employee_ids"),
    ("timesheet.approval.log", "employee_id"),
    ("timesheet.approval.log", "entry_id"),
    ("timesheet.billing.decision.line", "entry_id"),
    ("timesheet.lock", "employee_ids"),
    ("timesheet.send.back", "entry_ids"),
}
#: Groups that may read the timesheets that they see.
TIMESHEETS = ("hr_timesheet.", "base.group_system")


@tagged("post_install", "-at_install")
class TestReadFields(SecurityCommon):
    """A new field is open to somebody on purpose: the tables."""

    def _get_fields(self, own):
        for name, model in self.env.registry.items():
            if model._abstract or (model._original_module == "invoicing_cycle") != own:
                continue
            for field in model._fields.values():
                if field._module == "invoicing_cycle":
                    yield name, field

    def test_numbers(self):
        for groups, table in (
            ("base.group_user", OPEN_TO_USERS),
            (None, {}),
            (USER, OPEN_TO_BILLING),
        ):
            found = {}
            for name, field in self._get_fields(own=False):
                if (
                    field.type in ("float", "monetary", "json")
                    and field.groups == groups
                    and not self.env[name]._transient
                ):
                    found.setdefault(name, set()).add(field.name)
            self.assertEqual(found, table, groups)

    def test_billing_numbers_are_hidden_row_by_row(self):
        for name, fields in OPEN_TO_BILLING.items():
            self.assertLessEqual(fields, self.env[name]._confidential_fields)

    def test_confidential_fields_are_not_for_everybody(self):
        """The mixin hides values of rows: who reads the field at all is its group."""
        for name, model in self.env.registry.items():
            for field_name in getattr(model, "_confidential_fields", ()):
                field = model._fields[field_name]
                self.assertNotIn("base.group_user", field.groups, f"{name}.{field}")

    def test_persons_tasks_and_entries(self):
        named = {
            (name, field.name)
            for name, field in self._get_fields(own=True)
            if field.relational
            and field.comodel_name
            in ("account.analytic.line", "hr.employee", "project.task")
            and not (field.groups or "").startswith(TIMESHEETS)
        }
        self.assertEqual(named, NAMING)

    def test_entries_of_invoice_lines(self):
        """The lines of an invoice do not lead to the time that they bill."""
        self.period.action_generate_invoices()
        line = self.period.invoice_ids.invoice_line_ids
        entries = line.timesheet_entry_ids
        self.assertTrue(entries)
        line.sudo().write({"released_entry_ids": [(4, entries.id)]})
        user = self.user_accountant
        names = ("timesheet_entry_ids", "released_entry_ids", "credited_entry_ids")
        values = self.values(user, line, *names)
        for name in names:
            self.assertEqual(values[name], [], name)
            for condition in (
                (f"{name}.employee_id", "=", self.consultant.id),
                (f"{name}.date", ">", "2000-01-01"),
                (f"{name}.name", "ilike", "Work"),
            ):
                domain = [("id", "=", line.id), condition]
                try:
                    found = self.rpc(user, line, "search", domain)
                except AccessError:
                    continue
                self.assertFalse(found, condition)
            user.group_ids |= self.env.ref("base.group_allow_export")
            try:
                data = self.rpc(user, line, "export_data", [f"{name}/date"])["datas"]
            except AccessError:
                continue
            self.assertFalse(any(data[0]), name)

    def test_preview_items_tell_no_persons(self):
        """Sums by sales order item, not entries, whatever lines the invoice gets."""
        self.project.billing_line_detail = "entry"
        item = self.env["project.billing.preview.item"]
        self.assertFalse(
            {
                field.name
                for field in item._fields.values()
                if field.relational
                and field.comodel_name
                in ("account.analytic.line", "hr.employee", "project.task")
            }
        )
