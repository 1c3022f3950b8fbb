from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...tools.bounds import whole_number


class BillingBoundsMixin(models.AbstractModel):
    """Days and numbers within bounds, whichever way they come in.

    Looked at before the values go anywhere: a number that the database cannot keep, or
    a day that arithmetic cannot go on from, would be an error without a sentence. The
    numbers themselves are in ``tools/bounds.py``.

    Fields of ours that need none: amounts, hours and percents decide how much, never
    how many days or rows are worked through, and the database keeps any of them. Days
    that only tell or filter (when something was sent, decided or reminded of; the span
    of the proof) are compared with others and no more. The day up to which a timesheet
    is locked has its limit where it is locked: see ``timesheet.lock``. Settings are
    written to the company.
    """

    _name = "billing.bounds.mixin"
    _inherit = ["billing.values.mixin"]
    _description = "Days and Numbers Within Bounds"

    @api.model
    def _get_bounds(self):
        """What is looked at.

        :return: dict, name of a date or integer field to its (lowest, highest) value
        """
        return {}

    @api.model
    def _get_billing_fields(self):
        # EXTENDS billing.values.mixin
        # What has bounds is refused with them.
        return super()._get_billing_fields() - self._get_bounds().keys()

    @api.model
    def _add_missing_default_values(self, values):
        # EXTENDS base
        # Here, because defaults may come with anybody's context.
        values = super()._add_missing_default_values(values)
        self._check_bounds(values)
        return values

    def write(self, vals):
        self._check_bounds(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        self._check_bounds({name: values.get(name) for name in field_names})
        return super().onchange(values, field_names, fields_spec)

    def _check_bounds(self, vals):
        """Refuse what is out of bounds, unless it was there before.

        :param dict vals: values to write on these records, or of a new one
        :raises ValidationError: with the record, the field and its bounds
        """
        for name, (low, high) in self._get_bounds().items():
            if vals.get(name) in (None, False):
                continue
            field = self._fields[name]
            read = fields.Date.to_date if field.type == "date" else whole_number
            try:
                value = read(vals[name])
            except (TypeError, ValueError):
                self._raise_out_of_bounds(field, vals, low, high)
            if value is None or low <= value <= high:
                continue
            # sudo: whether the value is there already, which changes nothing
            if not self or any(record[name] != value for record in self.sudo()):
                self._raise_out_of_bounds(field, {**vals, name: value}, low, high)

    def _raise_out_of_bounds(self, field, vals, low, high):
        value, is_date = vals[field.name], field.type == "date"
        if isinstance(value, date):
            value = format_date(self.env, value)
        values = {
            "record": ", ".join(filter(None, self.mapped("display_name")))
            or vals.get("name")
            or self.env._("New"),
            "field": field._description_string(self.env),
            # However long it is.
            "value": str(value)[:40],
            "low": format_date(self.env, low) if is_date else low,
            "high": format_date(self.env, high) if is_date else high,
        }
        raise ValidationError(
            self.env._(
                '%(record)s: "%(field)s" cannot be %(value)s. Choose a day from '
                "%(low)s to %(high)s.",
                **values,
            )
            if is_date
            else self.env._(
                '%(record)s: "%(field)s" cannot be %(value)s. Enter a whole number '
                "from %(low)s to %(high)s.",
                **values,
            )
        )
