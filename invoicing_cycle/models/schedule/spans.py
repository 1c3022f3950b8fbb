from datetime import date
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.billing_calendar import FREQUENCIES, add_days
from ...tools.bounds import PERIOD_YEARS, billing_days, years_from
from ..common.recorded import is_recording


class ProjectBillingPeriod(models.Model):
    """The days of a period: what the schedule gives, what people may enter by hand.

    Checked before anything is written, so that a wrong day gets a sentence and not an
    error of the database.
    """

    _inherit = "project.billing.period"

    # --------------------------------------------------------------- by hand

    def _check_by_hand(self):
        """Only custom periods are entered by hand; others follow from the schedule."""
        if is_recording(self):
            return
        # sudo: the schedule of the project that these periods belong to
        projects = self.sudo().project_id.filtered(
            lambda project: project.billing_frequency != "custom"
        )
        if projects:
            raise UserError(
                self.env._(
                    "The billing periods of %(projects)s follow from the billing "
                    "schedule. Change the schedule, skip a period, or set the schedule "
                    "to Custom to enter periods by hand.",
                    projects=", ".join(projects.mapped("display_name")),
                )
            )

    def _check_never_invoiced(self):
        """Cancelled invoices still tell which period they billed."""
        # sudo: the refusal names invoices, also to those who may not read them
        moves = self.sudo().invoice_line_ids.move_id
        if moves:
            raise UserError(
                self.env._(
                    "You cannot delete %(periods)s: %(invoices)s billed them before. "
                    "Skip them instead.",
                    periods=", ".join(self.mapped("display_name")),
                    invoices=", ".join(moves.mapped("display_name")),
                )
            )

    # ------------------------------------------------------------------ days

    def _check_new_spans(self, vals_list):
        """Refuse wrong values of new periods, see :meth:`_check_spans`."""
        defaults = {
            name: self.env.context.get(f"default_{name}")
            for name in ("project_id", "date_from", "date_to", "fixed_amount")
        }
        spans = []
        for vals in vals_list:
            vals = {**defaults, **vals}
            self._check_fixed_amount(vals)
            spans.append(
                (
                    vals["project_id"],
                    fields.Date.to_date(vals["date_from"]),
                    fields.Date.to_date(vals["date_to"]),
                )
            )
        self._check_spans(spans)
        for vals, span in zip(vals_list, spans, strict=True):
            if not vals.get("is_supplementary"):
                self._check_span_bounds(*span)

    def _check_changed_spans(self, vals):
        """Refuse wrong changes of these periods, see :meth:`_check_spans`."""
        spans = [
            (
                vals.get("project_id", period.project_id.id),
                fields.Date.to_date(vals.get("date_from", period.date_from)),
                fields.Date.to_date(vals.get("date_to", period.date_to)),
            )
            for period in self
        ]
        self._check_spans(spans)
        for period, span in zip(self, spans, strict=True):
            # What ends now was billed on completion: as long as it took.
            if period.date_to and not period.is_supplementary:
                self._check_span_bounds(*span, (period.date_from, period.date_to))

    def _check_fixed_amount(self, vals):
        if (vals.get("fixed_amount") or 0) < 0:
            raise ValidationError(
                self.env._(
                    "A fixed amount of %(amount)s is negative. Use a credit note to "
                    "pay something back.",
                    amount=vals["fixed_amount"],
                )
            )

    def _check_spans(self, spans):
        """Periods end after they start, and never share a day with another one.

        :param spans: list of (project id, date_from, date_to), for these periods or for
            new ones
        :raises ValidationError: with the name of the project and the days
        """
        # sudo: the names of projects for refusals
        projects = (
            self.env["project.project"].sudo().browse({s[0] for s in spans if s[0]})
        )
        names = {project.id: project.display_name for project in projects}
        taken = {}
        for project_id, date_from, date_to in spans:
            name = names.get(project_id, "")
            self._check_span(name, date_from, date_to)
            taken.setdefault(project_id, []).append((date_from, date_to))
        for project_id, *span in self._get_neighbours(spans):
            taken[project_id].append(tuple(span))
        for project_id, days in taken.items():
            self._check_no_overlap(names.get(project_id, ""), days)

    def _check_span(self, name, date_from, date_to):
        _ = self.env._
        if not date_from:
            raise ValidationError(
                _(
                    "Say on which day the billing period of %(project)s begins.",
                    project=name,
                )
            )
        if date_to and date_to < date_from:
            raise ValidationError(
                _(
                    "The billing period of %(project)s ends on %(end)s, before it "
                    "begins on %(start)s.",
                    project=name,
                    end=format_date(self.env, date_to),
                    start=format_date(self.env, date_from),
                )
            )

    @api.model
    def _check_span_bounds(self, project_id, date_from, date_to, known=()):
        """Refuse days that nobody bills, and spans that nobody bills at once.

        What follows from a schedule begins where that began, and on completion takes as
        long as it takes.

        :param known: first and last day before, which may stay or come closer
        """
        # sudo: the schedule of the project that the period belongs to
        project = self.env["project.project"].sudo().browse(project_id)
        first, last = billing_days(fields.Date.context_today(self))
        start = project.billing_start_date
        longest = None
        if (
            start
            and start <= date_from
            and project.billing_frequency in (*FREQUENCIES, "completion")
        ):
            first = start
        else:
            longest = add_days(years_from(date_from, PERIOD_YEARS), -1)
        days = {day for day in (date_from, date_to) if day and day not in known}
        if any(not first <= day <= last for day in days):
            raise ValidationError(
                self.env._(
                    "A billing period of %(project)s cannot be %(period)s: choose days "
                    "from %(first)s to %(last)s.",
                    project=project.display_name or "",
                    period=self._format_span(date_from, date_to),
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )
        shorter = known and date_to and date_to - date_from <= known[1] - known[0]
        if longest and date_to and date_to > longest and not shorter:
            raise ValidationError(
                self.env._(
                    "The billing period %(period)s of %(project)s is too long: "
                    "%(years)s years at most. Enter several periods, this one until "
                    "%(last)s.",
                    project=project.display_name or "",
                    period=self._format_span(date_from, date_to),
                    years=PERIOD_YEARS,
                    last=format_date(self.env, longest),
                )
            )

    def _get_neighbours(self, spans):
        """(project id, date_from, date_to) of other periods near some spans."""
        first = min((span[1] for span in spans), default=date.max)
        # sudo: the days of a project are taken, whoever may see by what
        return (
            self.sudo()
            .search_fetch(
                Domain("project_id", "in", {span[0] for span in spans})
                & Domain("id", "not in", self.ids)
                & (Domain("date_to", "=", False) | Domain("date_to", ">=", first)),
                ["project_id", "date_from", "date_to"],
            )
            .mapped(lambda p: (p.project_id.id, p.date_from, p.date_to))
        )

    def _check_no_overlap(self, name, days):
        days = sorted(days, key=lambda span: span[0])
        for (start, end), (next_start, next_end) in pairwise(days):
            if not end or end >= next_start:
                raise ValidationError(
                    self.env._(
                        "Two billing periods of %(project)s overlap: %(one)s and "
                        "%(other)s. Periods may leave gaps but never share a day.",
                        project=name,
                        one=self._format_span(start, end),
                        other=self._format_span(next_start, next_end),
                    )
                )

    # -------------------------------------------------------------- schedule

    def _filtered_free(self):
        """Those that a changed schedule may cut or drop, in one query.

        Periods that are, or ever were, on an invoice or are skipped stay, and so do all
        periods before them.
        """
        if not self:
            return self
        # The last one that stays, once a project: else each period would be compared
        # with each.
        query = SQL(
            """
            WITH stays AS (
                SELECT later.project_id, MAX(%(later_start)s) AS date_from
                  FROM project_billing_period later
                 WHERE later.project_id IN (
                       SELECT asked.project_id
                         FROM project_billing_period asked
                        WHERE asked.id IN %(ids)s)
                   AND (%(closed)s OR EXISTS (
                       SELECT 1
                         FROM account_move_line line
                        WHERE %(billed)s = later.id))
              GROUP BY later.project_id)
            SELECT p.id
              FROM project_billing_period p
         LEFT JOIN stays ON stays.project_id = p.project_id
             WHERE p.id IN %(ids)s
               AND (stays.date_from IS NULL OR %(start)s > stays.date_from)
            """,
            ids=tuple(self.ids),
            later_start=self._column("later", "date_from"),
            start=self._column("p", "date_from"),
            closed=self._closed_sql("later"),
            billed=self._column("line", "billing_period_id", "account.move.line"),
        )
        free = {row[0] for row in self.env.execute_query(query)}
        return self.filtered(lambda period: period.id in free)

    def _filtered_holding(self):
        """Those in which something waits to be billed, in one query."""
        return self._filtered_sql(self._holding_sql("p"))

    @api.model
    def _holding_sql(self, alias):
        """Time, a fixed amount or another kind of item waits in the period."""
        return SQL(
            """
            (%(amount)s
             OR EXISTS (
                SELECT 1 FROM %(rows)s
                 WHERE %(entry_period)s = %(alias_id)s))
            """,
            amount=self._holds_amount_sql(alias),
            rows=self.env["account.analytic.line"]._all_rows_sql("entry"),
            entry_period=self._column(
                "entry", "billing_period_id", "account.analytic.line"
            ),
            alias_id=SQL.identifier(alias, "id"),
        )

    @api.model
    def _holds_amount_sql(self, alias):
        return SQL("(%s > 0)", self._column(alias, "fixed_amount"))

    def _check_droppable(self):
        """A fixed amount was entered by a person: no change may lose it."""
        fixed = self.filtered("fixed_amount")
        if fixed:
            raise UserError(
                self.env._(
                    "These periods carry a fixed amount and do not fit the new "
                    "billing schedule: %(periods)s. Invoice or skip them, or remove "
                    "the amount, before you change the schedule.",
                    periods=", ".join(fixed.mapped("display_name")),
                )
            )

    def _end_today(self):
        """Give periods without an end the last day of what they hold, or today.

        They are closed before their project is complete.

        :return: those that had no end
        """
        endless = self.filtered(lambda period: not period.date_to)
        # sudo: the days of the time in the period, whoever may read it
        for period in endless.sudo():
            today = period.company_id._get_today()
            period._record({"date_to": period._get_end(today)})
        return endless

    def _get_ends(self, today):
        """What was to be billed on completion, and no longer is, is due as it stands.

        :return: dict, those of these periods that have no end to the last day of each
        """
        return {period: period._get_end(today) for period in self if not period.date_to}

    def _get_end(self, today):
        """The last day of a period that has no end, by what it holds.

        What is dated further ahead than may be billed waits for its day.
        """
        self.ensure_one()
        last = billing_days(today)[1]
        days = [*self.timesheet_ids.mapped("date"), *self.part_ids.mapped("date")]
        return max(today, self.date_from, *(day for day in days if day <= last))
