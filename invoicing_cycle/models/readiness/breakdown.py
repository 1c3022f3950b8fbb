from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models

#: Of a person who has logged nothing, as ``project.billing.time`` tells them.
NO_HOURS = {
    "open": 0.0,
    "pending": 0.0,
    "ready": 0.0,
    "billed": 0.0,
    "automatic": False,
}


class ProjectBillingPeriod(models.Model):
    """What is ready for the invoice and who still owes what, as numbers and names."""

    _inherit = "project.billing.period"

    open_hours = fields.Float(compute="_compute_readiness", compute_sudo=True)
    pending_hours = fields.Float(compute="_compute_readiness", compute_sudo=True)
    approved_hours = fields.Float(compute="_compute_readiness", compute_sudo=True)
    readiness = fields.Json(
        string="Time entries and expenses",
        compute="_compute_readiness",
        compute_sudo=True,
    )

    @api.depends(
        "amount_invoiced",
        "date_from",
        "date_to",
        "late_hours",
        "state",
        "company_id.timesheet_approval",
        "required_ids.expected",
        "required_ids.reason",
        "required_ids.last_work_day",
        "required_ids.employee_id.active",
        "required_ids.employee_id.timesheet_locked_until",
        "part_ids.counted_in",
        "timesheet_ids.counted_in",
        "expense_ids.approval_state",
        "expense_ids.sale_order_line_id",
        "expense_ids.untaxed_amount_currency",
        "expense_amount",
        "project_id.user_id",
    )
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_readiness(self):
        """Numbers and names only, in a fixed number of queries for any number of rows.

        Billing people may not read timesheets in Odoo, so this reads as superuser and
        gives away no entry. Names of persons in other companies stay hidden.
        """
        closed = self._filtered_closed()
        details = self._get_readiness_details(closed)
        hours = self.env["project.billing.time"]._get_hours_by_person(self)
        owing = self._get_open_days(closed)
        people = self._describe_people(
            {
                id_
                for by_person in (*hours.values(), *owing.values())
                for id_ in by_person
            }
        )
        approvers = self._describe_approvers()
        for period in self:
            period_id = period._origin.id
            lists = {"open": [], "pending": [], "approved": []}
            totals = dict.fromkeys(lists, 0.0)
            persons = {**dict.fromkeys(owing[period.id], NO_HOURS), **hours[period_id]}
            for person in sorted(persons, key=lambda id_: people[id_]["order"]):
                values, who = persons[person], people[person]["who"]
                approved = values["ready"]
                if period in closed:
                    approved += values["billed"]
                totals["open"] += values["open"]
                totals["pending"] += values["pending"]
                totals["approved"] += approved
                open_days = owing[period.id].get(person, 0)
                if open_days or values["open"]:
                    lists["open"].append(
                        {
                            **who,
                            "locked_until": people[person]["locked_until"],
                            "open_days": open_days,
                            "hours": values["open"],
                        }
                    )
                if values["pending"]:
                    lists["pending"].append(
                        {
                            **who,
                            "hours": values["pending"],
                            "approvers": approvers.get((period_id, person), []),
                        }
                    )
                if approved:
                    lists["approved"].append(
                        {
                            **who,
                            "hours": approved,
                            "automatic": bool(values["automatic"]),
                        }
                    )
            period.open_hours = totals["open"]
            period.pending_hours = totals["pending"]
            period.approved_hours = totals["approved"]
            period.readiness = {**lists, **details[period]}

    def _get_readiness_details(self, closed):
        """What else there is to tell of each of these; kinds add theirs.

        :param closed: those of these periods that are closed
        :return: dict, period to dict of plain values
        """
        visible_companies = self._get_visible_companies()
        freed = self._get_freed_persons()
        expenses = self._get_expense_readiness()
        return {
            period: {
                "freed": [
                    period._describe_freed(row, visible_companies)
                    for row in freed[period.id]
                ],
                "late": {"hours": period.late_hours},
                "expenses": expenses[period.id],
                # Of a period of which something is left, or is to be billed again.
                "invoiced": 0.0 if period in closed else period.amount_invoiced,
                "approval": bool(period.company_id.timesheet_approval),
            }
            for period in self
        }

    @api.model
    def _get_visible_companies(self):
        """The companies that the reader has switched on, out of those allowed.

        As superuser the environment believes whatever companies a client names.
        """
        companies = self.env.companies
        if self.env.uid == SUPERUSER_ID:
            return companies
        return companies & self.env.user.company_ids

    @api.model
    def _get_visible_name(self, who, companies, visible_companies):
        """The name of a person or user, unless it belongs to other companies only."""
        if companies and not companies & visible_companies:
            return self.env._("Person of another company")
        return who.name

    @api.model
    def _describe_people(self, ids):
        """
        :param ids: of employees, None for time of nobody
        :return: dict, id to {"who": what the reader may know of the person, "order":
            key to sort by, "locked_until": day as text or None}
        """
        visible_companies = self._get_visible_companies()
        Employee = self.env["hr.employee"].with_context(active_test=False)
        result = {}
        for person in (*Employee.browse(ids - {None}), Employee):
            locked_until = person.timesheet_locked_until
            result[person.id or None] = {
                "who": {
                    "employee_id": person.id,
                    "name": self._get_visible_name(
                        person, person.company_id, visible_companies
                    ),
                },
                "order": (person.name or "", person.id),
                "locked_until": locked_until.isoformat() if locked_until else None,
            }
        return result

    def _describe_approvers(self):
        """Who may approve what waits for that.

        :return: dict, (period id, employee id) to list of {"id", "name"}
        """
        visible_companies = self._get_visible_companies()
        approvers = self.env["project.billing.time"]._get_pending_approvers(self)
        return {
            key: [
                {
                    "id": user.id,
                    "name": self._get_visible_name(
                        user, user.company_ids, visible_companies
                    ),
                }
                for user in approvers[key]
            ]
            for key in approvers
        }

    def _get_open_days(self, closed):
        """Open days by required person: working days less leave after the lock date.

        Nobody owes anything for a period that is invoiced or skipped.

        :param closed: those of these periods that are closed
        :return: dict, period id to {employee id: number of days}
        """
        result = defaultdict(dict)
        Required = self.env["project.billing.period.required"]
        # Not required_ids, which a reader of one company may have fetched in part.
        for row in Required._count_open_days("period_id", (self - closed).ids):
            result[row.period_id][row.employee_id] = row.count
        return result

    def _get_freed_persons(self):
        """Of whom nothing is expected, with the reason on the row.

        :return: dict, period id to ``project.billing.period.required``
        """
        Required = self.env["project.billing.period.required"]
        rows = Required.search(
            [("period_id", "in", self.ids), ("expected", "=", False)]
        ).sorted(lambda row: (row.employee_id.name or "", row.id))
        return defaultdict(Required.browse, rows.grouped(lambda row: row.period_id.id))

    @api.model
    def _describe_freed(self, row, visible_companies):
        person = row.employee_id
        name = self._get_visible_name(person, person.company_id, visible_companies)
        # Who must not see the person must not read about the person either.
        return {
            "employee_id": person.id,
            "name": name,
            "reason": row.reason if name == person.name else "",
        }

    def _get_expense_readiness(self):
        """Amounts of re-invoiced expenses, ready and waiting, in the period's currency.

        :return: dict, period id to {"ready": amount, "pending": amount}
        """
        waiting = defaultdict(float)
        for period in self:
            for expense in period.expense_ids:
                if expense._is_waiting_for_posting():
                    amount = expense.untaxed_amount_currency
                    waiting[period, expense.currency_id, expense.date] += amount
        result = {
            period.id: {"ready": period.expense_amount, "pending": 0.0}
            for period in self
        }
        for (period, currency, day), amount in waiting.items():
            result[period.id]["pending"] += currency._convert(
                amount,
                period.currency_id,
                period.company_id,
                # Of a draft without a date nobody knows it yet.
                day or period.company_id._get_today(),
            )
        return result
