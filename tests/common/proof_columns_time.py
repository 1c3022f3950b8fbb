from datetime import date

from odoo.fields import Command

from .base import InvoicingCycleCommon
from .proof_columns import ProofColumnsMixin

JANUARY = date(2026, 1, 5)
FEBRUARY = date(2026, 2, 5)


class ProofColumnsOfTimeCommon(ProofColumnsMixin, InvoicingCycleCommon):
    """Time that is billed, waits, or is on a draft.

    ``billed`` is on a posted invoice, ``waiting`` waits in February with a part held,
    ``drafted`` is on a draft with a line by person; ``other`` is a project on the same
    order with an invoice of its own, which was sent.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 150.0})
        ]
        cls.item, cls.other_item = order.order_line
        cls.other_order = cls._create_order()
        cls.project = cls._create_project("One", order=order)
        cls.other = cls._create_project("Two", order=order)
        cls.third = cls._create_project("Three", order=order, schedule=False)
        fourth = cls._create_project(
            "Four", order=order, billing_line_detail="employee"
        )
        cls.projects = cls.project | cls.other | fourth
        cls.billed = cls._log_time(cls.project, JANUARY, 2.0)
        cls.waiting = cls._log_time(cls.project, FEBRUARY, 1.0, cls.colleague)
        cls.part = cls.waiting._split_off(0.25, {"billing_hold": "hold"})
        other = cls._log_time(
            cls.other,
            JANUARY,
            3.0,
            cls.lead,
            so_line=cls.other_item.id,
            is_so_line_edited=True,
        )
        same_item = cls._log_time(cls.other, JANUARY, 4.0, cls.lead)
        cls._lock(date(2026, 2, 28), cls.consultant | cls.colleague | cls.lead)
        periods = cls._period(cls.project, JANUARY) | cls._period(cls.other, JANUARY)
        periods._generate_invoices("Because")
        cls.line = cls.billed.invoice_line_id
        cls.other_line = other.invoice_line_id
        cls.same_item_line = same_item.invoice_line_id
        (cls.line | cls.other_line).move_id.action_post()
        cls._log_time(cls.other, FEBRUARY, 1.0, cls.lead)
        february = cls._period(cls.other, FEBRUARY)
        cls.cancelled = cls.env["account.move"].browse(
            february._generate_invoices("Because").made
        )
        cls.cancelled.button_cancel()
        cls.drafted = cls._log_time(fourth, JANUARY, 6.0, cls.lead)
        cls._period(fourth, JANUARY)._generate_invoices("Because")
        cls.sent = cls.other_line.move_id
        cls.sent.action_mark_as_sent("post")
        cls.product_goods, cls.product_alike = cls.env["product.product"].create(
            [
                {"name": "Goods", "type": "consu"},
                {
                    "name": "Consulting of another kind",
                    "type": "service",
                    "service_policy": "delivered_timesheet",
                },
            ]
        )
        cls.currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", cls.company.currency_id.id)], limit=1)
        )
        cls.other_company = cls.env["res.company"].create({"name": "Two"})
        # What is shown is counted before it is proven.
        cls.projects.billing_period_ids.mapped("hours")
        cls.env.flush_all()

    def _get_january(self):
        return self._period(self.project, JANUARY)

    def _get_february(self):
        return self._period(self.project, FEBRUARY)

    # Whatever is told of them, it names one of these.

    def _get_billed_names(self):
        """The entry by its person, or the document that bills it."""
        return "Consultant, ", self.line.move_id.display_name

    def _get_period_names(self):
        return (
            self._get_january().display_name,
            self._get_february().display_name,
            *self._get_billed_names(),
        )
