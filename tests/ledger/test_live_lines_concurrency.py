from psycopg2.errors import SerializationFailure

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.committed import CommittedCase


@tagged("post_install", "-at_install")
class TestLiveLinesConcurrency(CommittedCase):
    """Two people send the two invoices of a period at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            period = env["project.billing.period"].browse(cls.period_ids[0])
            project = period.project_id
            branch = cls._create(
                env,
                "res.partner",
                name="Branch at once",
                type="invoice",
                parent_id=project.partner_id.id,
                property_account_receivable_id=(
                    project.partner_id.property_account_receivable_id.id
                ),
            )
            product = project.sale_line_id.product_id
            order = cls._create(
                env,
                "sale.order",
                partner_id=project.partner_id.id,
                partner_invoice_id=branch.id,
                order_line=[Command.create({"product_id": product.id})],
            )
            order.action_confirm()
            entry = period.timesheet_ids.copy({"so_line": order.order_line.id})
            cls.created.append((entry._name, entry.ids))
            entry.write({"so_line": order.order_line.id, "is_so_line_edited": True})
            made = period._generate_invoices("At once").made
            invoices = env["account.move"].browse(made)
            invoices.action_post()
            cls.invoice_ids = invoices.ids

    @classmethod
    def _remove(cls):
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            invoices = env["project.billing.period"].browse(cls.period_ids).invoice_ids
            invoices.button_draft()
        super()._remove()

    def _send(self, env, number):
        invoice = env["account.move"].browse(self.invoice_ids[number])
        invoice.with_user(env.ref("base.user_admin")).action_mark_as_sent()
        env.flush_all()

    def test_one_of_them_runs_again(self):
        self.assertEqual(len(self.invoice_ids), 2)
        with self.registry.cursor() as first, self.registry.cursor() as second:
            # Each begins before the other ends.
            for cr in (first, second):
                cr.execute("SELECT COUNT(*) FROM account_move")
            self._send(self._environment(first), 0)
            first.commit()
            with (
                self.assertRaises(SerializationFailure),
                mute_logger("odoo.sql_db"),
            ):
                self._send(self._environment(second), 1)
            second.rollback()
            self._send(self._environment(second), 1)
            second.commit()
            env = self._environment(first)
            period = env["project.billing.period"].browse(self.period_ids[0])
            self.assertEqual(period.state, "sent")
