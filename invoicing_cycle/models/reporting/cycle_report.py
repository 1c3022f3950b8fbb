from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.billing_calendar import cycle_of, shift_cycle
from ..entries.costs import ALL_TIMESHEETS
from .accrual import KINDS
from .at_day import DAY_KEY
from .wip import AGES, PLACES

#: Customers that the report names; the others are one row.
CUSTOMERS = 8

#: Measures of accrued revenue that the report prints.
ACCRUED = ("earned", "invoiced", "unbilled", "in_advance")

#: Of what is in progress, the part that is old.
OLD = ("61", "91")


class BillingCycleReport(models.AbstractModel):
    """The figures of a cycle, as a board reads them: what the reports of this package
    tell, for a cycle, the one before and the same of last year.

    Of the current company and in its currency, as far as the reader bills. In a fixed
    number of queries.
    """

    _name = "billing.cycle.report"
    _description = "Figures of a Cycle"

    @api.model
    def _get_figures(self, day):
        """
        :param date day: of the cycle
        :return: dict of what the report prints
        """
        Period = self.env["project.billing.period"]
        Period.check_access("read")
        company = self.env.company
        calendar = (company.billing_cycle, company.billing_cycle_anchor)
        cycle = cycle_of(*calendar, day)
        cycles = [
            cycle,
            shift_cycle(*calendar, cycle[0], -1),
            cycle_of(*calendar, fields.Date.subtract(cycle[1], years=1)),
        ]
        # Of a cycle that is not over, what there is.
        end = min(cycle[1], company._get_today())
        accruals = self._get_accruals(cycles)
        in_progress = self._at("wip", end)._read_group(
            [], ["partner_id", "place", "age"], ["hours:sum", "amount:sum"]
        )
        return {
            "day": end,
            "is_over": end == cycle[1],
            "labels": [Period._get_cycle_label(*span) for span in cycles],
            "clear": Period._is_cycle_clear(*cycle),
            "numbers": Period.get_cycle_numbers(fields.Date.to_string(cycle[0])),
            "currency": company.currency_id,
            "rows": self._get_compared(cycles, accruals),
            "states": self._get_states(*cycle),
            **self._get_in_progress(in_progress),
            **self._get_accrued(accruals[cycle[1]]),
            "customers": self._get_customers(cycle, accruals, in_progress),
            "outside": Period._get_outside_cycle(*cycle),
        }

    @api.model
    def _at(self, model, day):
        return self.env[f"project.billing.{model}"].with_context(
            **{DAY_KEY: fields.Date.to_string(day)}
        )

    @api.model
    def _get_accruals(self, cycles):
        """Accrued revenue at the last day of each cycle, and the one before its first.

        :return: dict, day to list of (customer, kind, earned, invoiced, unbilled, in
            advance); of a day that is to come, what there is
        """
        today = self.env.company._get_today()
        days = {
            day: min(day, today)
            for date_from, date_to in cycles
            for day in (date_to, fields.Date.subtract(date_from, days=1))
        }
        found = {
            day: self._at("accrual", day)._read_group(
                [], ["partner_id", "kind"], [f"{name}:sum" for name in ACCRUED]
            )
            for day in set(days.values())
        }
        return {day: found[asked] for day, asked in days.items()}

    # ---------------------------------------------------------------- compared

    @api.model
    def _get_compared(self, cycles, accruals):
        """
        :param list cycles: (first day, last day) of each
        :param dict accruals: see :meth:`_get_accruals`
        :return: list of {"name", "kind" of its values, "values" of each cycle, None
            where there is none}
        """
        _ = self.env._
        columns = [self._get_cycle_values(*span, accruals) for span in cycles]
        rows = [
            ("earned", "amount", _("Revenue earned")),
            ("invoiced", "amount", _("Invoiced (confirmed, less credit notes)")),
            ("periods", "count", _("Billing periods scheduled")),
            ("sent", "count", _("… of them sent")),
            ("days_to_sent", "days", _("Days from period end to sent, on average")),
            ("worked_hours", "hours", _("Hours worked, sold by the hour")),
            ("billed_hours", "hours", _("… of them billed by now")),
            ("to_bill_hours", "hours", _("… not billed yet")),
            ("held_hours", "hours", _("… held")),
            ("written_off_hours", "hours", _("… written off")),
            ("realization", "ratio", _("Realization of hourly work")),
            ("fixed_work", "ratio", _("Realization of fixed and retainer work")),
        ]
        return [
            {
                "key": key,
                "kind": kind,
                "name": name,
                "values": [values.get(key) for values in columns],
            }
            for key, kind, name in rows
        ]

    @api.model
    def _get_cycle_values(self, date_from, date_to, accruals):
        earned, invoiced = self._get_revenue(accruals[date_to])
        before = self._get_revenue(accruals[fields.Date.subtract(date_from, days=1)])
        scheduled = Domain("invoice_date", ">=", date_from)
        scheduled &= Domain("invoice_date", "<=", date_to)
        counts = dict(
            self.env["project.billing.period"]._read_group(
                scheduled, ["state"], ["__count"]
            )
        )
        [(days_to_sent,)] = self._at("pace", date_to)._read_group(
            scheduled, [], ["days_to_sent:avg"]
        )
        [(fixed_work,)] = self._at("fixed.work", date_to)._read_group(
            scheduled, [], ["realization:avg"]
        )
        return {
            "earned": earned - before[0],
            "invoiced": invoiced - before[1],
            "periods": sum(counts.values())
            - counts.get("skipped", 0)
            - counts.get("empty", 0),
            "sent": counts.get("sent", 0),
            "days_to_sent": None if days_to_sent is False else days_to_sent,
            "fixed_work": None if fixed_work is False else fixed_work,
            **self._get_time_values(date_from, date_to),
        }

    @api.model
    def _get_revenue(self, accrued):
        """
        :return: (earned, invoiced) of all of it
        """
        return sum(row[2] for row in accrued), sum(row[3] for row in accrued)

    @api.model
    def _get_time_values(self, date_from, date_to):
        names = [
            "worked_hours",
            "billed_hours",
            "to_bill_hours",
            "held_hours",
            "written_off_hours",
        ]
        whole = fields.Date.start_of(date_from, "month") == date_from
        whole &= fields.Date.end_of(date_to, "month") == date_to
        if not whole and not self.env.user.has_group(ALL_TIMESHEETS):
            # Whoever may not read all timesheets is told of months alone.
            return {}
        [values] = self.env["project.billing.realization"]._read_group(
            [("date", ">=", date_from), ("date", "<=", date_to)],
            [],
            [*(f"{name}:sum" for name in names), "realization:avg"],
        )
        return {
            name: None if value is False else value
            for name, value in zip([*names, "realization"], values, strict=True)
        }

    # ------------------------------------------------------------- at its end

    @api.model
    def _get_states(self, date_from, date_to):
        """What became of the periods of the cycle.

        :return: list of {"name", "count", "amount"}, in the order of the states
        """
        Period = self.env["project.billing.period"]
        groups = {
            state: (count, amount)
            for state, count, amount in Period._read_group(
                Domain("invoice_date", ">=", date_from)
                & Domain("invoice_date", "<=", date_to),
                ["state"],
                ["__count", "amount:sum_currency"],
            )
        }
        return [
            {"name": name, "count": groups[state][0], "amount": groups[state][1] or 0.0}
            for state, name in Period._fields["state"]._description_selection(self.env)
            if state in groups
        ]

    @api.model
    def _get_in_progress(self, groups):
        """Work in progress as a table of places and ages.

        :param groups: list of (customer, place, age, hours, amount)
        :return: dict: ``ages`` their names, ``places`` list of {"name", "cells":
            (hours, amount) of each age and of all}, ``in_progress`` that of all places
        """
        Wip = self.env["project.billing.wip"]
        cells = defaultdict(lambda: (0.0, 0.0))
        for _partner, place, age, hours, amount in groups:
            for key in ((place, age), (place, ""), ("", age), ("", "")):
                before = cells[key]
                cells[key] = (before[0] + hours, before[1] + amount)
        ages = [age for age, _name in AGES] + [""]
        names = dict(Wip._fields["place"]._description_selection(self.env))
        return {
            "ages": [
                name
                for _age, name in Wip._fields["age"]._description_selection(self.env)
            ],
            "places": [
                {"name": names[place], "cells": [cells[place, age] for age in ages]}
                for place, _name in PLACES
                if (place, "") in cells
            ],
            "in_progress": [cells["", age] for age in ages],
        }

    @api.model
    def _get_accrued(self, accrued):
        """
        :param accrued: list as of :meth:`_get_accruals`
        :return: dict: ``accrued`` list of {"name", "values": earned, invoiced,
            unbilled, in advance} by kind, ``accrued_total`` the sums
        """
        Accrual = self.env["project.billing.accrual"]
        groups = {}
        for _partner, kind, *values in accrued:
            before = groups.get(kind, [0.0] * len(ACCRUED))
            groups[kind] = [sum(pair) for pair in zip(before, values, strict=True)]
        names = dict(Accrual._fields["kind"]._description_selection(self.env))
        return {
            "accrued": [
                {"name": names[kind], "values": groups[kind]}
                for kind, _name in KINDS
                if kind in groups
            ],
            "accrued_total": [
                sum(values) for values in zip(*groups.values(), strict=True)
            ]
            or [0.0] * len(ACCRUED),
        }

    # -------------------------------------------------------------- customers

    @api.model
    def _get_customers(self, cycle, accruals, in_progress):
        """Those with most in progress, and all others as one row.

        :param cycle: its first and its last day
        :return: list of {"name", "invoiced", "hours", "amount", "old", "accrued"}
        """
        rows = defaultdict(
            lambda: dict.fromkeys(
                ("invoiced", "hours", "amount", "old", "accrued"), 0.0
            )
        )
        for partner, _place, age, hours, amount in in_progress:
            row = rows[partner.id]
            row["hours"] += hours
            row["amount"] += amount
            row["old"] += amount if age in OLD else 0.0
        for partner, _kind, earned, invoiced, *_both in accruals[cycle[1]]:
            rows[partner.id]["invoiced"] += invoiced
            rows[partner.id]["accrued"] += earned - invoiced
        before = fields.Date.subtract(cycle[0], days=1)
        for partner, _kind, _earned, invoiced, *_both in accruals[before]:
            rows[partner.id]["invoiced"] -= invoiced
        # sudo: the names of customers whose projects the reader bills
        partners = self.env["res.partner"].sudo().browse(filter(None, rows))
        names = {partner.id: partner.display_name for partner in partners}
        for partner_id, row in rows.items():
            row["name"] = names.get(partner_id) or self.env._("No customer")
        named = sorted(
            (row for row in rows.values() if any(map(self._is_money, row.values()))),
            key=lambda row: (-row["amount"], -row["accrued"], row["name"]),
        )
        if len(named) > CUSTOMERS + 1:
            others = named[CUSTOMERS:]
            named = [
                *named[:CUSTOMERS],
                self._add_up(others, self.env._("%s others", len(others))),
            ]
        return [*named, self._add_up(named, self.env._("Total"))] if named else []

    @api.model
    def _is_money(self, value):
        return isinstance(value, float) and abs(value) > 1e-6

    @api.model
    def _add_up(self, rows, name):
        sums = {key: sum(row[key] for row in rows) for key in rows[0] if key != "name"}
        return {**sums, "name": name}
