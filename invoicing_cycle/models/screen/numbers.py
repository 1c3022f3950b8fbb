from collections import Counter, defaultdict

from odoo import api, models
from odoo.fields import Domain

#: For so many periods it is asked who could approve their time; of more it takes longer
#: than a screen may.
PERIODS_ASKED = 500


class ProjectBillingPeriod(models.Model):
    """The numbers that managers ask for, beside those of the header."""

    _inherit = "project.billing.period"

    @api.model
    @api.readonly
    def get_cycle_numbers(self, cycle_date=False):
        """What lies where, since when, and who keeps most of it.

        :param cycle_date: any day of the cycle (ISO), today by default
        :return: dict of plain values: ``ready`` (to be created) and ``to_send``
            (created and not sent), each with ``count``, ``amounts`` by currency
            (untaxed), ``oldest`` (ISO date or False: the scheduled invoice date, of an
            invoice the day on which it was created) and ``oldest_days``;
            ``blocks_most``: False or the ``name`` of who keeps most ``periods`` pending
            and the ``kind`` of what is owed ("lock" or "approve");
            ``approvals_left_out``: what waits for approvals, where it is too much to
            ask who could give them
        """
        self.browse().check_access("read")
        date_from, date_to = self._get_cycle(cycle_date)
        due = self._get_to_invoice_domain(date_from, date_to)
        return {
            "ready": self._get_ready_number(due & Domain("state", "=", "ready")),
            "to_send": self._get_to_send_number(),
            **self._get_blocker(date_to),
        }

    @api.model
    def _get_ready_number(self, domain):
        return self._prepare_number(
            self._read_group(
                domain,
                ["currency_id"],
                ["__count", "amount_to_invoice:sum", "invoice_date:min"],
            )
        )

    @api.model
    def _get_to_send_number(self):
        """Of the invoices, or of their periods for who reads no invoices."""
        if not self._shows_invoices():
            return self._prepare_number(
                self._read_group(
                    [("state", "=", "to_send")],
                    ["currency_id"],
                    ["__count", "amount_invoiced:sum", "invoice_date:min"],
                )
            )
        groups = self.env["account.move"]._read_group(
            self._get_to_send_domain(),
            ["company_id"],
            ["__count", "amount_untaxed_signed:sum", "create_date:min"],
        )
        return self._prepare_number(
            [
                # Signed amounts are in the currency of the company.
                (company.currency_id, count, amount, created and created.date())
                for company, count, amount, created in groups
            ]
        )

    @api.model
    def _prepare_number(self, groups):
        """
        :param groups: (currency, count, amount, oldest day) of each
        """
        amounts = defaultdict(float)
        for currency, _count, amount, _day in groups:
            amounts[currency.id] += amount or 0.0
        oldest = min((day for *_values, day in groups if day), default=False)
        today = self.env.company._get_today()
        return {
            "count": sum(count for _currency, count, _amount, _day in groups),
            "amounts": [
                {"currency_id": currency_id, "amount": amount}
                for currency_id, amount in amounts.items()
                if amount
            ],
            "oldest": oldest and oldest.isoformat(),
            "oldest_days": max((today - oldest).days, 0) if oldest else 0,
        }

    # ---------------------------------------------------------------- blockers

    @api.model
    def _get_blocker(self, date_to):
        """Who keeps most periods pending: by days and time that are not locked, and by
        time that waits for an approval of theirs."""
        until = Domain("invoice_date", "<=", date_to)
        blocked = Counter(self._count_lockers(until))
        approvals, left_out = self._count_approvers(until)
        blocked.update(approvals)
        result = {"blocks_most": False, "approvals_left_out": left_out}
        if blocked:
            (kind, name, _id), periods = min(
                blocked.items(), key=lambda item: (-item[1], item[0][1], item[0][0])
            )
            result["blocks_most"] = {"kind": kind, "name": name, "periods": periods}
        return result

    @api.model
    def _count_lockers(self, domain):
        """
        :return: dict, ("lock", name, id) to the number of periods
        """
        companies = self._get_visible_companies()
        counts = {}
        for person, periods in self.env["project.billing.debt"]._read_group(
            domain & Domain("kind", "=", "lock"),
            ["employee_id"],
            ["period_id:count_distinct"],
            order="period_id:count_distinct desc",
            limit=1,
        ):
            # sudo: the name of who is to be turned to, as the rows of the screen tell
            who = person.sudo()
            name = self._get_visible_name(who, who.company_id, companies)
            counts["lock", name, who.id] = periods
        return counts

    @api.model
    def _count_approvers(self, domain):
        """
        :return: (dict, ("approve", name, id) to the number of periods; number of the
            periods that are too many to ask for)
        """
        groups = self.env["project.billing.debt"]._read_group(
            domain & Domain("kind", "=", "approve"),
            ["period_id"],
            limit=PERIODS_ASKED + 1,
        )
        periods = self.union(*(period for (period,) in groups))
        if len(periods) > PERIODS_ASKED:
            return {}, self.env["project.billing.debt"].search_count(
                domain & Domain("kind", "=", "approve")
            )
        blocked = defaultdict(set)
        waiting = self.env["project.billing.time"]._get_pending_approvers(periods)
        for (period_id, _person), users in waiting.items():
            for user in users:
                blocked[user].add(period_id)
        companies = self._get_visible_companies()
        return {
            (
                "approve",
                self._get_visible_name(user, user.company_ids, companies),
                user.id,
            ): len(ids)
            for user, ids in blocked.items()
        }, 0
