from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.supposed import get_supposition

LINE, INVOICE = "account.move.line", "account.move"


class ProjectBillingPeriod(models.Model):
    """Which periods are invoiced, and sent.

    Kept on the period, as its invoiced amount is: the periods of past years are by far
    the most, and nobody who looks at this month should ask their invoices. Numbers and
    not only whether there are any, so that two users who cancel or send one of two
    invoices at once write the same column, and Odoo runs one of them again.
    """

    _inherit = "project.billing.period"

    closing_line_count = fields.Integer(
        compute="_compute_live_lines",
        store=True,
        export_string_translation=False,
        help="Live invoice lines that close the period.",
    )
    fixed_line_count = fields.Integer(
        compute="_compute_live_lines",
        store=True,
        export_string_translation=False,
        help="Live invoice lines that bill its fixed amount.",
    )
    unsent_line_count = fields.Integer(
        compute="_compute_live_lines",
        store=True,
        export_string_translation=False,
        help="Live invoice lines on invoices that are not sent.",
    )

    @api.depends(
        "invoice_line_ids.billed_count",
        "invoice_line_ids.billing_kind",
        "invoice_line_ids.credit_line_ids.parent_state",
        # What a credit note takes all of: a draft may be changed after it was credited.
        "invoice_line_ids.discount",
        "invoice_line_ids.price_unit",
        "invoice_line_ids.quantity",
        "invoice_line_ids.is_supplementary",
        "invoice_line_ids.move_id.sent_on",
        "invoice_line_ids.move_id.state",
    )
    def _compute_live_lines(self):
        counts = self._count_live_lines()
        for period in self:
            period.update(counts[period._origin.id])

    def _count_live_lines(self):
        """
        :return: dict, period id to dict of numbers by field
        """
        names = list(self._get_live_line_conditions())
        counts = defaultdict(lambda: dict.fromkeys(names, 0))
        # Most periods that are opened or moved have no line.
        if ids := self.filtered("invoice_line_ids")._origin.ids:
            for row in self.env.execute_query_dict(
                self._counted_live_lines_sql(SQL("= ANY(%s)", ids))
            ):
                counts[row.pop("period_id")] = row
        return counts

    @api.model
    def _counted_live_lines_sql(self, among):
        """
        :param SQL among: condition on the id of the period
        :return: query for the number of each, of periods that have a live line
        """
        return SQL(
            "SELECT line.billing_period_id AS period_id, %s FROM %s GROUP BY 1",
            SQL(", ").join(
                SQL("COUNT(*) FILTER (WHERE %s) AS %s", condition, SQL.identifier(name))
                for name, condition in self._get_live_line_conditions().items()
            ),
            self._live_lines_sql(among),
        )

    @api.model
    def _has_live_lines_sql(self, alias, name):
        """The period has such lines: kept, but where a plan supposes some away.

        :param str alias: of the periods
        :param str name: of one of the fields above
        """
        absent = get_supposition().line_ids
        if not absent:
            return SQL("(%s > 0)", self._column(alias, name))
        return SQL(
            "EXISTS (SELECT 1 FROM %s AND line.id <> ALL(%s) AND %s)",
            self._live_lines_sql(SQL("= %s", SQL.identifier(alias, "id"))),
            absent,
            self._get_live_line_conditions()[name],
        )

    @api.model
    def _get_live_line_conditions(self):
        """
        :return: dict, field to what it counts, of a line and its invoice
        """
        return {
            # Late time is invoiced while the period is closed anyway, and a down
            # payment bills nothing of it.
            "closing_line_count": SQL(
                "(%s IS NOT TRUE AND %s IS DISTINCT FROM 'down_payment')",
                self._column("line", "is_supplementary", LINE),
                self._column("line", "billing_kind", LINE),
            ),
            "fixed_line_count": SQL(
                "%s = 'fixed'", self._column("line", "billing_kind", LINE)
            ),
            "unsent_line_count": SQL(
                "%s IS NULL", self._column("invoice", "sent_on", INVOICE)
            ),
        }

    @api.model
    def _live_lines_sql(self, among):
        """Lines of periods on invoices that are neither cancelled nor credited.

        A line that bills time is credited as long as it bills none any more: a person
        may credit more than was chosen.

        :param SQL among: condition on the id of the period
        :return: tables ``line`` and ``invoice`` with a condition, to which others may
            be added
        """
        return SQL(
            """
            account_move_line line
            JOIN account_move invoice ON invoice.id = %(move)s
           WHERE %(period)s %(among)s
             AND %(state)s <> 'cancel'
             AND (%(billed_count)s > 0 OR NOT %(credited)s)
            """,
            move=self._column("line", "move_id", LINE),
            period=self._column("line", "billing_period_id", LINE),
            among=among,
            state=self._column("invoice", "state", INVOICE),
            billed_count=self._column("line", "billed_count", LINE),
            credited=self.env[LINE]._taken_back_sql("line"),
        )
