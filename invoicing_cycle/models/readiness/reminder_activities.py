from odoo import api, fields, models

from ..common.call_arguments import ensure_one

REMIND_SENT_BACK = "invoicing_cycle.mail_activity_type_sent_back"


REMIND_APPROVE = "invoicing_cycle.mail_activity_type_approve"


#: What people are reminded of: to submit, to approve, to mend what was sent back.
REMIND_LOCK = "invoicing_cycle.mail_activity_type_lock"


#: The list to which a reminder leads.
ACTIONS = {
    REMIND_LOCK: "invoicing_cycle.account_analytic_line_action_submit",
    REMIND_SENT_BACK: "invoicing_cycle.account_analytic_line_action_sent_back",
    REMIND_APPROVE: "invoicing_cycle.account_analytic_line_action_approve",
}


class MailActivity(models.Model):
    """Reminders of what somebody owes: one open activity per person and kind.

    They belong to no document: a consultant may read neither the billing period that
    waits for time nor, once it is locked, change the entry.
    """

    _inherit = "mail.activity"

    is_time_reminder = fields.Boolean(compute="_compute_is_time_reminder")

    @api.depends("activity_type_id", "res_model")
    def _compute_is_time_reminder(self):
        for activity in self:
            activity.is_time_reminder = bool(activity._get_reminder_action())

    def action_open_document(self):
        # EXTENDS mail: a reminder leads to the list of what is owed
        ensure_one(self)
        action = self._get_reminder_action()
        if action:
            return self.env["ir.actions.act_window"]._for_xml_id(action)
        return super().action_open_document()

    def _get_reminder_action(self):
        """The xml id of the list to which a reminder leads, None for others."""
        if self.res_model:
            return None
        for xmlid, action in ACTIONS.items():
            kind = self.env.ref(xmlid, raise_if_not_found=False)
            if kind and kind == self.activity_type_id:
                return action
        return None

    @api.model
    def _remind(self, xmlid, reminders):
        """Give each user who has no open reminder of a kind one, in one create.

        :param str xmlid: the activity type
        :param dict reminders: ``res.users`` to (summary, note as ``Markup``),
            or to a function that makes them from an environment in the user's language
        :return: the ``res.users`` that were reminded now
        """
        kind = self.env.ref(xmlid)
        users = self.env["res.users"].union(*reminders)
        users -= self._search_reminders(xmlid, users).user_id
        vals_list = []
        for user in users:
            reminder = reminders[user]
            if callable(reminder):
                # sudo: the language that somebody prefers
                lang = user.sudo().lang or self.env.lang
                reminder = reminder(self.with_context(lang=lang).env)
            summary, note = reminder
            vals_list.append(
                {
                    "activity_type_id": kind.id,
                    "user_id": user.id,
                    "summary": summary,
                    "note": note,
                    "date_deadline": user._get_today(),
                    "automated": True,
                }
            )
        # sudo: nobody may create an activity without a document for somebody else
        self.sudo().create(vals_list)
        return users

    @api.model
    def _close_reminders(self, xmlid, users):
        """Mark the open reminders of a kind as done: nothing is owed any more.

        :param str xmlid: the activity type
        :param users: ``res.users``
        """
        self._search_reminders(xmlid, users)._action_done()

    @api.model
    def _search_reminders(self, xmlid, users=None):
        """The open reminders of a kind, as superuser: each is its user's own.

        :param users: ``res.users``, everybody by default
        """
        # sudo: to tell who has one; what it says stays its user's own
        activities = self.sudo()
        # Whatever an import did to our data: locking must not fail because of it.
        kind = self.env.ref(xmlid, raise_if_not_found=False)
        if not kind:
            return activities.browse()
        domain = [("activity_type_id", "=", kind.id), ("res_model", "=", False)]
        if users is not None:
            domain.append(("user_id", "in", users.ids))
        return activities.search(domain)


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    @api.model
    def _get_model_info_by_xmlid(self):
        # EXTENDS mail: reminders need their types
        info = super()._get_model_info_by_xmlid()
        for xmlid in (REMIND_LOCK, REMIND_APPROVE, REMIND_SENT_BACK):
            info[xmlid] = {"res_model": False, "unlink": False}
        return info
