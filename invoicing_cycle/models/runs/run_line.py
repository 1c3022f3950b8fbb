from odoo import api, fields, models

from ..common.call_arguments import ensure_one


class BillingRunLine(models.Model):
    """One period or invoice of a run, and what became of it."""

    _name = "billing.run.line"
    _description = "Document of a Billing Run"
    _inherit = ["billing.recorded.mixin"]
    _order = "unit, id"
    _log_access = False

    run_id = fields.Many2one(
        "billing.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    name = fields.Char(
        "Document Name",
        readonly=True,
        help="As it was called when the run was started.",
    )
    unit = fields.Integer(
        readonly=True,
        help="Documents that succeed or fail together have the same, such as periods "
        "that share an invoice: they are never in two chunks.",
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("done", "Done"),
            ("skipped", "Nothing to do"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="queued",
    )
    message = fields.Char("Reason", readonly=True)
    result_ids = fields.Json(
        readonly=True, export_string_translation=False, help="The invoices it made."
    )

    details = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="What else was found, such as the totals of a proof.",
    )

    _waiting_idx = models.Index("(run_id, unit, id) WHERE state = 'queued'")

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | set(self._fields) - {
            "id",
            "display_name",
        }

    def action_open_document(self):
        """Open the period or invoice of this row, as far as the user may read it."""
        self.check_access("read")
        ensure_one(self)
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
