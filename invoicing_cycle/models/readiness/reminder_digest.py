import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ...tools.billing_calendar import add_days
from .reminders import format_hours

_logger = logging.getLogger(__name__)


#: People between two commits.
BATCH = 100


class ResUsers(models.Model):
    """A mail a day with all that somebody owes, where the company wants it."""

    _inherit = "res.users"

    timesheet_digest_on = fields.Date(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The day of the last mail with what the person owes.",
    )

    @api.model
    def _cron_send_reminder_digests(self):
        """Mail to everybody who owes something, once a day.

        Who has got today's is left out, so that a run that was stopped half-way goes
        on where it was, and a second one sends nothing twice.
        """
        # sudo: the switch of every company
        companies = self.env["res.company"].sudo()
        companies = companies.search([("timesheet_reminder_digest", "=", True)])
        users = self.browse()
        if companies:
            users = self.union(*self._get_reminder_digests(companies))
            users = users._filtered_for_digest()
        remaining = len(users)
        for ids in split_every(BATCH, users.ids, list):
            # Not those that another run has just now in hand.
            # Who writes anything refers to their user: that does not wait for mails.
            batch = self.browse(ids).try_lock_for_update(allow_referencing=True)
            batch._filtered_for_digest()._send_reminder_digests(companies)
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break

    def _filtered_for_digest(self):
        """Those who read mail, work today and have not got today's digest.

        Today is the day of each: a job runs in the evening of some of them.
        """
        # sudo: the day of the last mail is the system's; from here on those are chosen
        # whom the cron mails
        users = self.sudo().filtered(
            lambda user: (
                user.active
                and user._is_internal()
                and user.email
                and user.timesheet_digest_on != user._get_today()
            )
        )
        # Nobody is chased on a day off; who is no employee works when others do.
        today = fields.Date.today()
        days = users.employee_ids._get_days_of_work(
            add_days(today, -1), add_days(today, 1)
        )
        return users.filtered(
            lambda user: (
                not user.employee_ids
                or any(
                    employee._get_today() in days[employee.id]
                    for employee in user.employee_ids
                )
            )
        )

    @api.model
    def _get_reminder_digests(self, companies, users=None):
        """What is owed in some companies.

        :param users: ``res.users``, everybody by default
        :return: dict, user to {"lock": rows, "approve": rows, "sent_back": entries}
        """
        digests = defaultdict(dict)
        # sudo: each is told what the own person owes
        debts = self.env["project.billing.debt"].sudo()
        own = [("company_id", "in", companies.ids)]
        for kind in ("lock", "approve"):
            owed = debts._get_debts_by_user(kind, users, own)
            for user, rows in owed.items():
                digests[user][kind] = rows
        # sudo: as above, each gets only the own entries
        entries = self.env["account.analytic.line"].sudo()
        sent_back = entries.search([*own, ("sent_back", "=", True)], order="date, id")
        for user, lines in sent_back.grouped(
            lambda line: line.employee_id.user_id
        ).items():
            if user and (users is None or user in users):
                digests[user]["sent_back"] = lines
        return digests

    def _send_reminder_digests(self, companies):
        """Send all of these digests, else those that can be sent."""
        digests = self._get_reminder_digests(companies, self)
        users = self.filtered(lambda user: user in digests)
        try:
            with self.env.cr.savepoint():
                users._create_reminder_digests(digests)
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - named below, one by one
            _logger.info("Mailing the reminders of %s failed: %s", users, error)
        for user in users:
            try:
                with self.env.cr.savepoint():
                    user._create_reminder_digests(digests)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception("Mailing the reminder of %s failed", user.login)

    def _create_reminder_digests(self, digests):
        """Put the mails into Odoo's queue, which sends each apart, and remember it."""
        # sudo: mails and the day of the last one are nobody's to write
        users = self.sudo()
        # sudo: as above, each mail goes to whom it is about
        self.env["mail.mail"].sudo().create(
            [user._prepare_reminder_digest(digests[user]) for user in users]
        )
        for today, group in users.grouped(lambda user: user._get_today()).items():
            group.timesheet_digest_on = today

    def _prepare_reminder_digest(self, owed):
        """The mail to one person, in that person's language.

        :param dict owed: as of :meth:`_get_reminder_digests`
        """
        env = self.with_context(lang=self.lang or self.env.lang, tz=self.tz).env
        user = self.with_env(env)
        company = user.company_id
        subject = env._("Your time: what %(company)s waits for", company=company.name)
        body = env["ir.qweb"]._render(
            "invoicing_cycle.timesheet_reminder_digest",
            {
                "user": user,
                "owed": {kind: rows.with_env(env) for kind, rows in owed.items()},
                "base_url": user.get_base_url(),
                "format_hours": format_hours,
            },
            minimal_qcontext=True,
        )
        layout = env["mail.render.mixin"]._render_encapsulate(
            "mail.mail_notification_light",
            body,
            add_context={"company": company, "model_description": subject},
            context_record=user,
        )
        return {
            "subject": subject,
            "body_html": layout,
            "email_from": company.email_formatted or env.user.email_formatted,
            "recipient_ids": [Command.link(user.partner_id.id)],
            "auto_delete": True,
        }
