from odoo import api, models


class AccountAnalyticLine(models.Model):
    """Time is on the item that held on its day."""

    _inherit = "account.analytic.line"

    def _timesheet_determine_sale_line(self):
        # EXTENDS sale_timesheet
        # sudo: since when items hold, whoever logs time
        until = self.project_id.sudo().billing_rates_until
        if until and self.date and self.date <= until:
            return self._get_item_of_day()
        if self.task_id and self.task_id.project_id != self.project_id:
            # The task has left while the entry was closed. Its sale line belongs to
            # another project now, and moving a task must not change a price.
            project = self.project_id
            rates = project.sale_line_employee_ids.filtered(
                lambda rate: rate.employee_id == self.employee_id
            )
            return self.so_line or rates.sale_line_id or project.sale_line_id
        return super()._timesheet_determine_sale_line()

    def _get_item_of_day(self):
        """The item that this entry is on by the rules of sale_timesheet, as they were
        on its day.

        :return: ``sale.order.line``, may be empty
        """
        self.ensure_one()
        # sudo: as above
        project, task = self.project_id.sudo()._origin, self.task_id.sudo()._origin
        person = (self.employee_id or self.env.user.employee_id)._origin
        held = project.billing_rate_ids.filtered(
            lambda rate: rate.date_to >= self.date
        ).sorted("date_to")
        own, of_task = held.filtered("employee_id"), held.filtered("task_id")
        before = (held - own - of_task)[:1] or project
        own = own.filtered(lambda rate: rate.employee_id.id == person.id)[:1]
        now = project.sale_line_employee_ids.filtered(
            lambda rate: rate.employee_id.id == person.id
        )
        rated = (own or now).sale_line_id
        if not task:
            # A rate without an item is one: this person's time is not billed.
            none = now and not own
            item = rated if rated or none else before.sale_line_id
        elif task.project_id != project:
            # sudo: as above
            item = self.so_line.sudo() or rated or before.sale_line_id
        else:
            of_task = of_task.filtered(lambda rate: rate.task_id == task)[:1]
            item = (of_task or task).sale_line_id
            customer = item.order_partner_id.commercial_partner_id
            if item and rated.order_partner_id.commercial_partner_id == customer:
                item = rated
        return item.sudo(self.env.su)

    @api.depends("date")
    def _compute_so_line(self):
        # EXTENDS sale_timesheet
        # On another day another item may have held.
        return super()._compute_so_line()

    def _take_item_of_day(self):
        """New time gets the item of its day, also where a form, which knew another day,
        sent that of today along."""
        # sudo: since when items hold, whoever logs time
        late = self.sudo().filtered(
            lambda line: (
                not line.is_so_line_edited
                and line.project_id.billing_rates_until
                and line.date <= line.project_id.billing_rates_until
            )
        )
        if late:
            self.env.add_to_compute(self._fields["so_line"], late)
            late.modified(["so_line"])
