from odoo import fields

from .preview import PreviewCommon
from .send import SendCommon

#: A night job that starts, the runs that it starts, and what follows from them.
ROUNDS = 2


class AutopilotCommon(PreviewCommon, SendCommon):
    """Ready periods, and an autopilot that acts as the accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._switch("nothing")
        cls.job = cls.env.ref("invoicing_cycle.ir_cron_autopilot")

    @classmethod
    def _switch(cls, level, company=None, user=None):
        (company or cls.company).write(
            {
                "billing_autopilot_user_id": (user or cls.user_accountant).id,
                "billing_autopilot": level,
            }
        )

    def _night(self):
        """The job of the night, and its runs, until nothing is left to do."""
        self.env.flush_all()
        # Sums of time are counted before a transaction ends.
        self.env.cr.precommit.run()
        with self.enter_registry_test_mode():
            for _round in range(ROUNDS):
                self.job.method_direct_trigger()
                self.env.ref(
                    "invoicing_cycle.ir_cron_work_on_runs"
                ).method_direct_trigger()
        self.env.invalidate_all()
        # Odoo keeps the last number of a journal with the cursor, and the jobs had
        # another one.
        self.env.cr.cache.clear()

    def _triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)])

    def _overview(self, user=None):
        Period = self.env["project.billing.period"]
        Period = Period.with_user(user or self.user_accountant)
        return Period.get_cycle_overview()["autopilot"]

    def _log(self, record):
        return "\n".join(
            str(body) for body in record.message_ids.sorted("id").mapped("body")
        )

    @classmethod
    def _make_odd(cls, period):
        """A warning of the preview: nothing is taxed."""
        cls._change_for_all(period.project_id.sale_line_id, {"tax_ids": False})

    def _mend(self, period):
        self._change_for_all(period.project_id.sale_line_id, {"tax_ids": self.tax.ids})

    def assertLeft(self, period, act, reason):
        self.assertEqual(period.autopilot_left, act)
        self.assertIn(reason, period.autopilot_reason)
        self.assertEqual(period.autopilot_on, fields.Date.today())
        self.assertTrue(period.autopilot_needs_person)
        self.assertIn(
            period,
            period.search([("autopilot_needs_person", "=", True)]),
        )

    def assertNotLeft(self, period):
        self.assertFalse(period.autopilot_needs_person)
        self.assertNotIn(
            period,
            period.search([("autopilot_needs_person", "=", True)]),
        )
