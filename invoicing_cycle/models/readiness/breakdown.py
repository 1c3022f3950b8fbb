from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models


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
        "expense_ids.state",
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
        Time = self.env["project.billing.time"]
        hours_by_person = Time._get_hours_by_person(self)
        owing = self._get_owing_persons(closed)
        approvers = Time._get_pending_approvers(self)
        freed = self._get_freed_persons()
        expenses = self._get_expense_readiness()
        visible_companies = self._get_visible_companies()
        people = self._get_people(
            employee_id for hours in hours_by_person.values() for employee_id in hours
        )
        for period in self:
            persons = defaultdict(
                lambda: {"open": 0.0, "pending": 0.0, "approved": 0.0}
            )
            automatic = set()
            for employee_id, values in hours_by_person[period._origin.id].items():
                employee = people[employee_id]
                persons[employee] = {
                    "open": values["open"],
                    "pending": values["pending"],
                    "approved": values["ready"]
                    + (values["billed"] if period in closed else 0.0),
                }
                if values["automatic"]:
                    automatic.add(employee)
            for employee in owing[period.id]:
                persons[employee]
            totals = defaultdict(float)
            lists = {"open": [], "pending": [], "approved": []}
            for employee, hours in sorted(
                persons.items(), key=lambda item: (item[0].name or "", item[0].id)
            ):
                who = {
                    "employee_id": employee.id,
                    "name": self._get_visible_name(
                        employee, employee.company_id, visible_companies
                    ),
                }
                open_days = owing[period.id].get(employee, 0)
                if open_days or hours["open"]:
                    locked_until = employee.timesheet_locked_until
                    lists["open"].append(
                        {
                            **who,
                            "locked_until": locked_until.isoformat()
                            if locked_until
                            else None,
                            "open_days": open_days,
                            "hours": hours["open"],
                        }
                    )
                if hours["pending"]:
                    lists["pending"].append(
                        {
                            **who,
                            "hours": hours["pending"],
                            "approvers": [
                                {
                                    "id": user.id,
                                    "name": self._get_visible_name(
                                        user, user.company_ids, visible_companies
                                    ),
                                }
                                for user in approvers[period._origin.id, employee.id]
                            ],
                        }
                    )
                if hours["approved"]:
                    lists["approved"].append(
                        {
                            **who,
                            "hours": hours["approved"],
                            "automatic": employee in automatic,
                        }
                    )
                for state, value in hours.items():
                    totals[state] += value
            period.open_hours = totals["open"]
            period.pending_hours = totals["pending"]
            period.approved_hours = totals["approved"]
            period.readiness = {
                **lists,
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
    def _get_people(self, ids):
        """
        :param ids: of employees, None for time of nobody
        :return: dict, id to ``hr.employee``, archived ones too
        """
        ids = set(ids)
        Employee = self.env["hr.employee"].with_context(active_test=False)
        people = {person.id: person for person in Employee.browse(ids - {None})}
        return {None: Employee, **people}

    def _get_owing_persons(self, closed):
        """Open days by required person: working days less leave after the lock date.

        Nobody owes anything for a period that is invoiced or skipped.

        :param closed: those of these periods that are closed
        :return: dict, period id to {employee: number of days}
        """
        result = defaultdict(dict)
        # Not required_ids, which a reader of one company may have fetched in part.
        rows = self.env["project.billing.period.required"].search(
            [
                ("period_id", "in", (self - closed).ids),
                ("expected", "=", True),
                ("employee_id.active", "=", True),
            ]
        )
        # The last day of work tells in advance for whom days need not be counted.
        owing = rows.filtered(lambda row: row._may_owe_days())
        for row, open_days in owing._count_open_days().items():
            result[row.period_id.id][row.employee_id] = open_days
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
