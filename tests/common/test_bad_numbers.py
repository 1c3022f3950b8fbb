import json
from uuid import uuid4

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .bad_values import BadValuesCommon

NAN, INFINITY = float("nan"), float("inf")
#: No number that is billed.
NO_NUMBERS = (NAN, INFINITY, -INFINITY, 1e308, "NaN", "inf", "abc", [1], {"a": 1})


@tagged("post_install", "-at_install")
class TestBadNumbers(BadValuesCommon):
    """Numbers and ids of the wrong kind are refused in words that a client can show."""

    def test_hours_and_costs_of_entries(self):
        project = self.foreign_project
        values = {"project_id": project.id, "name": "x", "date": "2026-03-03"}
        for number in NO_NUMBERS:
            self.assertRefused(
                self.user_consultant,
                self.env["account.analytic.line"],
                "create",
                {**values, "unit_amount": number},
                text="no value of",
            )
            for name in ("unit_amount", "amount"):
                for method, *rest in (("write",), ("web_save", {})):
                    self.assertRefused(
                        self.user_timesheet_admin,
                        self.entry,
                        method,
                        {name: number},
                        *rest,
                        text="no value of",
                    )
        self.assertEqual(self.entry.unit_amount, 2.0)

    def test_numbers_of_projects_and_periods(self):
        fields = (
            (self.project, "billing_expense_markup"),
            (self.project, "billing_retainer_hours"),
            (self.project, "billing_invoice_delay"),
            (self.february, "fixed_amount"),
            (self.february, "fixed_share"),
        )
        for record, name in fields:
            before = record[name]
            for number in NO_NUMBERS:
                self.assertRefused(
                    self.user_accountant,
                    record,
                    "write",
                    {name: number},
                    text="no value of|Enter a whole number",
                )
            self.assertEqual(record[name], before)

    def test_numbers_in_commands(self):
        project = self.project
        for name, values in (
            ("billing_period_ids", {"fixed_amount": NAN}),
            ("timesheet_ids", {"unit_amount": INFINITY}),
        ):
            record = project[name][:1]
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                project.write({name: [Command.update(record.id, values)]})

    def test_commands_that_are_none(self):
        project = self._create_custom_project()
        period = project.billing_period_ids
        for commands in (
            [[5]],
            [5],
            ["abc"],
            "abc",
            5,
            [[]],
            [[0, 0]],
            [[0, 0, "abc"]],
            [[1, period.id]],
            [[1, "abc", {}]],
            [[2, [period.id]]],
            [[7, 0, 0]],
        ):
            self.assertRefused(
                self.user_pm,
                project,
                "write",
                {"billing_period_ids": commands},
                text="one by one",
            )
        self.assertEqual(project.billing_period_ids, period)

    def test_periods_of_several_projects(self):
        self.assertRefused(
            self.user_accountant,
            self.project | self.sold_project,
            "write",
            {"billing_period_ids": [[2, self.period.id]]},
            text="one record",
        )

    def test_numbers_of_dialogs(self):
        for number in NO_NUMBERS:
            line = {"name": "x", "price_unit": number}
            self.assertRefused(
                self.user_accountant,
                self.env["account.move.freeform"],
                "create",
                {"partner_id": self.partner.id, "line_ids": [[0, 0, line]]},
                text="no value of",
            )
            self.assertRefused(
                self.user_salesperson,
                self.env["project.billing.sale.order"],
                "create",
                {"project_id": self.project.id, "price_unit": number},
                text="no value of",
            )
            self.assertRefused(
                self.user_accountant,
                self.env["account.move.freeform.line"],
                "onchange",
                {"quantity": number},
                ["quantity"],
                {"quantity": {}},
                text="no value of",
            )

    def test_numbers_of_an_import(self):
        project = self.foreign_project
        xmlid = f"__import__.project_{uuid4().hex}"
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": xmlid.split(".")[1],
                "model": project._name,
                "res_id": project.id,
            }
        )
        for text in ("NaN", "inf", "1e308"):
            result = self.rpc(
                self.user_timesheet_admin,
                self.env["account.analytic.line"],
                "load",
                ["project_id/id", "date", "name", "unit_amount"],
                [[xmlid, "2026-03-03", "Imported", text]],
            )
            self.assertFalse(result["ids"], text)
            self.assertIn("no value of", json.dumps(result["messages"], default=str))

    def test_links_that_are_no_id(self):
        for value in ("abc", [1], 1.5, 2**63, True, {}, {"a": 1}, 0, -1):
            for name in ("project_id", "task_id", "employee_id", "so_line"):
                self.assertRefused(
                    self.user_timesheet_admin,
                    self.entry,
                    "write",
                    {name: value},
                    text="no value of",
                )
            for name in ("billing_owner_id", "billing_retainer_line_id", "user_id"):
                self.assertRefused(
                    self.user_accountant,
                    self.project,
                    "write",
                    {name: value},
                    text="no value of",
                )

    def test_good_numbers_pass(self):
        self.rpc(
            self.user_timesheet_admin,
            self.entry,
            "write",
            {"unit_amount": 1.5, "amount": -60.0},
        )
        self.assertEqual(self.entry.unit_amount, 1.5)
        self.rpc(
            self.user_accountant, self.project, "write", {"billing_expense_markup": "5"}
        )
        self.assertEqual(self.project.billing_expense_markup, 5.0)
