from odoo import api, models
from odoo.exceptions import AccessError


class BillingRecordedMixin(models.AbstractModel):
    """Fields that hold results: code records them, nobody writes them by hand.

    Neither RPC nor import nor a form writes them, and no default fills them: not from a
    context, not from ``ir.default``, not even where other code creates the record as
    superuser.
    """

    _name = "billing.recorded.mixin"
    _description = "Fields That Are Recorded"

    @api.model
    def _get_recorded_fields(self):
        """Names of the fields that only code running as superuser may write."""
        return frozenset()

    @api.model
    def default_get(self, fields):
        recorded = self._get_recorded_fields()
        values = super().default_get([name for name in fields if name not in recorded])
        for name in recorded.intersection(fields):
            if default := self._fields[name].default:
                values[name] = default(self)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            recorded = self._get_recorded_fields()
            for vals in vals_list:
                self._refuse_recorded(
                    name for name in recorded & vals.keys() if vals[name]
                )
            vals_list = [
                {name: value for name, value in vals.items() if name not in recorded}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_recorded(self._get_recorded_fields() & vals.keys())
        return super().write(vals)

    def _refuse_recorded(self, names):
        if names := list(names):
            labels = self.fields_get(names, ["string"])
            raise AccessError(
                self.env._(
                    "%(fields)s (%(document)s) cannot be written by hand: it follows "
                    "from what is done with the document.",
                    fields=", ".join(
                        sorted(
                            labels.get(name, {}).get("string", name) for name in names
                        )
                    ),
                    document=self.env["ir.model"]._get(self._name).name,
                )
            )
