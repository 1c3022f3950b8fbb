from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.billing_calendar import add_days, shift_cycle, tile
from ...tools.bounds import DELAY_DAYS, SCHEDULE_YEARS, years_from


class PeriodChanges(NamedTuple):
    """What a schedule asks to change about the periods of one project."""

    opened: list  # [(date_from, date_to)]; date_to None where the end is not known
    resized: dict  # period to its new date_to
    dropped: models.BaseModel


class ProjectProject(models.Model):
    """Keeps the billing periods of projects in step with their schedules.

    Invoiced and skipped periods stay for ever, and so do all before them. A changed
    schedule begins the day after the last of them and replaces the open ones that
    follow; without a change periods are only ever added at the end. A period that
    begins on the same day keeps its record, with what people noted on it.
    """

    _inherit = "project.project"

    @api.model
    def _get_schedule_fields(self):
        """Fields that decide which periods there are."""
        return {"active", "billing_frequency", "billing_start_date", "date"}

    @api.model
    def _get_completion_fields(self):
        """Fields through which the project's status changes."""
        return {"last_update_id", "last_update_status"}

    # -------------------------------------------------------------- frequency

    def _prepare_frequency_change(self, vals):
        """Periods that were entered by hand hold a change up, generated ones give way.

        :param dict vals: the values that are to be written
        :raises UserError: where hand-entered periods would be lost
        """
        custom = self.filtered(lambda project: project.billing_frequency == "custom")
        if vals["billing_frequency"] != "custom":
            custom._check_no_open_custom_periods()
            return
        # The first custom periods come with the same form as the new frequency.
        mentioned = {
            command[1]
            for command in vals.get("billing_period_ids") or []
            if command[0] in (Command.UPDATE, Command.DELETE, Command.LINK)
        }
        # sudo: the schedule's consequences, for whoever may set the schedule
        periods = (
            (self - custom).sudo().filtered("billing_frequency").billing_period_ids
        )
        free = periods._filtered_free()
        generated = (free - free._filtered_entered()).filtered(
            lambda period: period.id not in mentioned
        )
        with generated._recording():
            generated.unlink()

    def _check_no_open_custom_periods(self):
        # sudo: the refusal names every period, also those of other people's rows
        periods = self.sudo().billing_period_ids
        open_periods = periods - periods._filtered_closed()
        if open_periods:
            raise UserError(
                self.env._(
                    "These custom periods were entered by hand and are not invoiced: "
                    "%(periods)s. Invoice, skip or delete them before you change the "
                    "schedule.",
                    periods=", ".join(open_periods.mapped("display_name")),
                )
            )

    # ---------------------------------------------------------------- opening

    def _open_billing_periods(self, today=None, changed=False):
        """Open the periods that the schedules ask for, up to the end of the next cycle.

        Idempotent, and with a fixed number of queries for any number of projects.

        :param date today: the day to count from, that of each company by default
        :param bool changed: whether the schedules changed: then the open periods at
            the end are cut, extended or dropped as they ask
        """
        if not self:
            return
        # sudo: the schedule's consequences, for whoever may set the schedule
        projects = self.sudo().with_context(active_test=False)
        # sudo: as above, nobody opens or cuts scheduled periods by hand
        Period = self.env["project.billing.period"].sudo()
        periods = Period.search([("project_id", "in", projects.ids)], order="date_from")
        free = periods._filtered_free()
        if not changed:
            # The end of a project that is billed on completion is never fixed.
            free = free.filtered(
                lambda period: period.project_id.billing_frequency == "completion"
            )
        closed, holding = periods._filtered_closed(), free._filtered_holding()
        by_project = periods.grouped("project_id")
        vals_list, resized, dropped = [], {}, Period
        for project in projects:
            own = by_project.get(project, Period)
            changes = project._get_period_changes(
                own, free, closed, holding, today or project._get_today()
            )
            vals_list += [
                {"project_id": project.id, "date_from": start, "date_to": end}
                for start, end in changes.opened
            ]
            resized.update(changes.resized)
            dropped |= changes.dropped
        dropped._check_droppable()
        with Period._recording():
            dropped.unlink()
            for date_to, group in Period.union(*resized).grouped(resized.get).items():
                supplementary = group.filtered("is_supplementary")
                group.write({"date_to": date_to, "is_supplementary": False})
                supplementary._take_retainer()
                # As much of it as there are days.
                group._take_retainer(changed=True)
            Period.with_context(
                tracking_disable=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
            ).create(vals_list)
        projects._open_supplementary_periods(today)

    def _get_period_changes(self, periods, free, closed, holding, today):
        """What has to change about the periods of one project.

        :param periods: all periods of the project, in the order of their days
        :param free: those at the end that the schedule may change (of any project)
        :param closed: those that are invoiced or skipped
        :param holding: the free ones that hold time, expenses or a fixed amount
        :param date today: the day to count from
        :return: :class:`PeriodChanges`
        """
        self.ensure_one()
        last, free = (periods - free)[-1:], periods & free
        if self.billing_frequency == "custom":
            return PeriodChanges([], periods._get_ends(today), periods.browse())
        if self._is_schedule_ended():
            dropped = free - holding
            return PeriodChanges([], (periods - dropped)._get_ends(today), dropped)
        resized, dropped = {}, periods.browse()
        if self.billing_frequency == "completion":
            if last and last not in closed:
                # Its invoice was cancelled: the same period is billed again.
                last, free = (periods - free)[:-1][-1:], last | free
            spans = self._get_completion_span(last.date_to, free, today)
        else:
            resized = last._get_ends(today)
            spans = self._get_regular_spans(resized.get(last, last.date_to), today)
        opened = dict(spans)
        for period in free:
            if period.date_from in opened:
                date_to = opened.pop(period.date_from)
                if (period.date_to or None) != date_to or period.is_supplementary:
                    resized[period] = date_to
            elif not self._is_late_time_kept(period, spans, holding):
                dropped |= period
        return PeriodChanges(list(opened.items()), resized, dropped)

    def _is_schedule_ended(self):
        self.ensure_one()
        return not (self.active and self.billing_frequency)

    def _get_today(self):
        """The day it is for whoever bills this project."""
        self.ensure_one()
        return self.billing_company_id._get_today()

    def _get_first_day(self, last_day):
        """The first day that the schedule is free to cut.

        :param last_day: end of the last period that stays, or a false value
        """
        self.ensure_one()
        first = add_days(last_day, 1) if last_day else self.billing_start_date
        return max(first, self.billing_cutover or first)

    def _get_invoice_delay(self):
        """Days from the end of a period to its invoice date, within bounds."""
        # Else a value from before there were bounds would ask for periods without end.
        return min(max(self.billing_invoice_delay, -DELAY_DAYS), DELAY_DAYS)

    def _get_regular_spans(self, last_day, today):
        """First and last days of the periods that follow the one that stays."""
        self.ensure_one()
        company = self.billing_company_id or self.env.company
        until = shift_cycle(
            company.billing_cycle, company.billing_cycle_anchor, today, 1
        )[1]
        return tile(
            self.billing_frequency,
            self.billing_start_date,
            max(self._get_first_day(last_day), years_from(today, -SCHEDULE_YEARS)),
            until,
            end=self.date or None,
            delay=self._get_invoice_delay(),
        )

    def _get_completion_span(self, last_day, free, today):
        """The one period of a project that is billed on completion.

        Its end is known when the project is complete. Once it is billed, late time has
        supplementary periods, and a project that goes on has a next period.
        """
        self.ensure_one()
        first = self._get_first_day(last_day)
        if self.last_update_status != "done":
            return [(first, None)]
        current = free.filtered(lambda period: period.date_from == first)
        if last_day and not current:
            return []
        end = not current.is_supplementary and current.date_to
        return [(first, end or max(today, first))]

    def _follow_completion(self):
        """Close or re-open the periods of projects that are billed on completion."""
        projects = self.filtered(lambda p: p.billing_frequency == "completion")
        projects._open_billing_periods(changed=True)

    def _is_late_time_kept(self, period, spans, holding):
        """Whether a period of late time lies behind all that the schedule asks for."""
        last_day = spans[-1][1] if spans else date.min
        return (
            period.is_supplementary
            and period in holding
            and last_day
            and period.date_from > last_day
        )

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_invoiced(self):
        # sudo: whether invoices bill them, whoever may read those
        for project in self.sudo():
            lines = project.billing_period_ids.invoice_line_ids
            # The database deletes milestones with their project, past the ORM.
            lines |= project.milestone_ids.invoice_line_id
            if lines:
                raise UserError(
                    self.env._(
                        "%(project)s cannot be deleted: %(invoices)s bills it. Archive "
                        "it instead.",
                        project=project.display_name,
                        invoices=", ".join(lines.move_id.mapped("display_name")),
                    )
                )


class ProjectUpdate(models.Model):
    _inherit = "project.update"

    def write(self, vals):
        result = super().write(vals)
        if "status" in vals:
            # The project's status follows its last update without a call of write.
            self.project_id._follow_completion()
        return result
