from odoo import api, models
from odoo.tools import SQL


class BillingSqlMixin(models.AbstractModel):
    """Columns in SQL, for conditions that lists, searches and groups share."""

    _name = "billing.sql.mixin"
    _description = "Columns in SQL"

    @api.model
    def _column(self, alias, name, model=None):
        """A column in SQL that is flushed before the query that uses it runs.

        :param str alias: of the model's table
        :param str name: of a stored field
        :param str model: name of the model, by default this one
        """
        field = self.env[model or self._name]._fields[name]
        return SQL.identifier(alias, name, to_flush=field)
