from odoo import api, fields, models
from odoo.tools import format_date


class ProjectProject(models.Model):
    """Which price held when, as people read it."""

    _inherit = "project.project"

    billing_rates = fields.Text(
        string="Rates",
        compute="_compute_billing_rates",
        compute_sudo=True,
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Which price holds when: time keeps the price of its day.",
    )

    @api.depends(
        "billing_rate_ids.date_to",
        "billing_rate_ids.sale_line_id.price_unit",
        "sale_line_employee_ids.sale_line_id.price_unit",
        "sale_line_id.price_unit",
    )
    @api.depends_context("lang")
    def _compute_billing_rates(self):
        for project in self:
            project.billing_rates = "\n".join(
                rates._format_rates() for rates in project._get_rates_by_pointer()
            )

    def _get_rates_by_pointer(self):
        """What held before of the project, its people and its tasks.

        :return: list of ``project.billing.rate``
        """
        self.ensure_one()
        by_pointer = self.billing_rate_ids.grouped(lambda rate: rate._get_pointer())
        return [by_pointer[pointer] for pointer in sorted(by_pointer)]


class ProjectBillingRate(models.Model):
    _inherit = "project.billing.rate"

    def _get_current_item(self):
        """The item that holds now where these held before."""
        if not self.employee_id:
            return (self.task_id or self.project_id).sale_line_id
        return self.project_id.sale_line_employee_ids.filtered(
            lambda rate: rate.employee_id == self.employee_id
        ).sale_line_id

    def _format_rates(self):
        """Such as "Consulting: 120.00 € until 15 Sep 2026, then 130.00 €"."""
        rates = self.sorted("date_to")
        subject = self.task_id or self.employee_id or self.project_id
        item = self._get_current_item()
        parts = [
            self.env._(
                "%(rate)s until %(day)s",
                rate=rate.sale_line_id._format_rate()
                if rate.sale_line_id
                else self.env._("no rate of their own"),
                day=format_date(self.env, rate.date_to),
            )
            for rate in rates
        ]
        parts.append(
            self.env._(
                "then %(rate)s",
                rate=item._format_rate() if item else self.env._("nothing"),
            )
        )
        return f"{subject.display_name}: {', '.join(parts)}"
