from datetime import datetime

from odoo.fields import Command

from .schedule import ScheduleCommon, day


class ReadinessCommon(ScheduleCommon):
    """One monthly project and its January, which is due since 31 January 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january, cls.february, cls.march, cls.april = (
            cls._period(cls.project, day(month, 1)) for month in range(1, 5)
        )

    def assertState(self, period, state):
        """The state reads, searches and groups alike."""
        self.assertEqual(period.state, state)
        Period = period.browse()
        found = Period.search([("id", "in", period.ids), ("state", "=", state)])
        self.assertEqual(found, period, "search")
        groups = Period._read_group([("id", "in", period.ids)], ["state"], ["__count"])
        self.assertEqual(groups, [(state, len(period))], "group")

    @classmethod
    def _create_leave(cls, employee, first, last, **values):
        """Leave over whole days of a person (in UTC, as the company works)."""
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": employee.resource_id.id if employee else False,
                "calendar_id": (employee or cls.consultant).resource_calendar_id.id,
                "company_id": cls.company.id,
                "date_from": datetime.combine(first, datetime.min.time()),
                "date_to": datetime.combine(last, datetime.max.time()).replace(
                    microsecond=0
                ),
                "time_type": "leave",
                **values,
            }
        )

    @classmethod
    def _setup_expenses(cls):
        cls.travel = cls.env["product.product"].create(
            {
                "name": "Travel",
                "type": "service",
                "can_be_expensed": True,
                "expense_policy": "cost",
                "invoice_policy": "delivery",
                "supplier_taxes_id": [Command.clear()],
            }
        )
        cls.company.expense_journal_id = cls.env["account.journal"].create(
            {"name": "Expenses", "code": "EXPR", "type": "purchase"}
        )
        cls.consultant.work_contact_id = cls.env["res.partner"].create(
            {"name": "Consultant at home"}
        )

    @classmethod
    def _create_expense(cls, date, amount=100.0, **values):
        """An expense that is re-invoiced on the project's order; a draft."""
        cls.project.sale_order_id.project_id = cls.project
        return cls.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": cls.consultant.id,
                "product_id": cls.travel.id,
                "total_amount_currency": amount,
                "tax_ids": [Command.clear()],
                "date": date,
                "sale_order_id": cls.project.sale_order_id.id,
                **values,
            }
        )

    @classmethod
    def _post_expense(cls, expense):
        expense._do_approve(check=False)
        action = expense.action_post()
        wizard = cls.env[action["res_model"]].browse(action["res_id"])
        wizard.with_context(**action["context"]).action_post_entry()
