from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

#: More than anything is billed. What is multiplied with it stays a number.
LARGEST = 1e15


#: What a column of integers holds.
LARGEST_INTEGER = 2**31 - 1


#: What is looked at, of the fields of the add-on.
TEXT_TYPES = frozenset({"char", "html", "text"})
CHECKED_TYPES = TEXT_TYPES | {"date", "float", "integer", "many2one", "monetary"}

#: Odoo's own fields that the billing rests on.
BILLED_FIELDS = {
    "account.analytic.line": {
        "amount",
        "employee_id",
        "project_id",
        "so_line",
        "task_id",
        "unit_amount",
        "user_id",
    },
    "account.move.line": {"discount", "price_unit", "quantity"},
    "hr.expense": {"price_unit", "quantity", "total_amount", "total_amount_currency"},
    "project.milestone": {"quantity_percentage"},
    "project.project": {"partner_id", "sale_line_id", "user_id"},
    "project.sale.line.employee.map": {"cost", "price_unit"},
    "sale.order.line": {"discount", "price_unit", "product_uom_qty"},
}


def is_date(value):
    """Whether Odoo takes a value for a day, or for none."""
    try:
        fields.Date.to_date(value)
    except (AttributeError, OverflowError, TypeError, ValueError):
        return False
    return True


class BillingValuesMixin(models.AbstractModel):
    """Numbers that the billing rests on are numbers, and ids are ids.

    "Not a number" and infinity come by RPC and by import. Stored, they pass for any
    amount and spoil each sum that they are in. One rule for all models: the fields of
    the add-on, and those of others in :data:`BILLED_FIELDS`.
    """

    _name = "billing.values.mixin"
    _description = "Numbers and Links That Are Some"

    @api.model_create_multi
    def create(self, vals_list):
        if self._get_billing_fields():
            for vals in vals_list:
                self._check_billing_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_billing_values(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        # A link to the record that the form of this one is in comes with its values.
        self._check_billing_values(
            {
                name: value
                for name, value in values.items()
                if not (
                    isinstance(value, dict)
                    and name in self._fields
                    and self._fields[name].type == "many2one"
                )
            }
        )
        return super().onchange(values, field_names, fields_spec)

    @api.model
    @ormcache()
    def _get_billing_fields(self):
        """Names of the numbers, links and texts that are checked."""
        others = BILLED_FIELDS.get(self._name, ())
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type in CHECKED_TYPES
            and (name in others or "invoicing_cycle" in field._modules)
            and name != "id"
        )

    @api.model
    def _check_billing_values(self, vals):
        """Raise unless numbers among some values are finite, and all can be stored."""
        if not isinstance(vals, dict):
            return
        for name in self._get_billing_fields() & vals.keys():
            if not self._is_billing_value(self._fields[name].type, vals[name]):
                label = self.fields_get([name], ["string"]).get(name, {}).get("string")
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is no value of %(field)s (%(document)s): too "
                        "large, or of another kind. Enter another one.",
                        value=str(vals[name]).replace("\0", "\N{SYMBOL FOR NULL}"),
                        field=label or name,
                        document=self.env["ir.model"]._get(self._name).name,
                    )
                )

    @api.model
    def _is_billing_value(self, field_type, value):
        if field_type in TEXT_TYPES:
            # The database keeps every character but this one.
            return not isinstance(value, str) or "\0" not in value
        if field_type == "date":
            return is_date(value)
        if field_type == "many2one":
            # Odoo's own calls give records and more. What goes on to the database as
            # an id has to be one.
            if isinstance(value, int):
                return value is False or (
                    value is not True and 0 < value <= LARGEST_INTEGER
                )
            return value == "" or not isinstance(value, dict | float | list | str)
        if isinstance(value, bytes):
            return False
        try:
            number = float(value or 0)
        except (OverflowError, TypeError, ValueError):
            return False
        # Written so that a "not a number" does not pass.
        return abs(number) <= (LARGEST_INTEGER if field_type == "integer" else LARGEST)
