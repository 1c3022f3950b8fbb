from collections import defaultdict
from functools import partial

from odoo import api, models
from odoo.fields import Domain

from ..common.call_arguments import ensure_one
from .debt import REMINDERS

#: More people than this are counted, not named.
MAX_NAMES = 5


def format_hours(hours):
    """Exact to the minute, as time is entered: "12", "7:20"."""
    minutes = round(abs(hours) * 60)
    text = f"{minutes // 60}:{minutes % 60:02d}".removesuffix(":00")
    return f"-{text}" if hours < 0 else text


class ProjectBillingDebt(models.Model):
    """Reminders: an activity for everybody who owes, with all that they owe."""

    _inherit = "project.billing.debt"

    def action_remind(self):
        """Remind those who owe these rows, unless a reminder is open already.

        :return: a notification that says who was reminded, and who could not be
        """
        self.check_access("read")
        # sudo: what a person owes elsewhere is told to that person, to nobody else
        return self._origin.sudo()._remind()

    def action_remind_all(self):
        """Remind everybody who owes something, as far as the user sees it."""
        return self.search(Domain.TRUE).action_remind()

    def action_open_period(self):
        self.check_access("read")
        ensure_one(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "project.billing.period",
            "res_id": self.period_id.id,
            "views": [(False, "form")],
        }

    def _remind(self):
        debtors = self._get_debtors()
        reminded = asked = self.env["res.users"]
        for kind, xmlid in REMINDERS.items():
            users = self.env["res.users"].union(
                *(users for debt, users in debtors.items() if debt.kind == kind)
            )
            asked |= users
            reminded |= self.env["mail.activity"]._remind(
                xmlid, self._prepare_reminders(kind, users)
            )
        return self._notify_reminded(
            reminded, asked - reminded, self.filtered(lambda debt: not debtors[debt])
        )

    @api.model
    def _close_reminders(self, kind, users=None):
        """Mark the reminders of those who owe nothing of a kind any more as done.

        :param users: ``res.users`` to look at, everybody by default
        """
        xmlid = REMINDERS[kind]
        if users is not None and not users:
            return
        # sudo: reminders are their users' own, and so is what they still owe
        activities = self.env["mail.activity"].sudo()
        reminded = activities._search_reminders(xmlid, users).user_id
        if reminded:
            # sudo: as above; nothing of the rows is told, they keep a reminder open
            owing = self.sudo()._get_debts_by_user(kind, reminded)
            free = reminded.filtered(lambda user: user not in owing)
            activities._close_reminders(xmlid, free)

    @api.model
    def _cron_remind(self):
        """Once a day: close what no action closed, such as after an invoice; mail."""
        for kind in REMINDERS:
            self._close_reminders(kind)
        self.env["res.users"]._cron_send_reminder_digests()

    # -------------------------------------------------------------- what is owed

    def _prepare_reminders(self, kind, users):
        """What to tell these users, see ``mail.activity._remind``.

        All the time that a person has to lock, not only what somebody just asks for:
        while one reminder is open there is no second. Of the time to approve, only the
        periods asked for: the approvers' list shows the rest, and looking through all
        of it takes long.
        """
        domain = []
        if kind == "approve":
            domain = [("period_id", "in", self.period_id.ids)]
        return {
            user: partial(debts._prepare_reminder, kind)
            for user, debts in self._get_debts_by_user(kind, users, domain).items()
        }

    def _get_debts_by_user(self, kind, users=None, domain=()):
        """All rows of a kind that these users can do something about.

        :param users: ``res.users``, everybody by default
        :param domain: of the rows to look at
        :return: dict, user to rows; without users who owe nothing
        """
        if users is not None and not users:
            return {}
        domain = [*domain, ("kind", "=", kind)]
        if kind == "lock" and users is not None:
            employees = self.env["hr.employee"].with_context(active_test=False)
            left = Domain("active", "=", False)
            employees = employees.search(
                ~left & Domain("user_id", "in", users.ids)
                | left & Domain("parent_id.user_id", "in", users.ids)
            )
            # By id, which PostgreSQL can use inside of the view.
            domain.append(("employee_id", "in", employees.ids))
        debts = self.search(domain)
        owed = defaultdict(list)
        for debt, debtors in debts._get_debtors().items():
            for user in debtors if users is None else debtors & users:
                owed[user].append(debt.id)
        # What is told to one of them is read for all of them at once.
        return {
            user: self.browse(ids).with_prefetch(debts._prefetch_ids)
            for user, ids in owed.items()
        }

    def _prepare_reminder(self, kind, env):
        """(summary, note) in the language of an environment."""
        summary = {
            "lock": env._("Submit your time"),
            "approve": env._("Approve time"),
        }[kind]
        note = self._render_debts(kind, env)
        return summary, note

    def _render_debts(self, kind, env, base_url=""):
        """What is owed, as HTML with a link to one's own list.

        :param str base_url: for readers outside of Odoo
        """
        return env["ir.qweb"]._render(
            f"invoicing_cycle.timesheet_reminder_{kind}",
            {
                "debts": self.with_env(env),
                "base_url": base_url,
                "format_hours": format_hours,
            },
            minimal_qcontext=True,
        )

    # ------------------------------------------------------------------ result

    def _notify_reminded(self, reminded, already, without_user):
        """The notification: who was reminded, who was before, who cannot be.

        :param reminded: ``res.users`` who were reminded now
        :param already: ``res.users`` who have an open reminder
        :param without_user: rows about which nobody can be reminded
        """
        parts = [
            *self._format_reminded(len(reminded), len(already)),
            *without_user._format_without_user(),
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if reminded else "warning",
                "message": ", ".join(parts)
                or self.env._("Nobody owes anything: there is nobody to remind"),
            },
        }

    def _format_reminded(self, reminded, already):
        _ = self.env._
        if reminded:
            yield (
                _("1 person reminded")
                if reminded == 1
                else _("%(count)s people reminded", count=reminded)
            )
        if already:
            yield (
                _("1 already has an open reminder")
                if already == 1
                else _("%(count)s already have an open reminder", count=already)
            )

    def _format_without_user(self):
        """Name whom no activity reaches, as far as the reader may see them."""
        Period = self.env["project.billing.period"]
        companies = Period._get_visible_companies()
        texts = {}
        for debt in self:
            person = debt.employee_id
            name = Period._get_visible_name(person, person.company_id, companies)
            texts[debt.kind, person] = (
                self.env._("%(person)s has no user", person=name)
                if debt.kind == "lock"
                else self.env._(
                    "nobody can approve the time of %(person)s", person=name
                )
            )
        texts = sorted(texts.values())
        if len(texts) > MAX_NAMES:
            rest = len(texts) - MAX_NAMES
            texts = [*texts[:MAX_NAMES], self.env._("%(count)s more", count=rest)]
        return texts


class ProjectBillingPeriod(models.Model):
    """Chasing: remind those for whom a period waits."""

    _inherit = "project.billing.period"

    def action_remind(self):
        """Remind everybody who owes time or an approval for these periods.

        Who may read a period may remind: nothing is given away but what its breakdown
        shows.

        :return: a notification that says who was reminded, and who could not be
        """
        self.check_access("read")
        # sudo: the same rows as in the breakdown; names stay hidden as they are there
        debts = self.env["project.billing.debt"].sudo()
        return debts.search([("period_id", "in", self.ids)])._remind()
