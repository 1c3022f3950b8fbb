from odoo import api, fields, models
from odoo.tools import format_duration

#: How far a day may go beyond the person's usual hours before an approver is told.
USUAL_MARGIN = 1.25


class AccountAnalyticLine(models.Model):
    """What an approver should look at twice, and what the time is worth."""

    _inherit = "account.analytic.line"

    unusual = fields.Char(
        compute="_compute_unusual",
        compute_sudo=True,
        help="Where the entry differs from what is planned or usual.",
        groups="base.group_user",
    )
    billing_value = fields.Monetary(
        string="Value",
        compute="_compute_billing_value",
        compute_sudo=True,
        currency_field="billing_currency_id",
        help="Untaxed value of the hours to bill at the price of the sales order item, "
        "for those who bill the project or may read all timesheets.",
        groups="sales_team.group_sale_salesman,"
        "invoicing_cycle.group_invoicing_cycle_manager",
    )
    billing_currency_id = fields.Many2one(
        string="Billing Currency",
        related="so_line.currency_id",
        groups="base.group_user",
        export_string_translation=False,
    )

    def _may_read_item(self):
        """Whether an item that a form names is the user's to read: it has a price."""
        # sudo: taken off, so that the user is asked
        return self.so_line._origin.sudo(False).has_access("read")

    @api.depends("billing_hours", "so_line.price_unit", "so_line.discount")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_billing_value(self):
        own = set(self._filtered_own_value())
        for line in self:
            sale_line = line.so_line
            billed = (
                line.timesheet_invoice_type == "billable_time"
                and line in own
                and (line.so_line == line._origin.so_line or line._may_read_item())
            )
            line.billing_value = (
                sale_line._get_untaxed_amount(
                    sale_line._convert_time(line.billing_hours, line.product_uom_id)
                )
                if billed
                else 0.0
            )

    @api.depends("date", "unit_amount", "employee_id", "task_id.overtime")
    @api.depends_context("lang")
    def _compute_unusual(self):
        entries = self.filtered(lambda line: line.project_id and line.date)
        (self - entries).unusual = False
        if not entries:
            return
        days = entries.mapped("date")
        work_days = entries.employee_id._get_days_of_work(min(days), max(days))
        totals = entries._get_day_totals()
        for line in entries:
            total = totals.get((line.employee_id.id, line.date), line.unit_amount)
            is_work_day = line.date in work_days.get(line.employee_id.id, ())
            line.unusual = "; ".join(line._get_oddities(total, is_work_day))

    def _get_day_totals(self):
        """What these entries' people logged on these days, on all projects.

        :return: dict, (employee id, ``datetime.date``) to hours
        """
        groups = self.env["account.analytic.line"]._read_group(
            [
                ("project_id", "!=", False),
                ("employee_id", "in", self.employee_id.ids),
                ("date", "in", list(set(self.mapped("date")))),
            ],
            ["employee_id", "date:day"],
            ["unit_amount:sum"],
        )
        return {(employee.id, day): hours for employee, day, hours in groups}

    def _get_oddities(self, total, is_work_day):
        """Texts about this entry, none when it is as usual.

        :param float total: hours of the person on the entry's day
        :param bool is_work_day: the person works on that day
        """
        self.ensure_one()
        oddities = []
        if self.unit_amount < 0:
            oddities.append(self.env._("Negative"))
        if self.employee_id and not is_work_day:
            oddities.append(self.env._("No working day"))
        usual = self.employee_id.resource_calendar_id.hours_per_day
        if usual and total > usual * USUAL_MARGIN:
            oddities.append(
                self.env._("%(hours)s h on that day", hours=format_duration(total))
            )
        if self.task_id.overtime > 0:
            oddities.append(
                self.env._(
                    "Task %(hours)s h over its plan",
                    hours=format_duration(self.task_id.overtime),
                )
            )
        return oddities
