from contextlib import contextmanager

from odoo import fields, models

#: Of these a line of an invoice is made.
BILLED_FIELDS = frozenset(
    {"date", "product_uom_id", "project_id", "so_line", "unit_amount"}
)


#: What a line says besides, by the line detail of the project.
DETAIL_FIELDS = {
    "sale_line": frozenset(),
    "task": frozenset({"task_id"}),
    "employee": frozenset({"employee_id"}),
    "task_employee": frozenset({"employee_id", "task_id"}),
    "entry": frozenset({"employee_id", "name", "task_id"}),
}


ALL_FIELDS = BILLED_FIELDS.union(*DETAIL_FIELDS.values())


class BillingRowMixin(models.AbstractModel):
    """Time that a Timesheets administrator changes while it is on a draft invoice.

    The entry remembers what it was billed as, so that the draft can say that it is out
    of date. Changed back, it has nothing to remember.
    """

    _inherit = "billing.row.mixin"

    billed_as = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Of an entry that was changed while it is on a draft: the values that it "
        "was billed with.",
        groups="base.group_user",
    )

    def _get_values_on_invoice(self):
        """What the invoice line of this row says or sums of it.

        :return: dict that can be stored as JSON
        """
        self.ensure_one()
        detail = self.invoice_line_id.billing_period_id.project_id.billing_line_detail
        names = BILLED_FIELDS | DETAIL_FIELDS.get(detail, frozenset())
        # What was worked on an entry does not change the size of its parts.
        names -= {"unit_amount"} if self != self._get_entries() else frozenset()
        values = {"billing_hours": self.billing_hours}
        for name in names:
            value = self[name]
            if isinstance(value, models.BaseModel):
                value = value.id
            elif self._fields[name].type == "date":
                value = fields.Date.to_string(value)
            values[name] = value
        return values

    def _remember_values_on_invoice(self, before):
        """Note what was changed since the row was billed, and forget what was
        changed back.

        :param dict before: values before this change
        """
        self.ensure_one()
        known = self.billed_as or {}
        after = self._get_values_on_invoice()
        changed = {
            name: value
            for name, value in {**before, **known}.items()
            if name in after and after[name] != value
        }
        if changed != known:
            self._record({"billed_as": changed or False})


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    _changed_on_draft_idx = models.Index(
        "(invoice_line_id) WHERE billed_as IS NOT NULL"
    )

    @contextmanager
    def _remembering(self, vals):
        """These entries are written within this block: those on drafts remember what
        they were billed as."""
        if ALL_FIELDS.isdisjoint(vals):
            yield
            return
        # sudo: what bills the entry does not depend on who changes it
        drafted = (
            self.sudo()
            ._get_rows()
            .filtered(lambda row: row.invoice_line_id.parent_state == "draft")
        )
        before = {row: row._get_values_on_invoice() for row in drafted}
        yield
        for row, values in before.items():
            row._remember_values_on_invoice(values)
