import io
import zipfile
from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS

from ..common.runs import RunCommon


@tagged("post_install", "-at_install")
class TestRunInvoices(RunCommon):
    """Confirming, marking, sending and printing many invoices beside the user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drafts = cls.env["account.move"].browse(
            cls.periods[:3]._generate_invoices().made
        )

    def _as_accountant(self, moves):
        return moves.with_user(self.user_accountant)

    def test_confirm(self):
        self.drafts[0].action_post()
        drafts = self.drafts
        changed = drafts[1].invoice_line_ids.timesheet_entry_ids
        changed.with_user(self.user_timesheet_admin).unit_amount = 2.0
        run = self._get_run(self._as_accountant(drafts).action_confirm_invoices())
        self.assertEqual((run.kind, run.total_count), ("confirm", 2))
        self._work()
        outcomes = self._get_outcomes(run)
        self.assertEqual(outcomes[drafts[1].id][0], "failed")
        self.assertIn("out of date", outcomes[drafts[1].id][1])
        self.assertEqual(outcomes[drafts[2].id][0], "done")
        self.assertEqual(drafts.mapped("state"), ["posted", "draft", "posted"])

    def test_numbers_are_given_in_the_order_of_the_list(self):
        self._get_run(self._as_accountant(self.drafts).action_confirm_invoices())
        self._work()
        names = self.drafts.mapped("name")
        self.assertEqual(names, sorted(names))

    def test_mark_as_sent(self):
        self.drafts[:2].action_post()
        self._as_accountant(self.drafts[0])._mark_as_sent("post", None, None)
        run = self._get_run(
            self._as_accountant(self.drafts).action_mark_as_sent(
                "other", "2026-03-09", "EXPORT-1"
            )
        )
        self._work()
        outcomes = self._get_outcomes(run)
        self.assertEqual(
            [outcomes[move.id][0] for move in self.drafts],
            ["skipped", "done", "failed"],
        )
        self.assertIn("Only confirmed invoices", outcomes[self.drafts[2].id][1])
        marked = self.drafts[1]
        self.assertEqual(marked.sent_on.date(), date(2026, 3, 9))
        self.assertEqual(marked.sent_by_id, self.user_accountant)
        self.assertEqual(marked.sent_reference, "EXPORT-1")

    def test_bad_values_are_refused_before(self):
        self.drafts.action_post()
        moves = self._as_accountant(self.drafts)
        for values in ({"channel": "pigeon"}, {"sent_on": "yesterday"}):
            with self.assertRaises(UserError):
                moves.action_mark_as_sent(**values)
        self.assertFalse(self.env["billing.run"].search([]))

    def test_send(self):
        self.drafts.action_post()
        nobody = self.partner.copy({"email": False, "name": "No address"})
        alone = self.drafts[2]
        alone.button_draft()
        alone.partner_id = nobody
        alone.action_post()
        run = self._get_run(
            self._as_accountant(self.drafts).action_send_in_background()
        )
        self.assertEqual((run.kind, run.total_count), ("send", 3))
        self._work()
        outcomes = self._get_outcomes(run)
        self.assertEqual(
            [outcomes[move.id][0] for move in self.drafts], ["done", "done", "failed"]
        )
        self.assertTrue(outcomes[alone.id][1])
        self.assertEqual(self.drafts[:2].mapped("sent_channel"), ["mail", "mail"])
        self.assertEqual(self.drafts[:2].sent_by_id, self.user_accountant)
        self.assertFalse(alone.sent_on)

    def test_mail_that_does_not_leave_after_its_row_was_stored(self):
        """The mail server fails when the transaction is over: the row tells why, the
        invoice was not sent, and Odoo's queue does not send it beside the run."""
        self.drafts.action_post()
        run = self._get_run(
            self._as_accountant(self.drafts).action_send_in_background()
        )
        Cron = self.env.registry["ir.cron"]
        original, stored = Cron._commit_progress, []

        def commit(self, processed=0, **values):
            result = original(self, processed, **values)
            if processed and not stored:
                stored.append(processed)
                raise TimeoutError("timed out")
            return result

        # As with a server that hangs: what is being sent stays in the queue.
        with (
            patch.dict(CHUNKS, send=1),
            patch.object(Cron, "_commit_progress", commit),
            patch.object(self.env.registry["mail.mail"], "send", lambda *a, **k: True),
        ):
            self._work()
        self.assertEqual((run.state, run.failed_count, run.done_count), ("done", 1, 2))
        [failed] = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertIn("timed out", failed.message)
        move = self.env["account.move"].browse(failed.res_id)
        self.assertFalse(move.sent_on)
        self.assertTrue(all((self.drafts - move).mapped("sent_on")))
        mails = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", move.id)]
        )
        self.assertEqual(mails.mapped("state"), ["exception"])
        run.with_user(self.user_accountant).action_resume()
        self._work()
        self.assertEqual((run.failed_count, run.done_count), (0, 3))
        self.assertTrue(move.sent_on)

    @mute_logger("odoo.addons.invoicing_cycle.models.runs.worker")
    def test_run_that_cannot_be_finished(self):
        """No space for the file to download: the run is over, says so, and can be
        resumed."""
        self.drafts.action_post()
        run = self._get_run(self._as_accountant(self.drafts).action_download_invoices())
        Run = self.env.registry["billing.run"]
        with patch.object(Run, "_zip_printed", side_effect=OSError("No space left")):
            self._work()
        self.assertEqual((run.state, run.failed_count), ("done", 3))
        self.assertIn("No space left", run.line_ids[0].message)
        run.with_user(self.user_accountant).action_resume()
        self._work()
        self.assertEqual((run.failed_count, run.download_count), (0, 1))
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "billing.run"), ("res_id", "=", run.id)]
        )
        with zipfile.ZipFile(io.BytesIO(file.raw)) as archive:
            self.assertEqual(len(archive.namelist()), 3)

    def test_print(self):
        self.drafts.action_post()
        run = self._get_run(self._as_accountant(self.drafts).action_download_invoices())
        self._work()
        self.assertEqual((run.state, run.failed_count), ("done", 0))
        self.assertEqual(run.download_count, 1)
        action = run.with_user(self.user_accountant).action_download()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "billing.run"), ("res_id", "=", run.id)]
        )
        self.assertIn(str(file.id), action["url"])
        # The starter may read it by the record that it stands on, others not.
        file.with_user(self.user_accountant).check_access("read")
        self.assertFalse(file.with_user(self.user_manager)._filtered_access("read"))
        with zipfile.ZipFile(io.BytesIO(file.raw)) as archive:
            self.assertEqual(len(archive.namelist()), 3)
            for name in archive.namelist():
                # In tests Odoo prints HTML.
                self.assertIn(b"Project", archive.read(name))
        # What is tried again comes beside it.
        run.line_ids[:1]._record({"state": "failed"})
        run.with_user(self.user_accountant).action_resume()
        self._work()
        self.assertEqual(run.download_count, 2)
        files = run.with_user(self.user_accountant).action_download()
        self.assertEqual(files["res_model"], "ir.attachment")
        left = self.env["ir.attachment"].search(
            [("res_model", "=", "billing.run.line")]
        )
        self.assertFalse(left)
