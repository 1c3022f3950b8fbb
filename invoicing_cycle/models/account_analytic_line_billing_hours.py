from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare
from odoo.tools.sql import column_exists, create_column

from ..tools.allocation import round_up

#: What a part shares with the entry that it was split off from.
SHARED_FIELDS = frozenset(
    {
        "account_id",
        "approval_key",
        "approved_by_id",
        "approved_on",
        "approved_step_id",
        "company_id",
        "date",
        "employee_id",
        "name",
        "partner_id",
        "product_uom_id",
        "project_id",
        "sent_back",
        "sent_back_reason",
        "task_id",
        "user_id",
    }
)
#: Time is kept in minutes; what is less than a second is the noise of floats.
NOISE = 1 / 3600


class AccountAnalyticLine(models.Model):
    """What is billed of a time entry, beside what was worked.

    Both are the same unless the project rounds time up, or a part of the entry was
    split off to be held or written off. A part is a row of the ledger of its own, with
    no worked time, so that each row is in one period, in one state and on one invoice
    line, and the worked hours stay what their author entered.
    """

    _inherit = "account.analytic.line"

    billing_hours = fields.Float(
        "Hours to Bill",
        compute="_compute_billing_hours",
        store=True,
        copy=False,
        help="What is billed, or is to be billed, of this entry, in the entry's unit: "
        "the worked time, rounded as the project asks, less the parts that were split "
        "off.",
        groups="base.group_user",
    )
    split_hours = fields.Float(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Sum of the parts that were split off.",
        groups="base.group_user",
    )
    part_of_id = fields.Many2one(
        "account.analytic.line",
        string="Part Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The entry that this part was split off from, to be held or written off.",
        groups="base.group_user",
    )
    part_ids = fields.One2many(
        "account.analytic.line",
        "part_of_id",
        string="Parts",
        readonly=True,
        groups="base.group_user",
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, self._table, "billing_hours"):
            # Nothing is rounded or split yet: spare a large database the computation.
            create_column(self.env.cr, self._table, "billing_hours", "float8")
            self.env.cr.execute(
                "UPDATE account_analytic_line SET billing_hours = unit_amount"
            )
        return super()._auto_init()

    # ``project_id.billing_rounding`` is not among these: it is the next invoice that
    # it bears upon, see project.project.
    @api.depends("unit_amount", "split_hours", "project_id", "product_uom_id")
    def _compute_billing_hours(self):
        for line in self:
            if line.part_of_id:
                line.billing_hours = line.billing_hours
                continue
            step = line.project_id._get_rounding_step("entry", line.product_uom_id)
            line.billing_hours = round_up(line.unit_amount, step) - line.split_hours

    @api.constrains("unit_amount", "split_hours")
    def _check_split_hours(self):
        for line in self.filtered("split_hours"):
            left = line.unit_amount * line.split_hours
            if left < 0 or abs(line.billing_hours + line.split_hours) + NOISE < abs(
                line.split_hours
            ):
                raise ValidationError(
                    self.env._(
                        "%(entry)s has parts of %(hours).2f h that are held, written "
                        "off or billed: it cannot become shorter. Take the parts back "
                        "first.",
                        entry=line.display_name,
                        hours=line.split_hours,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        shared = {name: vals[name] for name in SHARED_FIELDS & vals.keys()}
        # Told by a column that is read anyway: most entries have no part.
        if shared and (split := self.sudo().filtered("split_hours")):
            # sudo: a part is where its entry is, whoever may see it
            split.part_ids.write(shared)
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_except_split(self):
        # sudo: whether there are parts does not depend on who deletes
        split = self.sudo().filtered("split_hours")
        if split and split.part_ids - self:
            raise UserError(
                self.env._(
                    "A part of %(entries)s is held, written off or billed. Take the "
                    "part back before you delete the entry.",
                    entries=", ".join(split.mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------- parts

    def _split_off(self, hours, vals):
        """Split a part off this unbilled entry; its worked time stays as it is.

        :param float hours: size of the part, in the entry's unit and with its sign
        :param dict vals: ``billing_hold`` and ``hold_reason`` of the part
        :return: the part, a time entry with no worked time
        :raises UserError: where the entry has not that much
        """
        self.ensure_one()
        if not self._is_not_billed():
            raise UserError(
                self.env._(
                    "%(entry)s is invoiced: only a credit note gives it back.",
                    entry=self.display_name,
                )
            )
        if hours * self.billing_hours <= 0 or (
            abs(hours) >= abs(self.billing_hours) - NOISE
        ):
            raise UserError(
                self.env._(
                    "A part of %(entry)s is more than 0 and less than %(hours).2f h.",
                    entry=self.display_name,
                    hours=self.billing_hours,
                )
            )
        # As OdooBot: billing people split time that is locked, and whose author they
        # are not. Who may do so is the matter of the public methods that call this.
        entry = self.with_user(SUPERUSER_ID)
        values = entry._read_format(SHARED_FIELDS | {"so_line", "is_so_line_edited"})[0]
        part = entry.create(
            {
                **{
                    name: value[0] if isinstance(value, tuple) else value
                    for name, value in values.items()
                    if name != "id"
                },
                "unit_amount": 0.0,
                "billing_hours": hours,
                "part_of_id": entry.id,
                **vals,
            }
        )
        entry.split_hours += hours
        return part.with_env(self.env)

    def _merge_back(self):
        """Take unbilled parts back into their entries, where those are unbilled too."""
        parts = self.with_user(SUPERUSER_ID).filtered("part_of_id")
        billed = (parts | parts.part_of_id).filtered(
            lambda line: not line._is_not_billed()
        )
        if billed:
            raise UserError(
                self.env._(
                    "%(entries)s: invoiced already, so the part stays on its own.",
                    entries=", ".join(billed.mapped("display_name")),
                )
            )
        for entry, entry_parts in parts.grouped("part_of_id").items():
            left = entry.split_hours - sum(entry_parts.mapped("billing_hours"))
            entry_parts.unlink()
            entry.split_hours = 0.0 if float_compare(left, 0, 6) == 0 else left
