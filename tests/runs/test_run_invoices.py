import io
import zipfile
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

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
