from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.base import TODAY, InvoicingCycleCommon

LOCK = "invoicing_cycle.mail_activity_type_lock"
APPROVE = "invoicing_cycle.mail_activity_type_approve"


@tagged("post_install", "-at_install")
class TestRemindActivity(InvoicingCycleCommon):
    """One open reminder per person and kind, in the person's own systray."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.user_consultant | cls.user_colleague
        cls.reminder = ("Submit", Markup("<p>Note</p>"))

    def _remind(self, users=None, xmlid=LOCK, reminder=None):
        activities = self.env["mail.activity"].with_user(self.user_accountant)
        reminders = dict.fromkeys(users or self.users, reminder or self.reminder)
        return activities._remind(xmlid, reminders)

    def _reminders(self, user, xmlid=LOCK):
        kind = self.env.ref(xmlid)
        activities = self.env["mail.activity"].with_user(user)
        return activities.search(
            [("user_id", "=", user.id), ("activity_type_id", "=", kind.id)]
        )

    def test_read_by_the_person(self):
        self.assertEqual(self._remind(), self.users)
        reminder = self._reminders(self.user_consultant)
        self.assertEqual(reminder.summary, "Submit")
        self.assertEqual(reminder.note, Markup("<p>Note</p>"))
        self.assertEqual(reminder.date_deadline, TODAY)
        groups = self.user_consultant.with_user(
            self.user_consultant
        )._get_activity_groups()
        self.assertIn(reminder.id, groups[0]["activity_ids"])

    def test_not_repeated_while_open(self):
        self._remind(self.user_consultant)
        self.assertEqual(self._remind(), self.user_colleague)
        self.assertEqual(len(self._reminders(self.user_consultant)), 1)

    def test_another_kind_is_apart(self):
        self._remind()
        self.assertEqual(self._remind(xmlid=APPROVE), self.users)

    def test_again_once_done(self):
        self._remind()
        self._reminders(self.user_consultant).action_done()
        self.assertEqual(self._remind(), self.user_consultant)

    def test_close(self):
        self._remind()
        self._remind(xmlid=APPROVE)
        activities = self.env["mail.activity"].with_user(self.user_consultant)
        activities._close_reminders(LOCK, self.user_consultant)
        self.assertFalse(self._reminders(self.user_consultant))
        self.assertTrue(self._reminders(self.user_consultant, APPROVE))
        self.assertTrue(self._reminders(self.user_colleague))

    def test_nobody(self):
        activities = self.env["mail.activity"]
        self.assertFalse(activities._remind(LOCK, {}))
        activities._close_reminders(LOCK, self.env["res.users"])

    def test_in_the_persons_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.user_colleague.lang = "fi_FI"
        self._remind(reminder=lambda env: (env.lang, Markup("<p/>")))
        self.assertEqual(self._reminders(self.user_consultant).summary, "en_US")
        self.assertEqual(self._reminders(self.user_colleague).summary, "fi_FI")

    def test_leads_to_the_own_list(self):
        self._remind()
        self._remind(xmlid=APPROVE)
        for xmlid, path in ((LOCK, "time-to-submit"), (APPROVE, "time-to-approve")):
            reminder = self._reminders(self.user_consultant, xmlid)
            self.assertTrue(reminder.is_time_reminder)
            self.assertEqual(reminder.action_open_document()["path"], path)
        other = self.env["mail.activity"].create(
            {"user_id": self.user_consultant.id, "summary": "Other"}
        )
        self.assertFalse(other.is_time_reminder)
        self.assertEqual(other.action_open_document()["res_model"], "mail.activity")

    def test_kinds_cannot_be_deleted(self):
        with self.assertRaises(UserError):
            self.env.ref(LOCK).unlink()

    def test_queries_do_not_grow(self):
        employees_groups = "base.group_user,hr_timesheet.group_hr_timesheet_user"
        many = self.env["res.users"].union(
            *(self._new_user(f"many_{i}", employees_groups) for i in range(8))
        )
        counts = []
        for users in (many[:2], many[2:]):
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._remind(users)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
