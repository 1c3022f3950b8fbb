from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import bounds

# Fields of ours that need none: amounts, hours and percents decide how much, never how
# many days or rows are worked through, and the database keeps any of them. Days that
# only tell or filter (when something was sent, decided or reminded of; the span of the
# proof) are compared with others and no more. The day up to which a timesheet is locked
# has its limit where it is locked: see ``timesheet.lock``. Settings are written to the
# company.


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "billing_start_date": bounds.billing_days(fields.Date.context_today(self)),
            "billing_invoice_delay": (-bounds.DELAY_DAYS, bounds.DELAY_DAYS),
        }

    @api.constrains("billing_frequency", "date")
    def _check_billing_end(self):
        """The end is Odoo's field: it has bounds where it cuts billing periods."""
        last = bounds.billing_days(fields.Date.context_today(self))[1]
        for project in self.filtered("billing_frequency"):
            if project.date and project.date > last:
                raise ValidationError(
                    self.env._(
                        "%(project)s is billed and cannot end on %(end)s: choose a day "
                        "until %(last)s, or none.",
                        project=project.display_name,
                        end=format_date(self.env, project.date),
                        last=format_date(self.env, last),
                    )
                )


class ProjectBillingPeriod(models.Model):
    # Its days are looked at with those of other periods, see _check_span_bounds().
    _name = "project.billing.period"
    _inherit = ["project.billing.period", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "invoice_date": bounds.billing_days(fields.Date.context_today(self)),
        }


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        days = bounds.compared_days(fields.Date.context_today(self))
        return {
            **super()._get_bounds(),
            "billing_cycle_anchor": days,
            "billing_preview_deviation": (0, bounds.DEVIATION_PERCENT),
            "timesheet_approval_from": days,
            "timesheet_lock_after_days": (0, bounds.LOCK_AFTER_DAYS),
        }


class TimesheetApprovalDelegation(models.Model):
    _name = "timesheet.approval.delegation"
    _inherit = ["timesheet.approval.delegation", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        days = bounds.billing_days(fields.Date.context_today(self))
        return {**super()._get_bounds(), "date_from": days, "date_to": days}


class TimesheetApprovalFlow(models.Model):
    _name = "timesheet.approval.flow"
    _inherit = ["timesheet.approval.flow", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "sequence": (-bounds.SEQUENCE, bounds.SEQUENCE),
        }


class TimesheetApprovalStep(models.Model):
    _name = "timesheet.approval.step"
    _inherit = ["timesheet.approval.step", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "manager_levels": (0, bounds.MANAGER_LEVELS),
            "sequence": (-bounds.SEQUENCE, bounds.SEQUENCE),
        }
