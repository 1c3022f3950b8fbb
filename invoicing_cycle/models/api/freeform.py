from odoo import api, models
from odoo.fields import Command

from ..common.call_arguments import get_day, get_ids
from ..common.refusal import refusal
from .calls import call
from .invoices import TYPES

#: Lines of one document.
MOST_LINES = 200
#: What a line may say, and what it is in the dialog.
LINE_VALUES = ("product_id", "name", "quantity", "price_unit", "tax_ids")


class InvoicingCycleApi(models.AbstractModel):
    """Freeform invoices and credit notes."""

    _inherit = "invoicing.cycle.api"

    @api.model
    @call
    def create_freeform(
        self,
        lines,
        type="invoice",
        customer_id=None,
        project_id=None,
        invoice_date=None,
        corrects_id=None,
    ):
        """Create a draft invoice or credit note with lines of one's own.

        :param lines: list of dict with some of LINE_VALUES
        :param str type: invoice or credit_note
        :param corrects_id: the invoice that a credit note corrects
        """
        types = {name: move_type for move_type, name in TYPES.items()}
        values = {
            "move_type": types[self._check_choice("type", type, types)],
            "invoice_date": get_day(self.env, invoice_date),
            "line_ids": [
                Command.create(self._prepare_freeform_line(number, line))
                for number, line in enumerate(self._get_lines(lines), start=1)
            ],
        }
        named = {
            "partner_id": customer_id,
            "project_id": project_id,
            "corrects_move_id": corrects_id,
        }
        values.update({name: value for name, value in named.items() if value})
        dialog = self.env["account.move.freeform"].create(values)
        return {"invoice_id": dialog._create_move().id}

    def _get_lines(self, lines):
        if (
            not isinstance(lines, list | tuple)
            or not lines
            or not all(isinstance(line, dict) for line in lines)
        ):
            raise refusal(
                self.env._(
                    "lines cannot be %(value)s: send a list of objects.",
                    value=str(lines)[:40],
                ),
                "invalid_value",
            )
        if len(lines) > MOST_LINES:
            raise refusal(
                self.env._(
                    "%(count)s lines are too many for one document: send at most "
                    "%(limit)s.",
                    count=len(lines),
                    limit=MOST_LINES,
                ),
                "too_many",
            )
        return lines

    def _prepare_freeform_line(self, number, line):
        """Values of the dialog's line; what is not said, follows from the product."""
        for name in line:
            self._check_choice(f"lines[{number}]", name, LINE_VALUES)
        values = {
            name: value
            for name, value in line.items()
            if name != "tax_ids" and value is not None
        }
        if line.get("tax_ids") is not None:
            ids = get_ids(self.env, line["tax_ids"], MOST_LINES)
            values["tax_ids"] = [Command.set(ids)]
        return values
