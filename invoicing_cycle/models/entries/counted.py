from odoo import api, fields, models

#: What is counted of an entry.
COUNTED_FIELDS = (
    "approved_on",
    "billing_hold",
    "billing_hours",
    "billing_period_id",
    "date",
    "department_id",
    "employee_id",
    "invoice_line_id",
    "product_uom_id",
    "project_id",
    "sent_back",
    "so_line",
    "timesheet_invoice_id",
    "timesheet_invoice_type",
    "unit_amount",
)


class BillingRowMixin(models.AbstractModel):
    _inherit = "billing.row.mixin"

    counted_in = fields.Char(
        compute="_compute_counted_in",
        store=True,
        copy=False,
        export_string_translation=False,
        help="The row that counts this entry: its project, period and person.",
        groups="base.group_system",
    )

    @api.depends(
        lambda self: (
            *self._get_counted_fields(),
            *self._get_delivered_fields(),
            "so_line.state",
        )
    )
    def _compute_counted_in(self):
        """Tell that these rows changed: where they are counted, and where they were.

        Depends on all that is counted of a row, so this is also called for what Odoo
        works out anew without a call of ``write``.
        """
        keys = set()
        for line in self:
            if not line.id:
                # A form that is not saved counts nothing.
                line.counted_in = line._origin.counted_in
            elif line.project_id:
                key = (
                    line.project_id.id,
                    line.billing_period_id.id or 0,
                    line.employee_id.id or 0,
                )
                keys |= {key, line._get_counted_key()}
                line.counted_in = "/".join(map(str, key))
            else:
                keys.add(line._get_counted_key())
                line.counted_in = False
        self.env["project.billing.time"]._touch(keys=filter(None, keys))

    @api.model
    def _get_counted_fields(self):
        """Names of what is counted of a row, but for what its item says."""
        return [name for name in COUNTED_FIELDS if name != "unit_amount"]

    def _get_counted_key(self):
        """Where this row was counted before, or None."""
        self.ensure_one()
        return tuple(map(int, self.counted_in.split("/"))) if self.counted_in else None

    def _get_counted_keys(self):
        """Where these rows are counted.

        For what deletes something: it is told after that, because whoever asks in the
        middle of it would have counted what is still there.
        """
        # sudo: where they are counted, whoever may change them
        return {line._get_counted_key() for line in self.sudo()} - {None}

    def _touch_counts(self):
        """Have these rows counted anew before this transaction ends: something else
        that counts of them changes."""
        self.env["project.billing.time"]._touch(keys=self._get_counted_keys())


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    #: With the person: where a lock falls between the days of a row, its entries are
    #: asked.
    _billing_period_idx = models.Index(
        "(billing_period_id, employee_id) WHERE billing_period_id IS NOT NULL"
    )
    _no_period_idx = models.Index(
        "(project_id, COALESCE(employee_id, 0))"
        " WHERE billing_period_id IS NULL AND project_id IS NOT NULL"
    )

    @api.model
    def _get_counted_fields(self):
        return [*super()._get_counted_fields(), "unit_amount"]

    @api.model
    def _get_linked(self, records, name):
        """Time entries that are about to lose a link to records that are deleted: past
        the ORM, which therefore has to be told.

        :param str name: of the field
        """
        # sudo: they lose it, whoever may read them
        return self.sudo().search(
            [(name, "in", records.ids), ("project_id", "!=", False)]
        )


class HrDepartment(models.Model):
    _inherit = "hr.department"

    def unlink(self):
        entries = self.env["account.analytic.line"]._get_linked(self, "department_id")
        result = super().unlink()
        entries.modified(["department_id"])
        return result


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def unlink(self):
        entries = self.env["account.analytic.line"]._get_linked(self, "employee_id")
        result = super().unlink()
        entries.modified(["employee_id"])
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def unlink(self):
        entries = self.env["account.analytic.line"]._get_linked(self, "so_line")
        result = super().unlink()
        entries.modified(["so_line"])
        return result
