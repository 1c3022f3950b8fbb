from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ArrivedTime(NamedTuple):
    """Time of a draft's periods that came after the draft was made."""

    row: int  # its key, see entries/row.py
    period_id: int
    ready: bool  # approved, so that a refresh takes it in
    hours: float


class AccountMove(models.Model):
    """Drafts that know that they are out of date.

    A draft of a billing schedule is out of date when a refresh would change it: time of
    its periods arrived, an entry on it was changed or deleted, or the prices that it
    was made with are others now. What arrived and is not ready is told beside that. It
    is asked at every read, in a fixed number of queries for any number of drafts,
    because nothing of it is a change of the draft.
    """

    _inherit = "account.move"

    draft_status = fields.Selection(
        [("outdated", "Out of date")],
        compute="_compute_draft_status",
        search="_search_draft_status",
        compute_sudo=True,
        groups="base.group_user",
    )
    outdated_reasons = fields.Text(
        compute="_compute_draft_status", compute_sudo=True, groups="base.group_user"
    )
    arrived_not_ready = fields.Text(
        compute="_compute_draft_status",
        compute_sudo=True,
        help="What arrived since and would stay for a later period.",
        groups="base.group_user",
    )

    @api.model
    def _forget_outdated(self):
        """Something that drafts bill was saved: ask again. In place of dependencies on
        all time of all projects, which would cost queries with every entry that is
        saved."""
        self.invalidate_model(
            ["arrived_not_ready", "draft_status", "outdated_reasons"], flush=False
        )

    @api.depends(
        "state",
        "billing_origin",
        "invoice_line_ids.made_with",
        "invoice_line_ids.credit_line_ids.parent_state",
        "invoice_line_ids.price_made",
        "invoice_line_ids.discount_made",
        "invoice_line_ids.sale_line_ids.price_unit",
        "invoice_line_ids.sale_line_ids.discount",
        "invoice_line_ids.sale_line_ids.tax_ids",
        "invoice_line_ids.sale_line_ids.order_id.fiscal_position_id",
    )
    @api.depends_context("lang")
    def _compute_draft_status(self):
        drafts = self.filtered(
            lambda move: move._is_draft_of_schedule()
        )._origin.filtered(lambda move: not move._get_credits_of_lines())
        arrived = drafts._get_arrived_time()
        reasons = drafts._get_outdated_reasons(arrived)
        for move in self:
            draft = move._origin
            # Lines of one item ask for the same.
            own = dict.fromkeys(reasons[draft.id])
            move.draft_status = "outdated" if own else False
            move.outdated_reasons = "\n".join(own)
            move.arrived_not_ready = draft._format_not_ready(arrived[draft.id])

    def _get_outdated_reasons(self, arrived):
        """Why a refresh would change these drafts; each kind adds its own.

        :param dict arrived: as of :meth:`_get_arrived_time`
        :return: dict, id of the draft to list of sentences
        """
        reasons = defaultdict(list)
        changed = self._get_changed_entries()
        for draft in self:
            reasons[draft.id] += [
                *draft._format_arrived(arrived[draft.id]),
                *draft._format_changed(*changed[draft.id]),
            ]
        for line in self._get_generated_lines()._read_price_sources():
            reasons[line.move_id.id] += line._get_outdated_prices()
        return reasons

    def _search_draft_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Those that the search can find: the user's own companies, as far as they see.
        drafts = self.search(
            [("state", "=", "draft"), ("billing_origin", "=", "schedule")]
        )
        outdated = drafts.filtered("draft_status")
        domain = Domain("id", "in", outdated.ids)
        return domain if "outdated" in value else ~domain

    def _is_draft_of_schedule(self):
        self.ensure_one()
        return (
            self.state == "draft"
            and self.billing_origin == "schedule"
            and self.is_sale_document()
        )

    def _get_credits_of_lines(self):
        """Credit notes, posted or to come, of a document that was reset to draft.

        Made anew, it would bill again what they give back; so it stays as it is.
        """
        credits = self.invoice_line_ids.credit_line_ids
        return credits.filtered(lambda line: line.parent_state != "cancel").move_id

    def _get_generated_lines(self):
        """The lines that the cycle made, sections included, in their order."""
        return self.invoice_line_ids.filtered("made_with").sorted(
            lambda line: (line.sequence, line.id)
        )

    # ---------------------------------------------------------- what has changed

    def _drafted_sql(self, condition=None):
        """The periods and orders that these drafts bill, as rows of a draft's id,
        ``period_id`` and ``order_id``.

        :param condition: of the ``line``
        """
        Line, column = "account.move.line", self.env["project.billing.period"]._column
        return SQL(
            """
            SELECT DISTINCT %(move)s AS id, %(period)s AS period_id,
                   %(order)s AS order_id
              FROM account_move_line line
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line item ON item.id = rel.order_line_id
             WHERE %(move)s IN %(ids)s
               AND %(period)s IS NOT NULL
               AND %(made_with)s IS NOT NULL
               AND %(condition)s
            """,
            move=column("line", "move_id", Line),
            period=column("line", "billing_period_id", Line),
            made_with=column("line", "made_with", Line),
            order=column("item", "order_id", "sale.order.line"),
            ids=tuple(self.ids),
            condition=condition or SQL("TRUE"),
        )

    def _get_arrived_time(self):
        """Time of the periods of these drafts that waits elsewhere, in one query.

        Dated in a period of the draft, and sold by an order that is on the draft.

        :return: dict, id of the draft to list of :class:`ArrivedTime`
        """
        result = defaultdict(list)
        if not self.ids:
            return result
        Entry = self.env["account.analytic.line"]
        Period = self.env["project.billing.period"]
        column = Period._column
        rows = self.env.execute_query(
            SQL(
                """
                WITH draft AS (%(drafted)s)
                SELECT draft.id, entry.id, period.id, %(state)s = 'approved',
                       %(hours)s, %(uom)s
                  FROM draft
                  JOIN project_billing_period period ON period.id = draft.period_id
                  JOIN %(rows)s
                    ON %(project)s = %(period_project)s
                   AND %(date)s >= %(date_from)s
                   AND (%(date_to)s IS NULL OR %(date)s <= %(date_to)s)
                  JOIN sale_order_line sold ON sold.id = %(so_line)s
                 WHERE %(invoice_line)s IS NULL
                   AND %(waiting)s IS NOT NULL
                   AND %(sold_order)s = draft.order_id
                   AND %(fits)s
              ORDER BY draft.id, entry.id
                """,
                drafted=self._drafted_sql(),
                rows=Entry._all_rows_sql("entry"),
                sold_order=column("sold", "order_id", "sale.order.line"),
                fits=self._fits_sql("entry", "draft"),
                state=Entry._approval_state_sql("entry"),
                hours=column("entry", "billing_hours", Entry._name),
                uom=column("entry", "product_uom_id", Entry._name),
                project=column("entry", "project_id", Entry._name),
                date=column("entry", "date", Entry._name),
                so_line=column("entry", "so_line", Entry._name),
                invoice_line=column("entry", "invoice_line_id", Entry._name),
                waiting=column("entry", "billing_period_id", Entry._name),
                period_project=column("period", "project_id"),
                date_from=column("period", "date_from"),
                date_to=column("period", "date_to"),
            )
        )
        Uom = self.env["uom.uom"]
        for move_id, key, period_id, ready, hours, uom_id in rows:
            result[move_id].append(
                ArrivedTime(
                    key,
                    period_id,
                    bool(ready),
                    Uom.browse(uom_id)._to_hours(hours),
                )
            )
        return result

    def _get_changed_entries(self):
        """What became of the entries on these drafts, in one query.

        Not by comparing quantities, which are rounded: changed entries remember that
        they were, and of the others the exact sum must be the one billed.

        :return: dict, id of the draft to (entries that were changed, entries that are
            missing, whether the hours of a line are others)
        """
        result = defaultdict(lambda: (0, 0, False))
        if not self.ids:
            return result
        Period, Line = self.env["project.billing.period"], "account.move.line"
        Entry, column = "account.analytic.line", Period._column
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(move)s, (%(made_with)s->>'hours')::float,
                       (%(made_with)s->>'entries')::int,
                       COUNT(entry.id), COUNT(%(billed_as)s),
                       ARRAY_AGG(COALESCE(%(hours)s, 0)),
                       ARRAY_AGG(%(uom)s)
                  FROM account_move_line line
             LEFT JOIN %(rows)s ON %(invoice_line)s = line.id
                 WHERE %(move)s IN %(ids)s
                   AND (%(made_with)s->>'entries')::int > 0
              GROUP BY line.id
                """,
                rows=self.env[Entry]._all_rows_sql("entry"),
                move=column("line", "move_id", Line),
                made_with=column("line", "made_with", Line),
                billed_as=column("entry", "billed_as", Entry),
                hours=column("entry", "billing_hours", Entry),
                uom=column("entry", "product_uom_id", Entry),
                invoice_line=column("entry", "invoice_line_id", Entry),
                ids=tuple(self.ids),
            )
        )
        Uom = self.env["uom.uom"]
        for move_id, made, entries, count, changed, hours, uoms in rows:
            exact = sum(
                Uom.browse(uom)._to_hours(value)
                for value, uom in zip(hours, uoms, strict=True)
            )
            known, missing, others = result[move_id]
            gone = max(entries - count, 0)
            result[move_id] = (
                known + changed,
                missing + gone,
                others or (not changed and not gone and abs(exact - made) > 1e-6),
            )
        return result

    # ------------------------------------------------------------------- wording

    def _format_arrived(self, arrived):
        ready = [time.hours for time in arrived if time.ready]
        if not ready:
            return []
        return [self.env._("%(hours).2f h arrived since.", hours=sum(ready))]

    def _format_not_ready(self, arrived):
        waiting = [time.hours for time in arrived if not time.ready]
        if not waiting:
            return ""
        return self.env._(
            "%(hours).2f h arrived since and are not ready yet: they stay in a later "
            "period.",
            hours=sum(waiting),
        )

    def _format_changed(self, changed, missing, others):
        reasons = []
        if changed == 1:
            reasons.append(self.env._("1 time entry was changed."))
        elif changed:
            reasons.append(
                self.env._("%(count)s time entries were changed.", count=changed)
            )
        if missing == 1:
            reasons.append(self.env._("1 time entry was deleted."))
        elif missing:
            reasons.append(
                self.env._("%(count)s time entries were deleted.", count=missing)
            )
        if others:
            reasons.append(self.env._("The hours of its time entries are others now."))
        return reasons
