from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.call_arguments import get_text


class ProjectBillingPeriod(models.Model):
    """A closed period is invoiced or skipped: it bills no more, and stays as it is."""

    _inherit = "project.billing.period"

    skip_reason = fields.Char(readonly=True, copy=False, tracking=True)

    @api.model
    def _closed_sql(self, alias):
        """Invoiced or skipped: the period takes no more time.

        :param str alias: of the periods
        """
        return SQL(
            "(%s IS NOT NULL OR (%s AND NOT %s))",
            self._column(alias, "skip_reason"),
            self._has_live_lines_sql(alias, "closing_line_count"),
            self._fixed_amount_left_sql(alias),
        )

    def _filtered_closed(self):
        """Those that are invoiced or skipped, in one query."""
        return self._filtered_sql(self._closed_sql("p"))

    def _filtered_kept(self):
        """Those that are skipped, or of which an invoice bills anything, in one
        query."""
        return self._filtered_sql(
            SQL(
                "(%s IS NOT NULL OR %s)",
                self._column("p", "skip_reason"),
                self._has_live_lines_sql("p", "closing_line_count"),
            )
        )

    def _filtered_sql(self, condition):
        """
        :param SQL condition: of the table ``p``
        """
        ids = tuple(self._origin.ids)
        if not ids:
            return self.browse()
        query = SQL(
            "SELECT p.id FROM project_billing_period p WHERE p.id IN %s AND %s",
            ids,
            condition,
        )
        found = {row[0] for row in self.env.execute_query(query)}
        return self.filtered(lambda period: period._origin.id in found)

    def _check_open(self, action):
        closed = self._filtered_closed()
        if closed:
            raise UserError(
                self.env._(
                    "You cannot %(action)s %(periods)s: invoiced or skipped periods "
                    "stay as they are.",
                    action=action,
                    periods=", ".join(closed.mapped("display_name")),
                )
            )

    # --------------------------------------------------------------- skipping

    def action_skip(self, reason):
        """Leave these periods out; their time goes to the next period.

        :param str reason: why, kept on the period and in its chatter
        """
        self.check_access("write")
        # What is not stored is none of them.
        self = self._origin
        reason = get_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Give a reason for skipping."))
        self._check_open(self.env._("skip"))
        self._end_today()
        self._record({"skip_reason": reason})
        self.project_id._follow_completion()
        self._reassign_entries()

    def _tell_names(self):
        """The one, or how many they are, for one sentence."""
        if len(self) == 1:
            return self.display_name
        return self.env._("%(count)s periods", count=len(self))

    def action_unskip(self):
        """Open skipped periods again and give them their time back."""
        self.check_access("write")
        skipped = self.filtered("skip_reason")
        if not skipped:
            raise UserError(self.env._("None of these billing periods is skipped."))
        skipped._record({"skip_reason": False})
        skipped.project_id._follow_completion()
        skipped._reassign_entries()
