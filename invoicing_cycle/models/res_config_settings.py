from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_cycle = fields.Selection(
        related="company_id.billing_cycle", readonly=False, required=True
    )
    billing_cycle_anchor = fields.Date(
        related="company_id.billing_cycle_anchor", readonly=False
    )
    billing_invoice_date_scheduled = fields.Boolean(
        related="company_id.billing_invoice_date_scheduled", readonly=False
    )
    billing_expenses_required = fields.Boolean(
        related="company_id.billing_expenses_required", readonly=False
    )
    billing_preview_deviation = fields.Integer(
        related="company_id.billing_preview_deviation", readonly=False
    )
    timesheet_approval = fields.Boolean(
        related="company_id.timesheet_approval", readonly=False
    )
    timesheet_approval_from = fields.Date(
        related="company_id.timesheet_approval_from", readonly=False
    )
    timesheet_approval_default = fields.Selection(
        related="company_id.timesheet_approval_default", readonly=False, required=True
    )
    timesheet_check_days = fields.Selection(
        related="company_id.timesheet_check_days", readonly=False
    )
    timesheet_check_entries = fields.Selection(
        related="company_id.timesheet_check_entries", readonly=False
    )
    timesheet_lock_automatic = fields.Boolean(
        related="company_id.timesheet_lock_automatic", readonly=False
    )
    timesheet_lock_after_days = fields.Integer(
        related="company_id.timesheet_lock_after_days", readonly=False
    )
    timesheet_reminder_digest = fields.Boolean(
        related="company_id.timesheet_reminder_digest", readonly=False
    )
