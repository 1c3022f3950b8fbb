import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

TIMEOUT = 60  # seconds; only a deadlock takes as long


@tagged("post_install", "-at_install")
class TestGenerateConcurrency(BaseCase):
    """Two transactions that invoice the same period at once make one invoice.

    Both must see the same period, so its data is committed, and removed afterwards.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.created = []  # (model, ids), in the order in which they were made
        cls.addClassCleanup(cls._remove)
        with cls.registry.cursor() as cr:
            cls.period_ids = cls._commit_periods(cls._environment(cr)).ids

    def setUp(self):
        super().setUp()
        # Who is the first to read a period counts it, and holds it meanwhile.
        with self.registry.cursor() as cr:
            self._environment(cr)["billing.recount"]._count_all()

    @classmethod
    def _environment(cls, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    @classmethod
    def _create(cls, env, model, **values):
        record = env[model].create(values)
        cls.created.append((model, record.ids))
        return record

    @classmethod
    def _commit_periods(cls, env):
        """Periods with an hour each. As superuser and with a reason they are invoiced
        on any day, so no clock is stopped here."""
        income = cls._create(
            env,
            "account.account",
            name="Income at once",
            code="ONCE1",
            account_type="income",
        )
        receivable = cls._create(
            env,
            "account.account",
            name="Receivable at once",
            code="ONCE2",
            account_type="asset_receivable",
        )
        cls._create(
            env,
            "account.journal",
            name="Sales at once",
            code="ONCE",
            type="sale",
            default_account_id=income.id,
        )
        partner = cls._create(
            env,
            "res.partner",
            name="Customer at once",
            property_account_receivable_id=receivable.id,
        )
        product = cls._create(
            env,
            "product.product",
            name="Consulting at once",
            type="service",
            service_policy="delivered_timesheet",
            list_price=100.0,
            property_account_income_id=income.id,
            taxes_id=[Command.clear()],
        )
        contact = cls._create(env, "res.partner", name="Consultant at once")
        employee = cls._create(
            env, "hr.employee", name=contact.name, work_contact_id=contact.id
        )
        order = cls._create(
            env,
            "sale.order",
            partner_id=partner.id,
            order_line=[Command.create({"product_id": product.id})],
        )
        order.action_confirm()
        project = cls._create(
            env,
            "project.project",
            name="Project at once",
            allow_billable=True,
            allow_timesheets=True,
            partner_id=partner.id,
            sale_line_id=order.order_line.id,
            billing_frequency="custom",
            billing_period_ids=[
                Command.create(
                    {
                        "date_from": date(2026, month, 1),
                        "date_to": date(2026, month, 20),
                        "invoice_date": date(2026, month, 21),
                    }
                )
                for month in (1, 2, 3)
            ],
        )
        cls.created.append(("project.billing.period", project.billing_period_ids.ids))
        for month in (1, 2, 3):
            cls._create(
                env,
                "account.analytic.line",
                name="Work",
                project_id=project.id,
                employee_id=employee.id,
                date=date(2026, month, 5),
                unit_amount=1.0,
            )
        return project.billing_period_ids.sorted("date_from")

    @classmethod
    def _remove(cls):
        with cls.registry.cursor() as cr:
            env = cls._environment(cr)
            periods = env["project.billing.period"].browse(cls.period_ids)
            periods.invoice_ids.unlink()
            for model, ids in reversed(cls.created):
                records = env[model].browse(ids).exists()
                if model == "sale.order":
                    records._action_cancel()
                if model == "account.analytic.line":
                    records.employee_id.timesheet_locked_until = False
                records.unlink()

    # ------------------------------------------------------------------ tests

    def _generate(self, cr, period_id):
        """As a request does: again, when another transaction was quicker."""
        env = self._environment(cr)
        period = env["project.billing.period"].browse(period_id)
        tries = []

        def generate():
            tries.append(None)
            return period._generate_invoices("Because")

        return retrying(generate, env), len(tries)

    def assertBilledOnce(self, period_id):
        with self.registry.cursor() as cr:
            period = self._environment(cr)["project.billing.period"].browse(period_id)
            self.assertEqual(len(period.invoice_ids), 1)
            line = period.invoice_ids.invoice_line_ids
            self.assertEqual(line.quantity, 1.0)
            self.assertEqual(line.timesheet_entry_ids.unit_amount, 1.0)
            self.assertEqual(period.state, "to_send")

    def test_while_the_other_one_is_at_it(self):
        """The second neither waits nor bills: it says who is at it."""
        period_id = self.period_ids[0]
        with self.registry.cursor() as first, self.registry.cursor() as second:
            made = self._environment(first)["project.billing.period"].browse(period_id)
            self.assertEqual(len(made._generate_invoices("Because").made), 1)
            result, _tries = self._generate(second, period_id)
            self.assertFalse(result.made)
            self.assertIn("somebody else right now", result.skipped[0][1])
        self.assertBilledOnce(period_id)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_that_has_read_before_the_other_one_committed(self):
        """What it has read is out of date: it must not bill by that."""
        period_id = self.period_ids[1]
        with self.registry.cursor() as second:
            late = self._environment(second)["project.billing.period"].browse(period_id)
            self.assertEqual(late.hours, 1.0)
            with self.registry.cursor() as first:
                result, _tries = self._generate(first, period_id)
                self.assertEqual(len(result.made), 1)
            result, tries = self._generate(second, period_id)
            self.assertEqual(tries, 2)
            self.assertFalse(result.made)
            self.assertIn("is invoiced already", result.skipped[0][1])
        self.assertBilledOnce(period_id)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_at_the_same_moment(self):
        period_id = self.period_ids[2]
        start = threading.Barrier(2)

        def run():
            with self.registry.cursor() as cr:
                period = self._environment(cr)["project.billing.period"]
                self.assertEqual(period.browse(period_id).hours, 1.0)
                start.wait(TIMEOUT)
                result, _tries = self._generate(cr, period_id)
                return len(result.made)

        # Odoo's runner holds the lock of the registries while it runs the tests.
        with (
            patch.object(Registry, "_lock", DummyRLock()),
            ThreadPoolExecutor(max_workers=2) as executor,
        ):
            runs = [executor.submit(run) for _thread in range(2)]
            made = [future.result(TIMEOUT) for future in runs]
        self.assertEqual(sorted(made), [0, 1])
        self.assertBilledOnce(period_id)
