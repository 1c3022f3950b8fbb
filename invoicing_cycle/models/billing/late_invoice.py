from bisect import bisect_right

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...tools.bounds import PERIOD_YEARS, billing_days, years_from
from ..common.call_arguments import get_text
from ..common.refusal import refusal
from ..entries.row_set import Rows
from .generate import BillingResult


class ProjectBillingPeriod(models.Model):
    """What the invoice owner may do with late time, besides billing it with the period
    in which it waits: invoice it at once, or write it off."""

    _inherit = "project.billing.period"

    def action_invoice_late_time(self):
        """Invoice the late time of these periods now, each entry with its own period.

        The supplementary invoice bills the period that covers the entries, which is
        closed already; the period in which they were waiting stays open. Time that is
        not ready goes on waiting there.

        :return: as ``action_generate_invoices``
        :raises UserError: where a single period has no late time that is ready
        """
        self.check_access("write")
        self = self._without_caller_context()
        result = BillingResult()
        # sudo: as in _generate_invoices, the right to write was checked above
        locked = self.sudo().try_lock_for_update(allow_referencing=True)
        for period in self - locked:
            result.skipped.append([period.id, period._get_busy_text()])
        locked.invalidate_recordset()
        for company, periods in locked.grouped("company_id").items():
            periods.with_company(company)._invoice_late_time(result)
        if len(self) == 1 and not result.made:
            raise refusal((result.skipped + result.failed)[0][1])
        return self._get_generated_action(result)

    def _invoice_late_time(self, result):
        """Invoice late time period by period, each in a savepoint of its own.

        :param result: ``BillingResult``
        """
        for period in self:
            entries = period._get_late_entries()
            ready = entries.filtered(lambda row: row.approval_state == "approved")
            obstacle = period._get_late_obstacle(entries, ready)
            if obstacle:
                result.skipped.append([period.id, obstacle])
                continue
            result.made += period._try_create(
                lambda period=period, ready=ready: period._create_late_invoices(ready),
                result,
            )

    def _get_late_obstacle(self, entries, ready):
        self.ensure_one()
        name = self.display_name
        if not entries:
            return self.env._("%(period)s has no late time.", period=name)
        if not ready:
            return self.env._(
                "The late time of %(period)s is not ready: it is open or waits for "
                "approval.",
                period=name,
            )
        return self._get_missing_obstacle()

    def _create_late_invoices(self, entries):
        """Invoice ready late time that waits in this period.

        :return: ``account.move``
        """
        self._open_late_periods(entries)
        covering = self._get_covering_periods(entries)
        # Another click on the same row has waited for the lock of this period; other
        # rows bill other entries.
        covering.lock_for_update(allow_referencing=True)
        for entry, period in self._match_covering(entries, covering):
            entry._record({"billing_period_id": period.id})
        return covering._create_invoices("", rows=entries)

    def _get_late_entries(self):
        """Unbilled time that waits in these periods and is dated outside them.

        :return: :class:`Rows`
        """
        if not self.ids:
            return Rows(self.env["account.analytic.line"])
        Entry = "account.analytic.line"
        query = SQL(
            """
            SELECT entry.id
              FROM %(rows)s
              JOIN project_billing_period period ON period.id = %(period)s
             WHERE period.id IN %(ids)s
               AND %(invoice_line)s IS NULL
               AND (%(date)s < %(date_from)s OR %(date)s > %(date_to)s)
          ORDER BY %(date)s, entry.id
            """,
            rows=self.env[Entry]._all_rows_sql("entry"),
            period=self._column("entry", "billing_period_id", Entry),
            invoice_line=self._column("entry", "invoice_line_id", Entry),
            date=self._column("entry", "date", Entry),
            date_from=self._column("period", "date_from"),
            date_to=self._column("period", "date_to"),
            ids=tuple(self.ids),
        )
        # sudo: who bills a period bills its time, whoever may read timesheets
        return Rows.browse(
            self.env(su=True), (key for (key,) in self.env.execute_query(query))
        )

    @api.model
    def _match_covering(self, entries, periods):
        """
        :return: list of (row, the one of these periods that covers its date or none)
        """
        periods = periods.sorted("date_from")
        starts = periods.mapped("date_from")
        matches = []
        for entry in entries:
            # Periods share no day: only the last one that has begun may cover it.
            position = bisect_right(starts, entry.date)
            period = periods[position - 1 : position] if position else periods.browse()
            if period.date_to and period.date_to < entry.date:
                period = periods.browse()
            matches.append((entry, period))
        return matches

    def _get_covering_periods(self, entries):
        periods = self.project_id.billing_period_ids
        return periods.union(
            *(period for _entry, period in self._match_covering(entries, periods))
        )

    def _open_late_periods(self, entries):
        """Periods for late time that none covers: before the start, or in a gap.

        Each from the first to the last of its days, as far as the next period.

        :raises UserError: where time is dated so far back that nobody bills it
        """
        Period = self.env["project.billing.period"]
        project = self.project_id
        while days := sorted(
            entry.date
            for entry, period in self._match_covering(
                entries, project.billing_period_ids
            )
            if not period
        ):
            self._check_late_days(days)
            following = project.billing_period_ids.filtered(
                lambda period, day=days[0]: period.date_from > day
            ).sorted("date_from")[:1]
            longest = years_from(days[0], PERIOD_YEARS)
            vals = {
                "project_id": project.id,
                "date_from": days[0],
                "date_to": max(
                    day
                    for day in days
                    if day < longest and (not following or day < following.date_from)
                ),
                "is_supplementary": True,
            }
            with Period._recording():
                Period.create(vals)

    def _check_late_days(self, days):
        first, last = billing_days(fields.Date.context_today(self))
        far = sorted({day for day in days if not first <= day <= last})
        if far:
            raise UserError(
                self.env._(
                    "Time of %(days)s is too far away for a billing period of its own. "
                    "Correct its date, write it off, or invoice it with %(period)s.",
                    days=", ".join(format_date(self.env, day) for day in far[:5]),
                    period=self.display_name,
                )
            )

    # ---------------------------------------------------------------- write off

    def action_write_off_late_time(self, reason):
        """Give up the late time of these periods: it is never billed.

        :param str reason: why, kept on each entry and in the chatter of the period
        """
        self.check_access("write")
        reason = get_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Give a reason for writing time off."))
        for period in self:
            # sudo: giving up late time is for whoever bills the row, who need not be
            # able to change timesheets; no other field is written.
            entries = period.sudo()._get_late_entries()
            if not entries:
                raise UserError(
                    self.env._(
                        "%(period)s has no late time.", period=period.display_name
                    )
                )
            hours = entries._get_billed_hours()
            for rows in (entries.entries, entries.parts):
                rows._set_billing("write_off", reason)
            # sudo: as above, the note of what was done with it
            period.sudo()._message_log(
                body=self.env._(
                    "%(hours).2f h of late time written off: %(reason)s",
                    hours=hours,
                    reason=reason,
                )
            )
