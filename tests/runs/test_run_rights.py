from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.runs import RunCommon


@tagged("post_install", "-at_install")
class TestRunRights(RunCommon):
    """A run acts with the rights of who started it, and is that person's own."""

    def test_own_rows_of_a_project_manager(self):
        own = self.periods[:3]
        foreign = self.periods[3:]
        foreign.project_id.user_id = self.user_accountant
        foreign.project_id.billing_owner_id = self.user_accountant
        with self.assertRaises(AccessError):
            self._start(own | foreign, self.user_manager)
        run = self._start(own, self.user_manager)
        self._work()
        self.assertEqual(run.done_count, 3)

    def test_rights_that_were_lost_meanwhile(self):
        run = self._start(self.periods[:3], self.user_manager)
        lost = self.periods[1]
        lost.project_id.user_id = self.user_accountant
        lost.project_id.billing_owner_id = self.user_accountant
        self._work()
        state, _message = self._get_outcomes(run)[lost.id]
        self.assertEqual(state, "failed")
        self.assertEqual((run.done_count, run.failed_count), (2, 1))
        self.assertFalse(lost.invoice_line_ids)

    def test_who_has_left(self):
        user = new_test_user(
            self.env,
            "leaver",
            "account.group_account_invoice",
            company_id=self.company.id,
        )
        run = self._start(self.periods[:2], user)
        user.active = False
        self._work()
        self.assertEqual((run.done_count, run.failed_count), (0, 2))
        self.assertFalse(self.periods.invoice_ids)

    def test_reason_is_for_billing_managers(self):
        with self.assertRaises(AccessError):
            self._start(self.periods[:2], self.user_manager, reason="I want it")

    def test_nobody_reads_or_stops_the_run_of_another(self):
        run = self._start()
        other = run.with_user(self.user_manager)
        self.assertFalse(other.search([]))
        for act in (
            other.action_cancel,
            other.action_resume,
            other.action_download,
            other.action_view_results,
            lambda: other.line_ids.mapped("name"),
            lambda: other.read(["options"]),
            run.line_ids[:1].with_user(self.user_manager).action_open_document,
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(run.state, "queued")

    def test_nobody_writes_one_by_hand(self):
        run = self._start()
        for user in (self.user_accountant, self.user_manager):
            own = run.with_user(user)
            for act in (
                lambda own=own: own.write({"user_id": self.user_consultant.id}),
                lambda own=own: own.write({"options": {"reason": "x"}}),
                lambda own=own: own.line_ids.write({"res_id": 1}),
                lambda own=own: own.unlink(),
                lambda own=own, user=user: own.create(
                    {
                        "kind": "generate",
                        "user_id": self.user_consultant.id,
                        "line_ids": [
                            Command.create(
                                {"res_model": "project.billing.period", "res_id": 1}
                            )
                        ],
                    }
                ),
            ):
                with self.assertRaises(AccessError):
                    act()
            with self.assertRaises(AccessError):
                own.sudo().write({"user_id": self.user_consultant.id})
            with self.assertRaises(AccessError):
                own.sudo().line_ids[:1].res_id = self.pending.id

    def test_what_another_started_is_stopped_by_an_administrator(self):
        run = self._start()
        admin = new_test_user(
            self.env,
            "sysadmin",
            "base.group_system",
            company_id=self.company.id,
        )
        run.with_user(admin).action_cancel()
        self.assertEqual(run.state, "cancelled")

    def test_kinds_and_models_fit(self):
        Run = self.env["billing.run"].with_user(self.user_accountant)
        for kind, records in (
            ("everything", self.periods),
            ("confirm", self.periods),
            ("generate", self.env["account.move"]),
        ):
            with self.assertRaises(ValueError):
                Run._start(kind, records)
        with self.assertRaises(UserError):
            self.env["account.move"].with_user(
                self.user_accountant
            ).action_send_in_background()

    def test_what_ended_long_ago_is_deleted_with_its_files(self):
        old, recent = self._start(self.periods[:2]), self._start(self.periods[2:4])
        self._work()
        files = self.env["ir.attachment"].create(
            [
                {"name": "1.zip", "res_model": old._name, "res_id": old.id},
                {
                    "name": "1.pdf",
                    "res_model": old.line_ids._name,
                    "res_id": old.line_ids[0].id,
                },
            ]
        )
        waiting = self._start(self.periods[3:])
        with freeze_time(old.ended_on + timedelta(days=89)):
            self.env["billing.run"]._gc_ended_runs()
        self.assertTrue(old.exists())
        with freeze_time(old.ended_on + timedelta(days=91)):
            recent._record({"ended_on": fields.Datetime.now()})
            self.env["billing.run"]._gc_ended_runs()
        self.assertEqual((old | recent | waiting).exists(), recent | waiting)
        self.assertFalse(files.exists())
        self.assertEqual(len(self.periods.invoice_ids), 4)
