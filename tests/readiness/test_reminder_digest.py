from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.readiness import reminder_digest

from ..common.readiness import ReadinessCommon
from ..common.schedule import day

LOGGER = "odoo.addons.invoicing_cycle.models.readiness.reminder_digest"


@tagged("post_install", "-at_install")
class TestReminderDigest(ReadinessCommon):
    """One mail a day and person, where the company wants it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.company.timesheet_reminder_digest = True
        cls._log_time(cls.project, day(1, 15), 2.0)

    def _run(self):
        """Send the digests and give the mails that were made, by recipient."""
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("invoicing_cycle.ir_cron_remind").method_direct_trigger()
        new = mails.search([]) - before
        by_user = {mail.recipient_ids.user_ids: mail for mail in new}
        self.assertEqual(len(by_user), len(new), "one mail per person")
        return by_user

    def test_all_that_is_owed(self):
        self._log_time(self.project, day(1, 16), 3.0)
        sent_back = self._log_time(self.project, day(1, 14), 1.0, name="Meeting")
        self._lock(day(1, 15))
        sent_back.with_user(self.user_manager).action_send_back("Which one?")
        mails = self._run()
        self.assertEqual(set(mails), {self.user_consultant, self.user_manager})
        body = mails[self.user_consultant].body_html
        base = self.user_consultant.get_base_url()
        for text in (
            "Hello Consultant",
            "11 open days",
            "01/15/2026",
            f"{base}/odoo/time-to-submit",
            "Meeting",
            "Which one?",
            f"{base}/odoo/sent-back-time",
        ):
            self.assertIn(text, body)
        self.assertNotIn("time-to-approve", body)
        self.assertIn(
            f"{base}/odoo/time-to-approve", mails[self.user_manager].body_html
        )
        self.assertNotIn("time-to-submit", mails[self.user_manager].body_html)

    def test_once_a_day(self):
        self.assertTrue(self._run())
        self.assertFalse(self._run())
        with freeze_time(date(2026, 3, 11)):
            self.assertTrue(self._run())

    def test_only_where_the_company_wants_it(self):
        self.company.timesheet_reminder_digest = False
        self.assertFalse(self._run())

    def test_nobody_who_owes_nothing(self):
        self._lock(day(3, 31))
        self.company.timesheet_approval = False
        self.assertFalse(self._run())

    def test_not_on_a_day_off(self):
        self._create_leave(self.consultant, day(3, 10), day(3, 10))
        self.assertFalse(self._run())

    def test_nobody_without_an_address_or_login(self):
        self.user_consultant.email = False
        self.assertFalse(self._run())
        self.user_consultant.email = "consultant@example.com"
        self.user_consultant.active = False
        self.assertFalse(self._run())

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user_consultant.lang = "fr_FR"
        self._lock(day(1, 15))
        self.assertIn("15/01/2026", self._run()[self.user_consultant].body_html)

    def test_one_that_fails(self):
        """The others get theirs, and the one gets it as soon as it can be made."""
        self._log_time(self.project, day(1, 15), employee=self.colleague)
        Users = type(self.env["res.users"])
        prepare = Users._prepare_reminder_digest

        def fail_for_one(user, owed):
            if user == self.user_consultant:
                raise ValueError(user.login)
            return prepare(user, owed)

        with mute_logger(LOGGER):
            self.patch(Users, "_prepare_reminder_digest", fail_for_one)
            self.assertEqual(set(self._run()), {self.user_colleague})
        self.patch(Users, "_prepare_reminder_digest", prepare)
        self.assertEqual(set(self._run()), {self.user_consultant})

    def test_goes_on_where_the_time_was_up(self):
        self._log_time(self.project, day(1, 15), employee=self.colleague)
        self.patch(reminder_digest, "BATCH", 1)
        self.patch(self.env.registry["ir.cron"], "_commit_progress", lambda *a, **k: 0)
        people = self.user_consultant | self.user_colleague
        first, second = self._run(), self._run()
        self.assertEqual((len(first), len(second)), (1, 1))
        self.assertEqual({*first, *second}, set(people))
        self.assertFalse(self._run())
