from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare

from .hours import NOISE

#: Whose time it is, when, and for what: a part never differs from its entry in these.
PLACE_FIELDS = frozenset(
    {
        "company_id",
        "date",
        "employee_id",
        "name",
        "product_uom_id",
        "project_id",
        "task_id",
    }
)


#: What it is billed on, as long as the part is billed like its entry.
ITEM_FIELDS = frozenset({"is_so_line_edited", "so_line"})


#: What a part shares with the entry that it was split off from.
SHARED_FIELDS = PLACE_FIELDS | {
    "account_id",
    "approval_key",
    "approved_by_id",
    "approved_on",
    "approved_step_id",
    "partner_id",
    "sent_back",
    "sent_back_reason",
    "user_id",
}


class AccountAnalyticLine(models.Model):
    """Parts of a time entry that are held, written off or billed on their own.

    A part is a row of the ledger like every other: a time entry with no worked time, so
    that each row is in one period, in one state and on one invoice line, and the worked
    hours stay what their author entered. It is where its entry is and is approved, sent
    back and locked with it.
    """

    _inherit = "account.analytic.line"

    # Portal users read the time of their tasks, which is that without the parts.
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

    @api.constrains("part_of_id", "unit_amount", *PLACE_FIELDS)
    def _check_part(self):
        # sudo: a part is where its entry is, whoever may see it
        for part in self.sudo().filtered("part_of_id"):
            entry = part.part_of_id
            if part.unit_amount or any(part[f] != entry[f] for f in PLACE_FIELDS):
                raise ValidationError(
                    self.env._(
                        "This is a part of %(entry)s, split off for the invoice. "
                        "Change the entry itself: its parts follow.",
                        entry=entry._format_entries(),
                    )
                )

    @contextmanager
    def _keeping_parts(self, vals):
        """These entries are written within this block: their parts go along."""
        alike = self._get_parts_alike() if "so_line" in vals else self.browse()
        yield
        if alike:
            alike.write({name: vals[name] for name in ITEM_FIELDS & vals.keys()})
        shared = {name: vals[name] for name in SHARED_FIELDS & vals.keys()}
        # sudo: whether it has parts; who may write the entry was decided by super
        # Told by a column that is read anyway: most entries have no part.
        if shared and (split := self.sudo().filtered("split_hours")):
            # sudo: a part is where its entry is, whoever may see it
            split.part_ids.write(shared)

    def _get_parts_alike(self):
        """Unbilled parts on the sales order item of their entry.

        Others stay there: hours beyond a retainer are billed on an item of their own.
        """
        # sudo: a part is where its entry is, whoever may see it
        return (
            self.sudo()
            .filtered("split_hours")
            .part_ids.filtered(
                lambda part: (
                    part.so_line == part.part_of_id.so_line and part._is_not_billed()
                )
            )
        )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_split(self):
        # sudo: whether there are parts does not depend on who deletes
        lines = self.sudo()
        for entry in lines.filtered("split_hours") - lines.filtered("part_of_id"):
            if entry.part_ids - lines:
                raise UserError(
                    self.env._(
                        "A part of this time is held, written off or billed: "
                        "%(entry)s. Whoever bills the project takes the part back "
                        "(“Bill”; one on another sales order item gets that of the "
                        "entry first) before the entry can be deleted.",
                        entry=entry._format_entries(),
                    )
                )
        for entry in lines.part_of_id - lines:
            # Taking a part back has told its entry before.
            left = sum((entry.part_ids - lines).mapped("billing_hours"))
            if abs(entry.split_hours - left) > NOISE:
                raise UserError(
                    self.env._(
                        "This is a part of %(entry)s. Take it back (“Bill”) instead of "
                        "deleting it, so that its hours are not lost.",
                        entry=entry._format_entries(),
                    )
                )

    def _timesheet_get_portal_domain(self):
        # EXTENDS hr_timesheet
        # Customers see what was worked, each entry once.
        return Domain.AND(
            [super()._timesheet_get_portal_domain(), [("part_of_id", "=", False)]]
        )

    # ----------------------------------------------------------------- ledger

    def _get_whole(self):
        """These entries, with parts replaced by the entry that they belong to."""
        parts = self.filtered("part_of_id")
        return (self - parts) | parts.part_of_id

    def _with_parts(self):
        """These entries and what was split off from them."""
        return self | self.filtered("split_hours").part_ids

    def _filter_following(self):
        """The parts that are approved and sent back with their entry.

        A part of an entry that is invoiced stands on its own.
        """
        # sudo: whether its entry is billed, nothing else of that
        return self.filtered(
            lambda line: line.part_of_id and line.sudo().part_of_id._is_not_billed()
        )

    @api.model
    def _following_sql(self, alias):
        """The rule of :meth:`_filter_following` in SQL.

        :param str alias: alias of the table account_analytic_line
        """
        return SQL(
            """
            (%(part_of)s IS NOT NULL AND NOT EXISTS (
                SELECT 1
                  FROM account_analytic_line whole
                 WHERE whole.id = %(part_of)s AND %(billed)s))
            """,
            part_of=self._column(alias, "part_of_id"),
            billed=self._billed_sql("whole"),
        )

    def _split_off(self, hours, vals):
        """Split a part off this unbilled entry; its worked time stays as it is.

        A part that is split again becomes two parts of the same entry.

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
                    entry=self._format_entries(),
                )
            )
        # Less than a second is no part. Written so that a "not a number" does not pass.
        if (
            not NOISE
            <= hours * (1 if self.billing_hours > 0 else -1)
            < (abs(self.billing_hours) - NOISE)
        ):
            raise UserError(
                self.env._(
                    "A part of %(entry)s is more than 0 and less than %(hours).2f h.",
                    entry=self._format_entries(),
                    hours=self.billing_hours,
                )
            )
        # As OdooBot: billing people split time that is locked, and whose author they
        # are not. Who may do so is the matter of the public methods that call this.
        row = self.with_user(SUPERUSER_ID)
        whole = row._get_whole()
        names = SHARED_FIELDS | ITEM_FIELDS
        values = row._read_format(names)[0]
        # Odoo creates time of active employees of the chosen companies only; this is
        # no new time, and its author may have left.
        part = whole.with_context(
            active_test=False, allowed_company_ids=whole.employee_id.company_id.ids
        ).create(
            {
                **{
                    name: value[0] if isinstance(value, tuple) else value
                    for name, value in values.items()
                    if name != "id"
                },
                "unit_amount": 0.0,
                "billing_hours": hours,
                "part_of_id": whole.id,
                **vals,
            }
        )
        if row == whole:
            whole.split_hours += hours
        else:
            row.billing_hours -= hours
        return part.with_env(self.env)

    def _merge_back(self):
        """Take unbilled parts back into their entries, where those are unbilled too."""
        # As OdooBot: see _split_off.
        parts = self.with_user(SUPERUSER_ID).filtered("part_of_id")
        billed = (parts | parts.part_of_id).filtered(
            lambda line: not line._is_not_billed()
        )
        if billed:
            raise UserError(
                self.env._(
                    "Invoiced already, so the part stays on its own: %(entries)s",
                    entries=billed._format_entries(),
                )
            )
        for entry, entry_parts in parts.grouped("part_of_id").items():
            left = entry.split_hours - sum(entry_parts.mapped("billing_hours"))
            # Before its parts go, see _unlink_except_split.
            entry.split_hours = 0.0 if float_compare(left, 0, 6) == 0 else left
        parts.unlink()
