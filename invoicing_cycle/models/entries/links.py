from odoo import api, models
from odoo.exceptions import UserError, ValidationError

# The database empties an entry's project, task, employee, user, customer, unit or sale
# line when that record is deleted, past the guard of the entry. Odoo refuses some of
# these deletions itself, but not with the context key of an uninstallation, which
# anybody can send. With a journal item, it deletes the entry.


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.constrains("move_line_id", "project_id", "task_id")
    def _check_no_journal_item(self):
        for line in self:
            if line.project_id and line.move_line_id:
                raise ValidationError(
                    self.env._(
                        "A time entry is not part of a journal entry, which would take "
                        "it along when it is deleted: %(item)s.",
                        item=line.move_line_id.display_name,
                    )
                )

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


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("user_id", self)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("partner_id", self)


class UomUom(models.Model):
    _inherit = "uom.uom"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed_time(self):
        self.env["account.analytic.line"]._check_links_deletable("product_uom_id", self)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.ondelete(at_uninstall=True)
    def _unlink_except_billed_time(self):
        # Time that is only locked may lose its sale line: it follows the project's.
        self.env["account.analytic.line"]._check_links_deletable(
            "so_line", self, [("invoice_line_id", "!=", False)]
        )
