from datetime import date

from odoo.fields import Command

from .base import InvoicingCycleCommon
from .stock import StockInvoiceMixin


class BeyondHoursCommon(StockInvoiceMixin, InvoicingCycleCommon):
    """Billing beyond hours: milestones, down payments, caps, retainers."""

    @classmethod
    def _setup_products(cls):
        super()._setup_products()
        cls.product_milestones = cls.env["product.product"].create(
            {
                "name": "Fixed price by milestones",
                "type": "service",
                "list_price": 10000.0,
                "service_policy": "delivered_milestones",
                "taxes_id": [Command.set(cls.tax.ids)],
            }
        )

    @classmethod
    def _generate(cls, periods, user=None):
        """Generate as the billing manager; the invoices as the superuser."""
        periods.with_user(user or cls.user_accountant).action_generate_invoices()
        return periods.sudo().invoice_line_ids.move_id

    @classmethod
    def _reverse(cls, invoice, method="refund_moves"):
        """Credit an invoice by Odoo's dialog, as the accountant."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_user(cls.user_accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-10"})
        )
        getattr(wizard, method)()
        return wizard.sudo().new_move_ids

    @classmethod
    def _create_milestones(cls, project, sale_line, shares, **values):
        """Milestones M1, M2, ... of a project, none reached."""
        return cls.env["project.milestone"].create(
            [
                {
                    "name": f"M{number}",
                    "project_id": project.id,
                    "sale_line_id": sale_line.id,
                    "quantity_percentage": share,
                    "sequence": number,
                    **values,
                }
                for number, share in enumerate(shares, start=1)
            ]
        )

    @classmethod
    def _reach(cls, milestones, day=date(2026, 1, 20)):
        """Reached by the project manager; on another day than that of the click."""
        milestones.with_user(cls.user_manager).is_reached = True
        milestones.sudo().reached_date = day
        cls.env.flush_all()
