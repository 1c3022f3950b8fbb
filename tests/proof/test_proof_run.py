from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS
from odoo.addons.invoicing_cycle.models.runs.start import IMMEDIATE

from ..common.runs import RunCommon


@tagged("post_install", "-at_install")
class TestProofRun(RunCommon):
    """Many projects are proven beside the user, chunk by chunk."""

    def setUp(self):
        super().setUp()
        self.projects = self.periods.project_id
        with patch.dict(IMMEDIATE, {"generate": 99}):
            self.periods.with_user(self.user_accountant).action_generate_invoices()

    def _ask(self, user=None, projects=None):
        projects = self.projects if projects is None else projects
        wizard = self.env["project.billing.proof"].with_user(
            user or self.user_accountant
        )
        return wizard.create(
            {
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "project_ids": [Command.set(projects.ids)],
            }
        )

    def _break(self, period, quantity=9):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET quantity_made = %s WHERE id IN ("
            "SELECT invoice_line_id FROM account_analytic_line"
            " WHERE billing_period_id = %s)",
            [quantity, period.id],
        )
        self.env.invalidate_all()

    def _get_found(self, wizard):
        """What the dialog shows, but for when."""
        return (
            wizard.entry_count,
            wizard.difference_count,
            wizard.summary,
            sorted(
                (
                    found.kind,
                    found.message,
                    found.res_model,
                    found.res_id,
                    found.project_id.id,
                )
                for found in wizard.difference_ids
            ),
        )

    def _prove_at_once(self):
        wizard = self._ask()
        with patch.dict(IMMEDIATE, {"prove": 99}):
            self.assertEqual(wizard.action_prove()["res_id"], wizard.id)
        return wizard

    def _show(self, run):
        action = run.with_user(self.user_accountant).action_view_results()
        self.assertEqual(action["res_model"], "project.billing.proof")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_one_project_is_proven_at_once(self):
        wizard = self._ask(projects=self.projects[:1])
        self.assertEqual(wizard.action_prove()["res_model"], wizard._name)
        self.assertTrue(wizard.proved_on)

    def test_the_same_as_at_once(self):
        for damage in (lambda: None, lambda: self._break(self.periods[1])):
            damage()
            run = self._get_run(self._ask().action_prove())
            self._work()
            at_once = self._prove_at_once()
            self.assertEqual(self._get_found(self._show(run)), self._get_found(at_once))
        self.assertGreater(at_once.difference_count, 0)
        self.assertEqual(run.failed_count, 1)
        state, message = self._get_outcomes(run)[self.projects[1].id]
        self.assertEqual(state, "failed")
        self.assertIn(at_once.difference_ids[0].message, message)

    def test_what_is_mended_is_proven_again(self):
        self._break(self.periods[1])
        run = self._get_run(self._ask().action_prove())
        self._work()
        self._break(self.periods[1], 1.0)
        run.with_user(self.user_accountant).action_resume()
        self._work()
        self.assertFalse(run.failed_count)
        self.assertEqual(self._show(run).difference_count, 0)

    def test_chunks_and_progress(self):
        run = self._get_run(self._ask().action_prove())
        self.assertEqual(run.total_count, len(self.projects))
        with patch.dict(CHUNKS, {"prove": 2}):
            run._work_chunk()
        self.assertEqual(run._get_progress()[0]["done"], 2)
        # What is not proven yet is not told.
        self.assertEqual(self._show(run).entry_count, 2)

    def test_projects_that_somebody_bills_no_more(self):
        run = self._get_run(self._ask(self.user_manager).action_prove())
        self.projects[0].write(
            {
                "user_id": self.user_accountant.id,
                "billing_owner_id": self.user_accountant.id,
            }
        )
        self._work()
        state, message = self._get_outcomes(run)[self.projects[0].id]
        self.assertEqual((state, run.failed_count), ("failed", 1))
        self.assertIn("do not bill", message)

    def test_rights_are_asked_first(self):
        self.projects[0].write(
            {
                "user_id": self.user_accountant.id,
                "billing_owner_id": self.user_accountant.id,
            }
        )
        with self.assertRaises(AccessError):
            self._ask(self.user_manager).action_prove()
        self.assertFalse(self.env["billing.run"].search([("kind", "=", "prove")]))
