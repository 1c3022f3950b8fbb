from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.autopilot import AutopilotCommon


@tagged("post_install", "-at_install")
class TestAutopilotScreen(AutopilotCommon):
    """Exceptions first, then what went by itself, with a way to each list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odd = cls._create_period("Odd", billing_autopilot="send")
        cls._make_odd(cls.odd)
        cls.sent = cls._create_period("Sent", billing_autopilot="send")
        cls.confirmed = cls._create_period("Confirmed", billing_autopilot="confirm")
        cls.drafted = cls._create_period("Drafted", billing_autopilot="draft")

    def _fly(self):
        with self.mail_server():
            self._night()

    def _action(self, kind, user=None):
        Period = self.env["project.billing.period"]
        Period = Period.with_user(user or self.user_accountant)
        action = Period.get_autopilot_action(kind)
        return self.env[action["res_model"]].search(action["domain"])

    def test_counts_and_lists(self):
        self._fly()
        overview = self._overview()
        kinds = {
            "left": self.odd,
            "sent": self.sent.invoice_line_ids.move_id,
            "confirmed": self.confirmed.invoice_line_ids.move_id,
            "drafted": self.drafted.invoice_line_ids.move_id,
        }
        for kind, records in kinds.items():
            with self.subTest(kind=kind):
                self.assertEqual(overview[kind], 1)
                self.assertEqual(self._action(kind), records)
        self.assertTrue(overview["can_stop"])
        self.assertFalse(overview["stopped"])
        self.assertFalse(overview["obstacles"])
        # Sent by a person, it did not go by itself.
        confirmed = kinds["confirmed"].with_user(self.user_accountant)
        confirmed.action_mark_as_sent()
        overview = self._overview()
        self.assertEqual((overview["sent"], overview["confirmed"]), (1, 0))

    def test_who_sees_what(self):
        self._fly()
        overview = self._overview(self.user_manager)
        self.assertEqual(overview["left"], 1)
        self.assertNotIn("sent", overview)
        self.assertFalse(overview["can_stop"])
        with self.assertRaises(UserError):
            self._action("sent", self.user_manager)
        self.assertEqual(self._action("left", self.user_manager), self.odd)
        self.assertEqual(self._overview(self.user_salesperson)["left"], 0)

    def test_nowhere_on(self):
        self.company.billing_autopilot_user_id = False
        self.assertIs(self._overview(), False)

    def test_bad_kind(self):
        for kind in ("everything", None, ["left"]):
            with self.assertRaises(UserError):
                self._action(kind)

    def test_queries_do_not_grow(self):
        """Neither the header's nor those that look for doubts."""

        def count(function):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            function()
            return self.env.cr.sql_log_count - before

        def look(periods):
            return count(
                lambda: periods.with_user(self.user_accountant)._get_autopilot_doubts()
            )

        def find():
            env = self.company._get_autopilot_env()
            return count(
                lambda: env["project.billing.period"]._find_for_autopilot(self.company)
            )

        few = self.sent | self.confirmed
        many = few.union(
            *(
                self._create_period(f"More {number}", billing_autopilot="send")
                for number in range(6)
            )
        )
        look(few)
        self.assertEqual(look(many), look(few))
        find()
        before = find()
        self._create_period("Another", billing_autopilot="send")
        self.assertEqual(find(), before)
        self._overview()
        before = count(self._overview)
        many._leave_to_person("draft", "Odd")
        self.assertLessEqual(count(self._overview), before)
