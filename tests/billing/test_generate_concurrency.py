import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.committed import TIMEOUT, CommittedCase


@tagged("post_install", "-at_install")
class TestGenerateConcurrency(CommittedCase):
    """Two transactions that invoice the same period at once make one invoice."""

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

    def test_while_somebody_reads(self):
        """Who looks at the screen keeps nobody from invoicing, whatever was saved."""
        period_id = self.period_ids[3]
        with self.registry.cursor() as saving:
            entry = self._environment(saving)["project.billing.period"].browse(
                period_id
            )
            entry.timesheet_ids.name = "Saved"
        with self.registry.cursor() as reading, self.registry.cursor() as second:
            env = self._environment(reading)
            period = env["project.billing.period"].browse(period_id)
            period.read(["hours", "amount_to_invoice", "state", "readiness"])
            period.get_cycle_overview()
            env["project.billing.debt"].search([]).mapped("hours")
            result, _tries = self._generate(second, period_id)
            self.assertEqual(len(result.made), 1, result)
            reading.rollback()
        self.assertBilledOnce(period_id)
