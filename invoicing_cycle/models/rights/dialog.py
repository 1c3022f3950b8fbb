from odoo import api, models


class BillingDialog(models.AbstractModel):
    """Every dialog of the add-on.

    Who opens one names records of any company by their ids: the dialog tells of them,
    and does with them, only what the user may know. What is asked is in
    ``billing.named.mixin``; here it is asked before anything is saved, too.
    """

    _name = "billing.dialog"
    _description = "Dialog"
    _inherit = ["billing.named.mixin"]

    @api.model
    def default_get(self, fields):
        # EXTENDS billing.named.mixin
        values = super().default_get(fields)
        opening = self._get_opening_values([f for f in fields if not values.get(f)])
        self._check_named([opening])
        return {**values, **opening}

    @api.model
    def _get_opening_values(self, names):
        """What the dialog takes from the records that it is opened from.

        :param names: list of the fields that have no value yet; others are left alone
        :return: dict, values by name of field
        """
        return {}

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        self._check_named(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS base
        self._check_named([vals])
        return super().write(vals)

    # --------------------------------------------------------------- own fill

    @api.model
    def _create_filled(self, vals_list):
        """Create rows that the add-on itself works out and nobody else may.

        They tell also of records that the user may not read, as far as that is theirs
        to know.
        """
        # sudo: nobody has the right to create them
        rows = super(BillingDialog, self.sudo())
        return rows.create(vals_list)
