from odoo import fields, models


class ProjectProject(models.Model):
    """What the invoices of a project look like: grouping, lines, unit, rounding, and
    the timesheet that goes with them."""

    _inherit = "project.project"

    billing_grouping = fields.Selection(
        [("project", "One invoice per project"), ("customer", "One per customer")],
        string="Invoice Grouping",
        default="project",
        required=True,
        groups="base.group_user",
    )
    billing_line_detail = fields.Selection(
        [
            ("sale_line", "Sales order item"),
            ("task", "Task"),
            ("employee", "Employee"),
            ("task_employee", "Task and employee"),
            ("entry", "Time entry"),
        ],
        string="Invoice Line Detail",
        default="sale_line",
        required=True,
        groups="base.group_user",
    )
    billing_unit = fields.Selection(
        [
            ("sale_line", "As on the sales order"),
            ("hour", "Hours"),
            ("day", "Days"),
        ],
        string="Invoice Unit",
        default="sale_line",
        required=True,
        help="The unit of time on the invoice. The price follows the unit, and the "
        "sales order counts in its own.",
        groups="base.group_user",
    )
    billing_rounding = fields.Selection(
        [
            ("none", "To the minute"),
            ("6", "Up to 6 minutes"),
            ("15", "Up to 15 minutes"),
            ("30", "Up to 30 minutes"),
        ],
        string="Time Rounding",
        default="none",
        required=True,
        help="How billed time is rounded. Worked time is never changed, and what is "
        "invoiced already stays as it is.",
        groups="base.group_user",
    )
    billing_rounding_per = fields.Selection(
        [("entry", "per time entry"), ("line", "per invoice line")],
        string="Time Rounded",
        default="entry",
        required=True,
        groups="base.group_user",
    )
    billing_deduct_down_payments = fields.Boolean(
        string="Deduct Down Payments",
        default=True,
        help="Invoices of this project deduct what is left of the down payments of the "
        "same sales order, at most what they bill of it.",
        groups="base.group_user",
    )

    billing_attach_annex = fields.Boolean(
        string="Attach Timesheet",
        help="A timesheet goes to the customer with the invoice: the time that the "
        "invoice bills, entry by entry, with the hours as billed.",
        groups="base.group_user",
    )
    billing_annex_grouping = fields.Selection(
        [("employee", "Employee"), ("task", "Task"), ("day", "Day")],
        string="Timesheet by",
        default="employee",
        required=True,
        groups="base.group_user",
    )
    billing_annex_prices = fields.Boolean(
        string="Prices on the Timesheet",
        help="The timesheet of an invoice tells what each entry is billed at, without "
        "taxes.",
        groups="base.group_user",
    )

    def _round_time_anew(self):
        """The rounding has changed: it holds for all time that is not invoiced."""
        # sudo: what is billed of an entry does not depend on who may read it
        Entry = self.env["account.analytic.line"].sudo()
        entries = Entry.search(
            [("project_id", "in", self.ids), ("invoice_line_id", "=", False)]
        )
        entries.filtered(lambda line: line._is_not_billed())._round_anew()

    def _get_rounding_step(self, per, uom):
        """The step that billed time is rounded up to, 0 where it is not.

        :param str per: what is rounded, "entry" or "line"
        :param uom: the unit of the step, hours where there is none
        """
        if (
            self.billing_rounding_per != per
            or (self.billing_rounding or "none") == "none"
        ):
            return 0.0
        hours = int(self.billing_rounding) / 60
        hour = self.env["uom.uom"]._get_time_unit("hour")
        if not uom or uom == hour or not hour._has_common_reference(uom):
            return hours
        return hour._compute_quantity(hours, uom, round=False)
