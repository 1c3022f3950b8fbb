from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.billing_calendar import FREQUENCIES, add_days
from ...tools.bounds import billing_days


class ProjectProject(models.Model):
    """Gives time its period, also time that comes after the schedule has ended."""

    _inherit = "project.project"

    has_billing_periods = fields.Boolean(
        compute="_compute_has_billing_periods",
        store=True,
        export_string_translation=False,
        groups="base.group_user",
        help="Spares the time of all other projects the search for a period.",
    )

    @api.depends("billing_period_ids")
    def _compute_has_billing_periods(self):
        for project in self:
            project.has_billing_periods = bool(project.billing_period_ids)

    def _reassign_entries(self):
        """Let the unbilled time and more of these projects find its period."""
        if not self:
            return
        for records, inverse in self._get_waiting_records():
            before = {record: record.billing_period_id for record in records}
            records._find_period_anew()
            # The ORM tells dependants of a computed link when its sources change, not
            # when it is computed on demand: tell both periods of each that moved.
            moved = records.filtered(
                lambda record, before=before: record.billing_period_id != before[record]
            )
            moved.modified(["billing_period_id"])
            # sudo: periods are told that their content changed, nothing is read
            left = self.env["project.billing.period"].sudo()
            left.union(*(before[record] for record in moved)).modified([inverse])
        self.env["project.billing.period"].invalidate_model(
            ["state", "is_overdue", "readiness"], flush=False
        )
        # Given back after all periods were closed, or left by one that was skipped.
        self._open_supplementary_periods()

    def _get_waiting_records(self):
        """What these projects may bill, whatever period it waits in.

        :return: list of (records, name of the period's field of them)
        """
        # sudo: where time belongs does not depend on who may read it
        time = [
            self.env[model]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("invoice_line_id", "=", False),
                    ("timesheet_invoice_type", "=", "billable_time"),
                ]
            )
            for model in ("account.analytic.line", "project.billing.part")
        ]
        # sudo: as for time above
        expenses = (
            self.env["hr.expense"]
            .sudo()
            .search([("billing_project_id", "in", self.ids)])
        )
        return [
            *zip(time, ("timesheet_ids", "part_ids"), strict=True),
            (expenses, "expense_ids"),
        ]

    # ---------------------------------------------------------- supplementary

    def _open_supplementary_periods(self, today=None):
        """Late time that no period takes gets one.

        Where the schedule has ended (the project's end is past, it is complete or
        archived, or its schedule was taken away) one of its own; where it goes on, and
        all periods are closed already, the next one.

        :param date today: the day to count from, that of each company by default
        """
        # sudo: where time belongs does not depend on who may read it
        projects = self.sudo().with_context(active_test=False)
        late = projects.filtered(lambda project: project._has_no_period_to_come())
        (projects - late)._open_following_periods()
        homeless = late._get_homeless_time() if late else []
        if not homeless:
            return
        # sudo: the system opens these, for whoever logged, moved or gave back the time
        Period = self.env["project.billing.period"].sudo()
        last_periods = {
            project: project.billing_period_ids.sorted("date_from")[-1:]
            for project, _last_day in homeless
        }
        supplementary = Period.union(*last_periods.values()).filtered(
            "is_supplementary"
        )
        extensible = supplementary - supplementary._filtered_closed()
        vals_list, extended = [], {}
        for project, last_day in homeless:
            last = last_periods[project]
            start = today or project._get_today()
            if last in extensible:
                extended[last] = max(start, last_day, last.date_to)
                continue
            date_from = add_days(last.date_to, 1)
            if date_from > billing_days(start)[1]:
                # Nor does a period from before there were limits go on for ever.
                continue
            vals_list.append(
                {
                    "project_id": project.id,
                    "date_from": date_from,
                    "date_to": max(start, last_day, date_from),
                    "is_supplementary": True,
                }
            )
        with Period._recording():
            for date_to, group in Period.union(*extended).grouped(extended.get).items():
                group.write({"date_to": date_to})
            Period.create(vals_list)

    def _open_following_periods(self):
        """Open the next periods where all were closed ahead of time, and time is left.

        Periods are opened up to the end of the next cycle; invoicing all of them before
        leaves later time without one.
        """
        going_on = self.filtered(
            lambda project: project.billing_frequency in FREQUENCIES
        )
        latest = billing_days(fields.Date.context_today(self))[1]
        for project, _last_day in going_on._get_homeless_time() if going_on else ():
            last = project.billing_period_ids.sorted("date_from")[-1:]
            if last in last._filtered_closed() and last.date_to < latest:
                project._open_billing_periods(today=last.date_to)

    def _has_no_period_to_come(self):
        """Whether this project has periods, and the schedule will open no more."""
        self.ensure_one()
        days = self.billing_period_ids.mapped("date_to")
        if not days or not all(days):
            return False
        if self._is_schedule_ended():
            return True
        if self.billing_frequency == "completion":
            return self.last_update_status == "done"
        return bool(
            self.billing_frequency in FREQUENCIES
            and self.date
            and self.date <= max(days)
        )

    def _get_homeless_time(self):
        """Unbilled time of these projects that no period takes, in two queries.

        What is dated further ahead than may be billed waits for its day.

        :return: list of (project, day of the latest entry)
        """
        last = billing_days(fields.Date.context_today(self))[1]
        days = {}
        for model in ("account.analytic.line", "project.billing.part"):
            # sudo: as in _get_waiting_records
            records = self.env[model].sudo()
            groups = records._read_group(
                records._get_unbilled_time_domain()
                & Domain("project_id", "in", self.ids)
                & Domain("billing_period_id", "=", False)
                & Domain("date", "<=", last),
                ["project_id"],
                ["date:max"],
            )
            for project, day in groups:
                days[project] = max(day, days.get(project, day))
        return list(days.items())

    # ------------------------------------------------------------------ rates

    def _follow_rates(self):
        """Rates have changed: what is billed, so who must have locked, and whether late
        time needs a period."""
        # sudo: who must have locked follows from the rates, not from their author
        self.sudo().billing_period_ids._sync_required()
        self._open_supplementary_periods()
