from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.call_arguments import ensure_one


class ValidateAccountMove(models.TransientModel):
    """Odoo's dialog before it confirms also tells which drafts are out of date."""

    _name = "validate.account.move"
    _inherit = ["billing.dialog", "validate.account.move"]
    #: That which fields of the add-on follow from.
    _named_fields = frozenset({"move_ids"})

    outdated_move_ids = fields.Many2many(
        "account.move", compute="_compute_outdated_move_ids", string="Out of Date"
    )

    @api.depends("move_ids")
    def _compute_outdated_move_ids(self):
        for wizard in self:
            wizard.outdated_move_ids = wizard.move_ids._filtered_outdated()

    def action_refresh_drafts(self):
        """Refresh the drafts that are out of date; they are confirmed by another click.

        Of a single one it is asked about what a person changed, as its own button does;
        of several that is kept.
        """
        ensure_one(self)
        close = {"type": "ir.actions.act_window_close"}
        drafts = self.outdated_move_ids
        if len(drafts) <= 1:
            return (drafts and drafts.action_refresh_draft()) or close
        failed = drafts._refresh_one_by_one()
        message = self.env._(
            "%(count)s drafts are refreshed. Look at them, then confirm them. What was "
            "changed by hand is kept.",
            count=len(drafts) - len(failed),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "sticky": bool(failed),
                "message": "\n".join([message, *failed]),
                "next": close,
            },
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def _refresh_one_by_one(self):
        """Refresh each draft in its own savepoint.

        :return: list of texts that name those that failed, and why
        """
        failed = []
        for draft in self:
            try:
                with self.env.cr.savepoint():
                    draft._check_refreshable()._refresh_draft()
            except UserError as error:
                failed.append(f"{draft.display_name}: {error.args[0]}")
        return failed
