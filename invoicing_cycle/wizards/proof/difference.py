from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...models.common.call_arguments import ensure_one
from ...models.proof.difference_kinds import KINDS


class ProjectBillingProofDifference(models.TransientModel):
    """A difference that a proof found, and the way to the record it is about."""

    _name = "project.billing.proof.difference"
    _description = "Difference in the Billing Cycle"
    _inherit = ["billing.dialog"]
    _order = "id"

    proof_id = fields.Many2one(
        "project.billing.proof", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, readonly=True)
    message = fields.Char(readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    can_open = fields.Boolean(compute="_compute_can_open")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_can_open(self):
        for model, differences in self.grouped("res_model").items():
            ids = differences.mapped("res_id")
            readable = self.env[model].browse(ids)._filtered_access("read")
            for difference in differences:
                difference.can_open = difference.res_id in readable._ids

    def action_open(self):
        """Open the record, as far as the user may read it."""
        self.check_access("read")
        ensure_one(self)
        record = self.env[self.res_model].browse(self.res_id)
        if not record.has_access("read"):
            raise AccessError(
                self.env._(
                    "You may not read this record. Show what is told of it to somebody "
                    "who may: %(message)s",
                    message=self.message,
                )
            )
        if record._name == "account.move.line":
            record = record.move_id
        elif record._name == "sale.order.line":
            record = record.order_id
        return record._get_records_action()
