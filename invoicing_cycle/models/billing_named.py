from odoo import api, models
from odoo.exceptions import AccessError


class AccountAnalyticLine(models.Model):
    """A form of time that is not saved tells of its project and person what we add:
    the billing period, who approves."""

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "billing.named.mixin"]
    _named_fields = frozenset({"employee_id", "project_id", "task_id"})

    def _check_named_records(self, name, records):
        # EXTENDS billing.named.mixin
        if name != "employee_id":
            return super()._check_named_records(name, records)
        # Whoever logs time may not read hr.employee, but knows the colleagues.
        # sudo: the company of each alone
        people = records.sudo().exists()
        if len(people) < len(records) or people.company_id - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "Time is logged for people of your own companies. Choose one of "
                    "them."
                )
            )
        return None


class ProjectProject(models.Model):
    """The retainer of a project tells the price of the item that it names."""

    _name = "project.project"
    _inherit = ["project.project", "billing.named.mixin"]
    _named_fields = frozenset(
        {
            "billing_owner_id",
            "billing_retainer_line_id",
            "billing_retainer_overrun_line_id",
        }
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_named(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_named([vals])
        return super().write(vals)


class HrExpense(models.Model):
    _inherit = "hr.expense"

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        result = super().onchange(values, field_names, fields_spec)
        return _hide_unreadable(
            self, result, ("billing_period_id", "billing_project_id")
        )


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        result = super().onchange(values, field_names, fields_spec)
        return _hide_unreadable(self, result, ("billing_period_id",))


def _hide_unreadable(records, result, names):
    """Take out of an unsaved form what follows from records that Odoo lets everybody
    name, and that the user may not read.

    :param dict result: of ``onchange``; changed
    :param names: of many2one fields
    """
    values = result.get("value") or {}
    for name in names:
        value = values.get(name)
        record_id = value.get("id") if isinstance(value, dict) else value
        if record_id:
            comodel = records.env[records._fields[name].comodel_name]
            # sudo: taken off, so that the user is asked
            if not comodel.sudo(False).browse(record_id)._filtered_access("read"):
                values[name] = False
    return result
