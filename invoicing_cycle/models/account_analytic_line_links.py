from odoo import api, models
from odoo.exceptions import UserError

# The database empties an entry's project, task, employee or sale line when that record
# is deleted, past the guard of the entry. Odoo refuses most of these deletions itself,
# but not with the context key of an uninstallation, which anybody can send.


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.model
    def _check_links_deletable(self, name, records, domain=()):
        """Refuse to delete records that closed time entries point to.

        :param str name: the many2one field of the entry
        :param records: what is to be deleted
        :param domain: more about the entries
        """
        # sudo: whether there is closed time does not depend on who deletes.
        groups = self.sudo()._read_group(
            [
                (name, "in", records.ids),
                ("approval_state", "in", ["pending", "approved"]),
                *domain,
            ],
            [name],
        )
        if groups:
            raise UserError(
                self.env._(
                    "%(names)s cannot be deleted: there is locked or invoiced time. "
                    "Archive or keep it instead.",
                    names=", ".join(record.display_name for [record] in groups),
                )
            )


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("employee_id", self)


class ProjectProject(models.Model):
    _inherit = "project.project"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("project_id", self)


class ProjectTask(models.Model):
    _inherit = "project.task"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("task_id", self)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_billed_time(self):
        # Time that is only locked may lose its sale line: it follows the project's.
        self.env["account.analytic.line"]._check_links_deletable(
            "so_line", self, [("invoice_line_id", "!=", False)]
        )
