from odoo import api, fields, models
from odoo.tools import formatLang

from ...models.common.call_arguments import ensure_one


class AccountMoveRefresh(models.TransientModel):
    """Asks, before a draft is refreshed, about what a person changed on its lines."""

    _name = "account.move.refresh"
    _description = "Refresh Draft Invoice"
    _inherit = ["billing.dialog"]

    move_id = fields.Many2one("account.move", required=True, readonly=True)
    reasons = fields.Text(readonly=True)
    line_ids = fields.One2many("account.move.refresh.line", "refresh_id", "Changes")

    @api.model
    def default_get(self, fields):
        # EXTENDS base
        values = super().default_get(fields)
        if "line_ids" in fields and values.get("move_id"):
            move = self.env["account.move"].browse(values["move_id"])
            draft = move._check_refreshable()
            values["reasons"] = draft.outdated_reasons
            values["line_ids"] = self._prepare_lines(draft)
        return values

    @api.model
    def _prepare_lines(self, draft):
        plan = draft._get_refresh_plan()
        return [
            fields.Command.create(self._prepare_line(question))
            for question in draft._get_refresh_questions(plan)
        ]

    @api.model
    def _prepare_line(self, question):
        """Values of one row: what a person changed, and what becomes of it.

        :param dict question: see account.move._get_refresh_questions
        """
        line, name = question["line"], question["field"]
        precision = {
            "quantity": "Product Unit",
            "price_unit": "Product Price",
            "discount": "Discount",
        }[name]
        removed = question["kept"] is None
        texts = {
            key: formatLang(self.env, question[key], dp=precision)
            for key in ("shown", "kept", "new")
            if question.get(key) is not None
        }
        return {
            "move_line_id": line.id,
            "name": line.name,
            "field_name": name,
            "value_shown": texts["shown"],
            "value_kept": self.env._("line is removed") if removed else texts["kept"],
            "value_new": "" if removed else texts["new"],
            "is_removed": removed,
        }

    def action_refresh(self):
        """Refresh the draft as chosen."""
        ensure_one(self)
        draft = self.move_id._check_refreshable()
        draft._refresh_draft(
            {
                (line.move_line_id.id, line.field_name)
                for line in self.line_ids
                if line.is_taken and not line.is_removed
            }
        )
        return {"type": "ir.actions.act_window_close"}


class AccountMoveRefreshLine(models.TransientModel):
    """One quantity, price or discount that a person changed: keep it, or not."""

    _name = "account.move.refresh.line"
    _description = "Change on a Draft Invoice"
    _inherit = ["billing.dialog"]

    refresh_id = fields.Many2one(
        "account.move.refresh", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one("account.move.line", readonly=True)
    name = fields.Text("Line", readonly=True)
    field_name = fields.Selection(
        [("quantity", "Quantity"), ("price_unit", "Price"), ("discount", "Discount")],
        string="What",
        required=True,
        readonly=True,
    )
    value_shown = fields.Char("On the draft", readonly=True)
    value_kept = fields.Char("If kept", readonly=True)
    value_new = fields.Char("Anew", readonly=True)
    is_removed = fields.Boolean(readonly=True)
    is_taken = fields.Boolean("Take anew", help="Give the change up. Else it is kept.")
