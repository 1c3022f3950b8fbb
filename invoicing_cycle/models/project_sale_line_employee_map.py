from odoo import api, models


class ProjectSaleLineEmployeeMap(models.Model):
    """Rates say at which price a person works, and who must have locked."""

    _name = "project.sale.line.employee.map"
    _inherit = [
        "project.sale.line.employee.map",
        "billing.deciding.mixin",
        "billing.values.mixin",
    ]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "employee_id",
            "project_id",
            "sale_line_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        if self.env.su:
            # A confirmed order makes its project as the superuser, rates included.
            other = rates.filtered(
                lambda rate: rate.project_id.create_uid != self.env.user
            )
            other._check_may_decide("create")
        rates.project_id._follow_rates()
        return rates

    def write(self, vals):
        projects = self.project_id
        result = super().write(vals)
        (projects | self.project_id)._follow_rates()
        return result

    def unlink(self):
        projects = self.project_id
        result = super().unlink()
        projects._follow_rates()
        return result

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")

    def _update_project_timesheet(self):
        # EXTENDS sale_timesheet
        # Odoo writes the new sale line on the entries, which the guard refuses on
        # locked ones. Locked time that is not billed follows by Odoo's own rule.
        result = super()._update_project_timesheet()
        # sudo: whoever may change the rates need not read all time.
        Line = self.env["account.analytic.line"].sudo()
        lines = Line.search(
            [
                ("project_id", "in", self.project_id.ids),
                ("employee_id", "in", self.employee_id.ids),
                ("is_so_line_edited", "=", False),
                ("invoice_line_id", "=", False),
            ]
        )
        locked = Line.browse(line.id for line in lines._get_closings())
        self.env.add_to_compute(Line._fields["so_line"], locked)
        return result
