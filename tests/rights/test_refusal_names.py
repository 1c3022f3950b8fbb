from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.security import SecurityCommon

DAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestRefusalNames(SecurityCommon, BeyondHoursCommon):
    """Who may not see something does not get its name from a refusal either.

    Guards act before Odoo asks for the right to write, and say what is in the way.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret_order = cls._create_order(cls.product_milestones, quantity=1.0)
        cls.secret = cls._create_custom_project(
            "Secret Project", order=cls.secret_order, allow_milestones=True
        )
        cls.milestone = cls._create_milestones(
            cls.secret, cls.secret_order.order_line, [1.0], name="Secret Milestone"
        )
        cls._reach(cls.milestone, DAY)
        cls.secret_period = cls.secret.billing_period_ids
        cls.open_period = cls.env["project.billing.period"].create(
            {
                "project_id": cls.secret.id,
                "date_from": date(2026, 4, 1),
                "date_to": date(2026, 4, 30),
            }
        )
        cls.own = cls._create_custom_project("Own custom").billing_period_ids
        made = cls.secret_period._generate_invoices("x").made
        cls.invoice = cls.env["account.move"].browse(made)
        cls.invoice._post()
        cls.secret.write(
            {
                "privacy_visibility": "followers",
                "user_id": cls.user_manager.id,
                "billing_owner_id": cls.user_manager.id,
            }
        )
        cls.secret.message_unsubscribe(cls.secret.message_partner_ids.ids)
        cls.outsiders = (
            cls.user_pm | cls.user_both | cls.user_salesperson | cls.strangers
        )

    def setUp(self):
        super().setUp()
        self.assertEqual(self.milestone.invoice_line_id, self.invoice.invoice_line_ids)
        self.assertNotIn(
            self.secret_period.id,
            self.ids_of(self.user_pm, "project.billing.period"),
        )

    def assert_nothing_told(self, records, method, *args, users=None):
        for user in users or self.outsiders:
            with self.subTest(user=user.login, method=method, args=args):
                with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                    self.rpc(user, records, method, *args)
                text = str(caught.exception)
                for secret in ("Secret", self.invoice.name, self.secret_order.name):
                    self.assertNotIn(secret, text)

    def test_new_periods(self):
        Period = self.env["project.billing.period"]
        for date_from, date_to in (
            (DAY, DAY),
            (DAY, DAY - timedelta(1)),
            (date(2026, 5, 1), date(3500, 1, 1)),
            (date(2026, 5, 1), date(2026, 5, 31)),
            (False, DAY),
        ):
            self.assert_nothing_told(
                Period,
                "create",
                [
                    {
                        "project_id": self.secret.id,
                        "date_from": date_from,
                        "date_to": date_to,
                    }
                ],
            )

    def test_days_of_periods(self):
        for period in self.secret_period | self.open_period:
            for vals in (
                {"date_from": date(2026, 3, 5)},
                {"date_to": date(2026, 1, 1)},
                {"date_to": date(3500, 1, 1)},
                {"date_from": False},
                {"fixed_amount": 5.0},
            ):
                self.assert_nothing_told(period, "write", vals)
            self.assert_nothing_told(period, "unlink")

    def test_own_period_to_a_foreign_project(self):
        for vals in (
            {"project_id": self.secret.id},
            {"project_id": self.secret.id, "date_to": date(2026, 1, 1)},
        ):
            self.assert_nothing_told(self.own, "write", vals, users=self.user_pm)

    def test_milestones(self):
        for vals in (
            {"is_reached": False},
            {"quantity_percentage": 0.5},
            {"project_id": self.own.project_id.id},
            {"sale_line_id": False},
        ):
            self.assert_nothing_told(self.milestone, "write", vals)
        self.assert_nothing_told(self.milestone, "unlink")

    def test_project(self):
        for vals in (
            {"sale_line_id": self._create_order().order_line.id},
            {"allow_billable": False},
            {"billing_frequency": "month"},
            {"company_id": False},
            {"billing_end_date": date(2026, 1, 1)},
        ):
            self.assert_nothing_told(self.secret, "write", vals)
        self.assert_nothing_told(self.secret, "unlink")

    def test_invoice(self):
        line = self.invoice.invoice_line_ids
        for records, vals in (
            (line, {"quantity": 0.5}),
            (line, {"milestone_ids": False}),
            (self.invoice, {"state": "draft"}),
            (self.invoice, {"sent_on": False}),
        ):
            self.assert_nothing_told(records, "write", vals)
        for records in (line, self.invoice):
            self.assert_nothing_told(records, "unlink")

    def test_delegations(self):
        delegation = self.env["timesheet.approval.delegation"].create(
            {
                "user_id": self._new_user("secret", "base.group_user").id,
                "delegate_id": self.user_manager.id,
                "date_from": DAY,
                "date_to": DAY,
            }
        )
        self.assertEqual(delegation.user_id.name, "Secret")
        users = self.outsiders - self.user_timesheet_admin
        self.assert_nothing_told(delegation, "write", {"note": "x"}, users=users)
        self.assert_nothing_told(delegation, "unlink", users=users)

    def test_actions(self):
        for method, *args in (
            ("action_skip", "x"),
            ("action_generate_invoices",),
            ("action_write_off_late_time", "x"),
            ("action_invoice_late_time",),
        ):
            self.assert_nothing_told(self.secret_period, method, *args)

    def test_who_may_write_is_told_what_is_in_the_way(self):
        self.user_manager.group_ids |= self.env.ref(
            "project.group_project_manager"
        ) | self.env.ref("invoicing_cycle.group_invoicing_cycle_user")
        for records, vals, text in (
            (self.open_period, {"date_from": date(2026, 3, 5)}, "Secret Project"),
            (self.milestone, {"is_reached": False}, "Secret Milestone"),
        ):
            with self.assertRaisesRegex(UserError, text):
                self.rpc(self.user_manager, records, "write", vals)
