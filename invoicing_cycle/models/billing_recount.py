from odoo import api, fields, models


class BillingRecount(models.Model):
    """A note that something has to be counted again, see ``billing.recount.mixin``.

    Notes are only ever added, so people who save time of one project at the same
    moment neither wait for each other nor collide. Who counts takes away the notes
    that it sees; one that somebody else is just adding outlives that count.
    """

    _name = "billing.recount"
    _description = "Record to Count Again"
    _log_access = False

    period_id = fields.Many2one(
        "project.billing.period", index="btree_not_null", ondelete="cascade"
    )
    required_id = fields.Many2one(
        "project.billing.period.required", index="btree_not_null", ondelete="cascade"
    )

    @api.model
    def _count_all(self):
        """Count what nobody reads, so that notes do not gather."""
        self.env["project.billing.period"]._recount()
        self.env["project.billing.period.required"]._recount()
