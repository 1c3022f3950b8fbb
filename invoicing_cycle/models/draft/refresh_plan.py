from collections import defaultdict, deque
from typing import NamedTuple

from odoo import api, models

from ...tools.allocation import Allocator
from ..common.supposed import supposing
from ..entries.row_set import Rows


class RefreshPlan(NamedTuple):
    """What a draft would be if it were made now."""

    items: list  # BillingItem
    rows: list  # (values of a line, the line that is there or an empty recordset)
    surplus: models.BaseModel  # generated lines that bill nothing any more
    places: dict  # key of a row to id of the period that bills it here
    leaving: Rows  # what this draft bills no more
    taken_in: list  # ArrivedTime
    waiting: list  # ArrivedTime that stays for a later period
    arrived: list  # ArrivedItem that this draft takes in


class AccountMove(models.Model):
    """What a draft would be if it were made now: reads, and writes nothing."""

    _inherit = "account.move"

    def _get_refresh_plan(self):
        """
        :return: :class:`RefreshPlan`
        """
        self.ensure_one()
        lines = self._get_generated_lines()
        periods = lines.billing_period_id.with_company(self.company_id).sorted(
            lambda period: (period.date_from, period.id)
        )
        # By their ids: what is read together must not hang on a cache that is emptied.
        lines = lines.browse(lines.ids)
        rows = Rows.browse(lines.env, lines._get_billed_rows().keys)
        arrived = self._get_arrived_time()[self.id]
        places = {time.row: time.period_id for time in arrived if time.ready}
        places.update(self._get_refresh_places(rows, periods))
        others = self._get_arrived_items()[self.id]
        # The periods of a supplementary invoice are billed on another one.
        supplementary = any(lines.mapped("is_supplementary"))
        only = Rows.browse(lines.env, places) if supplementary else None
        sign = -1 if self.move_type == "out_refund" else 1
        # Nothing that is stored may be worked out as if the lines were not there.
        self.env.flush_all()
        with supposing(lines, places, {item.billed: item.period_id for item in others}):
            items = self._select_items(lines, periods._get_documents(only))
            vals_list = periods._prepare_lines(items, sign)
        billed = {key for item in items for key in item.rows}
        matched, surplus = self._match_lines(vals_list)
        return RefreshPlan(
            items=items,
            rows=matched,
            surplus=surplus,
            places={key: place for key, place in places.items() if key in billed},
            leaving=rows.filtered(lambda row: row._get_key() not in billed),
            taken_in=[time for time in arrived if time.row in billed],
            waiting=[time for time in arrived if time.row not in billed],
            arrived=[item for item in others if item.is_billed(items)],
        )

    def _select_items(self, lines, documents):
        """The items that belong on this draft.

        Those of documents of an order that is on it: what its periods bill on another
        invoice is no matter of this one.

        :param lines: the generated lines of this draft
        :param list documents: lists of ``BillingItem``
        """
        orders = lines.sale_line_ids.order_id
        return sorted(
            (
                item
                for items in documents
                if any(item.sale_line.order_id in orders for item in items)
                for item in items
            ),
            key=lines.billing_period_id._get_line_order,
        )

    def _match_lines(self, vals_list):
        """Find the lines that bill what these values bill.

        :return: list of (values, line or empty recordset), lines that match nothing
        """
        Line = self.env["account.move.line"]
        by_key = defaultdict(deque)
        for line in self._get_generated_lines():
            by_key[line.made_with["key"]].append(line)
        rows = []
        for vals in vals_list:
            lines = by_key[vals["made_with"]["key"]]
            rows.append((vals, lines.popleft() if lines else Line))
        return rows, Line.union(*(line for rest in by_key.values() for line in rest))

    @api.model
    def _get_refresh_places(self, rows, periods):
        """In which of these periods rows would wait if those were open.

        :param Rows rows: that a draft bills
        :return: dict, key of the row to id of the period; rows that belong elsewhere
            by now are left out
        """
        # sudo: where time belongs does not depend on who may read the project
        projects = self.env["project.project"].sudo()
        allocators = {
            project_id: Allocator(
                (
                    period._replace(
                        closed=period.closed and period.key not in periods._ids
                    )
                    for period in allocation
                ),
                projects.browse(project_id).billing_cutover or None,
            )
            for project_id, allocation in periods._get_allocation(
                rows.mapped("project_id").ids
            ).items()
        }
        places = {}
        for row in rows.filtered(lambda row: row._may_be_billed()):
            allocator = allocators.get(row.project_id.id)
            place = allocator and allocator.period_of(row.date)
            if place in periods._ids:
                places[row._get_key()] = place
        return places
