from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date

SENT_BACK = "invoicing_cycle.mail_activity_type_sent_back"


#: How many entries a reminder names.
SHOWN = 10


class AccountAnalyticLine(models.Model):
    """Time that was sent back: its author hears of it, mends it, hands it in again."""

    _inherit = "account.analytic.line"

    def action_resubmit(self):
        """Hand in again what was sent back; the rest of the timesheet stays as is.

        :raises AccessError: where the caller may not lock this person's time
        """
        self.check_access("read")
        # sudo: the mark is not the author's to write; who may is checked here.
        lines = self.sudo().filtered("sent_back")
        self.env["timesheet.lock"]._check_may_lock(lines.employee_id)
        lines._resubmit()
        return True

    def _resubmit(self):
        """End the exception that these entries (superuser) were from the lock."""
        if not self:
            return
        self._record({"sent_back": False, "sent_back_reason": False})
        self.env["timesheet.approval.log"]._log(self, "resubmitted")
        self._close_sent_back_reminders()

    def _close_sent_back_reminders(self):
        """Nothing is left with these entries' authors: their reminder is done."""
        employees = self.employee_id
        # sudo: whether something is left with a person, whoever mended the rest
        groups = self.sudo()._read_group(
            [("employee_id", "in", employees.ids), ("sent_back", "=", True)],
            ["employee_id"],
        )
        done = employees.browse(
            set(employees.ids) - {employee.id for [employee] in groups}
        )
        if done.user_id:
            self.env["mail.activity"]._close_reminders(SENT_BACK, done.user_id)

    def _remind_of_sent_back(self, reason):
        """Tell the authors of these entries (superuser) that they were sent back.

        :param str reason: why
        """
        reminders = {}
        groups = self.grouped(lambda line: line.employee_id.user_id or line.user_id)
        for user, lines in groups.items():
            if user.active:
                reminders[user] = lambda env, lines=lines: (
                    env._("Mend your time and hand it in again"),
                    lines.with_env(env)._format_sent_back(reason),
                )
        self.env["mail.activity"]._remind(SENT_BACK, reminders)

    @api.model
    def _get_sent_back_url(self):
        return "/odoo/sent-back-time"

    def _format_sent_back(self, reason):
        """What was sent back, by whom and why, with a link to the list, as Markup."""
        # sudo: read by the authors of the time: date, project and text are their own
        lines = self.sudo()
        texts = [
            Markup("<li>%s</li>")
            % self.env._(
                "%(date)s, %(project)s: %(description)s",
                date=format_date(self.env, line.date),
                project=line.project_id.display_name,
                description=line.name,
            )
            for line in lines[:SHOWN]
        ]
        if len(lines) > SHOWN:
            texts.append(
                Markup("<li>%s</li>")
                % self.env._("%(count)s more", count=len(lines) - SHOWN)
            )
        return Markup('<p>%s</p><ul>%s</ul><p><a href="%s">%s</a></p>') % (
            self.env._(
                "%(user)s sent time back: %(reason)s",
                user=self.env.user.name,
                reason=reason,
            ),
            Markup().join(texts),
            self._get_sent_back_url(),
            self.env._("Open the time that was sent back"),
        )
