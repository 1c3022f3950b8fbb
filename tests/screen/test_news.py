from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.common.news import TOLD

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestNews(ScheduleCommon):
    """Screens that are open hear of what changes their rows, once in a transaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, day(1, 10), 2.0)
        cls.period = cls._period(cls.project, day(1, 10))
        cls.group = cls.env.ref("invoicing_cycle.group_invoicing_cycle_user")

    @contextmanager
    def _listening(self):
        """What is told of the screen within this block, to whom."""
        self.env.cr.flush()
        self.env.cr.precommit.data.pop(TOLD, None)
        told = []
        with patch.object(
            self.env.registry["bus.bus"],
            "_sendone",
            lambda bus, target, kind, message: (
                kind == "billing.cycle" and told.append((target, message))
            ),
        ):
            yield told
        self.env.cr.flush()

    def assertTold(self, act):
        with self._listening() as told:
            act()
        self.assertEqual(told, [(self.group, {})])

    def assertSilent(self, act):
        with self._listening() as told:
            act()
        self.assertFalse(told)

    def test_what_changes_a_row(self):
        accountant = self.user_accountant
        self.assertTold(lambda: self._lock(day(1, 31)))
        period = self.period.with_user(accountant)
        self.assertTold(lambda: period.write({"invoice_date": day(3, 1)}))
        self.assertTold(period.action_generate_invoices)
        invoice = self.period.invoice_ids.with_user(accountant)
        self.assertTold(invoice.action_post)
        self.assertTold(invoice.action_mark_as_sent)
        self.assertTold(lambda: invoice.action_undo_mark_as_sent("By mistake"))
        self.assertTold(invoice.button_draft)
        self.assertTold(invoice.unlink)
        self.assertTold(lambda: self.entry.action_set_billing("hold", "Later"))

    def test_once(self):
        def act():
            self._lock(day(1, 31))
            self._lock(day(2, 28))
            self.period.invoice_date = day(3, 2)

        self.assertTold(act)

    def test_approval(self):
        self.company.timesheet_approval = True
        self._lock(day(1, 31))
        self.assertTold(self.entry.with_user(self.user_manager).action_approve)

    def test_who_saves_time_tells_nobody(self):
        """People save all day long, and what they save is not handed in yet."""
        self.assertSilent(lambda: self._log_time(self.project, day(2, 10), 1.0))

    def test_plain_invoices_are_not_told(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": day(1, 10),
                "invoice_line_ids": [(0, 0, {"name": "Fee", "price_unit": 1.0})],
            }
        )
        self.assertSilent(move.action_post)
