from datetime import date

from freezegun import freeze_time

from odoo.fields import Command

from .base import TODAY, InvoicingCycleCommon

JANUARY = date(2026, 1, 15)


class AccountingCommon(InvoicingCycleCommon):
    """January of projects, invoiced and confirmed by the accountant, who reads no
    timesheets."""

    @classmethod
    def _ready(cls, order, hours=2.0, name="Project", **values):
        """The period of January of a new project, with some locked time of its order.

        :param hours: a number, or one number for each line of the order
        """
        project = cls._create_project(name, order=order, **values)
        hours = hours if isinstance(hours, list) else [hours]
        for line, amount in zip(order.order_line, hours, strict=True):
            cls._log_time(
                project, JANUARY, amount, so_line=line.id, is_so_line_edited=True
            )
        cls._lock(date(2026, 1, 31))
        return cls._period(project, JANUARY)

    def _generate(self, periods):
        periods = periods.with_user(self.user_accountant)
        result = periods._without_caller_context()._generate_invoices()
        self.assertFalse(result.failed + result.skipped)
        return self.env["account.move"].browse(result.made)

    def _confirm(self, invoices, day=None):
        """Confirmed by the accountant, today or on another day."""
        with freeze_time(day or TODAY):
            invoices.with_user(self.user_accountant).action_post()
        return invoices

    @classmethod
    def _create_tax(cls, name, amount, **values):
        return cls.env["account.tax"].create(
            {"name": name, "amount": amount, "type_tax_use": "sale", **values}
        )

    @classmethod
    def _create_fiscal_position(cls, name, original, replacement):
        """A fiscal position that replaces one tax."""
        position = cls.env["account.fiscal.position"].create({"name": name})
        replacement.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(original.ids)],
            }
        )
        return position
