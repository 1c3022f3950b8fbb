from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: How many people and days are named.
SHOWN = 10
SHOWN_DAYS = 5


class TimesheetLock(models.TransientModel):
    """What is missing in the timesheets, told before they are locked.

    By the company's choice a warning or a stop.
    """

    _inherit = "timesheet.lock"

    gaps = fields.Html(string="Missing", compute="_compute_gaps")
    is_stopped = fields.Boolean(compute="_compute_gaps")

    @api.depends("employee_ids", "locked_until", "lockable_until")
    def _compute_gaps(self):
        for wizard in self:
            moving = wizard._get_shown_employees().filtered(
                lambda employee, day=wizard.locked_until: (
                    not employee.timesheet_locked_until
                    or (day and employee.timesheet_locked_until < day)
                )
            )
            texts, stopped = {}, False
            # Beyond the limit nothing is locked, whatever is missing until then.
            if (
                wizard.locked_until
                and wizard.lockable_until
                and wizard.locked_until <= wizard.lockable_until
                and wizard._may_see_gaps(moving)
            ):
                texts = wizard._get_gap_texts(moving, wizard.locked_until)
                stopped = any(stop for _text, stop in texts.values())
            wizard.gaps = wizard._format_gaps([text for text, _stop in texts.values()])
            wizard.is_stopped = stopped

    @api.model
    def _may_see_gaps(self, employees):
        # A client may choose anybody: only of people whom the user may lock.
        return not self._get_not_lockable(employees)

    @api.model
    def _get_gap_texts(self, employees, day):
        """What is missing, in words, by employee (superuser records).

        :return: dict, employee to (text, whether that stops the lock); only of those
            where something is missing that the company asks for
        """
        asking = employees.filtered(
            lambda employee: (
                employee.company_id.timesheet_check_days
                or employee.company_id.timesheet_check_entries
            )
        )
        gaps = asking._get_timesheet_gaps(day) if asking else {}
        texts = {}
        for employee in asking:
            company = employee.company_id
            parts, stop = [], False
            if gaps[employee.id].empty_days and company.timesheet_check_days:
                parts.append(self._format_empty_days(gaps[employee.id].empty_days))
                stop |= company.timesheet_check_days == "stop"
            if gaps[employee.id].entries and company.timesheet_check_entries:
                parts.append(self._format_entries(gaps[employee.id].entries))
                stop |= company.timesheet_check_entries == "stop"
            if parts:
                text = self.env._(
                    "%(person)s: %(gaps)s", person=employee.name, gaps="; ".join(parts)
                )
                texts[employee] = (text, stop)
        return texts

    def _format_empty_days(self, days):
        shown = ", ".join(format_date(self.env, day) for day in days[:SHOWN_DAYS])
        if len(days) > SHOWN_DAYS:
            return self.env._(
                "no time on %(days)s and %(count)s more working days",
                days=shown,
                count=len(days) - SHOWN_DAYS,
            )
        return self.env._("no time on %(days)s", days=shown)

    def _format_entries(self, entries):
        days = sorted(set(entries.mapped("date")))
        shown = ", ".join(format_date(self.env, day) for day in days[:SHOWN_DAYS])
        if len(days) > SHOWN_DAYS:
            shown = f"{shown}, …"
        return self.env._(
            "%(count)s entries without a task or a description (%(days)s)",
            count=len(entries),
            days=shown,
        )

    @api.model
    def _format_gaps(self, texts):
        rows = texts[:SHOWN]
        if len(texts) > SHOWN:
            rows.append(
                self.env._("and %(count)s more people", count=len(texts) - SHOWN)
            )
        return rows and Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % row for row in rows
        )

    def _check_gaps(self, employees, day):
        """Refuse to lock timesheets in which something is missing that stops it."""
        texts = self._get_gap_texts(employees, day)
        stops = [text for text, stop in texts.values() if stop]
        if stops:
            more = len(stops) - SHOWN
            rows = [f"- {text}" for text in stops[:SHOWN]]
            if more > 0:
                rows.append(self.env._("- and %(count)s more people", count=more))
            raise UserError(
                "\n".join(
                    [
                        self.env._(
                            "These timesheets are not complete and cannot be locked "
                            "until %(date)s:",
                            date=format_date(self.env, day),
                        ),
                        *rows,
                        self.env._(
                            "Complete them, or lock until an earlier day. Leave and "
                            "public holidays do not count as missing."
                        ),
                    ]
                )
            )
