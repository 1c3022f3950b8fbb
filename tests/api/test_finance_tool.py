import runpy
import tempfile
from contextlib import suppress
from pathlib import Path

from odoo.tests import tagged

from ..common.api import FEBRUARY, ApiCommon

TOOL = Path(__file__).resolve().parents[2] / "docs" / "examples" / "finance_tool.py"


@tagged("post_install", "-at_install")
class TestFinanceTool(ApiCommon):
    """The client of the manual does the whole routine with one key of least rights."""

    def setUp(self):
        super().setUp()
        self.tool = runpy.run_path(str(TOOL))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "outbox"

    def _run(self, **changed):
        """Run the tool against the server.

        :param changed: functions of the tool to replace
        :return: what it tells
        """
        run = self.tool["run"]
        for name, function in changed.items():
            kept = run.__globals__[name]
            self.addCleanup(run.__globals__.__setitem__, name, kept)
            run.__globals__[name] = function
        self.env.flush_all()
        with self.plain_http() as host:
            return run(self.tool["Client"](host, self.key), self.folder)

    def _get_files(self):
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*.*")
        )

    def test_the_whole_routine(self):
        result = self._run()
        self.assertEqual(
            result,
            {
                "sent": ["INV/2026/00001"],
                "left": [],
                "payments": {"INV/2026/00001": ("not_paid", 1984.0)},
                # The support waits for a lock.
                "clear": False,
            },
        )
        move = self._period(self.website, FEBRUARY).invoice_ids
        self.assertEqual(move.sent_reference, "outbox INV/2026/00001")
        self.assertEqual(move.sent_by_id, self.user_finance)
        self.assertEqual(
            self._get_files(),
            [
                "INV_2026_00001/INV_2026_00001 - Timesheet.pdf",
                "INV_2026_00001/INV_2026_00001.pdf",
                "INV_2026_00001/INV_2026_00001_ubl_bis3.xml",
            ],
        )
        # Again, with nothing to do.
        again = self._run()
        self.assertEqual((again["sent"], again["left"]), ([], []))

    def test_it_goes_on_where_it_was_stopped(self):
        """After the delivery, before it was recorded."""

        deliver = self.tool["deliver"]

        def deliver_and_stop(*args):
            deliver(*args)
            raise KeyboardInterrupt

        # Not assertRaises: Odoo's takes back what was done until then.
        with suppress(KeyboardInterrupt):
            self._run(deliver=deliver_and_stop)
            self.fail("it was not stopped")
        move = self._period(self.website, FEBRUARY).invoice_ids
        self.assertEqual(move.state, "posted")
        self.assertFalse(move.sent_on)
        self.assertEqual(self._run(deliver=deliver)["sent"], [move.name])
        self.assertTrue(move.sent_on)
        self.assertEqual(len(self._get_files()), 3)

    def test_what_cannot_be_sent_is_told(self):
        self.customer.write({"country_id": False, "vat": False, "peppol_eas": False})
        result = self._run()
        self.assertEqual(result["sent"], [])
        [text] = result["left"]
        self.assertIn("INV/2026/00001", text)
        self.assertIn("Acme Oy", text)

    def test_payments_since_the_last_time(self):
        self._run()
        move = self._period(self.website, FEBRUARY).invoice_ids
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()
        payments = self._run()["payments"]
        self.assertEqual(payments, {move.name: (move.payment_state, 0.0)})
        self.assertIn(move.payment_state, ("paid", "in_payment"))

    def test_drafts_of_people_stay_theirs(self):
        draft = self._create_draft()
        self._run()
        self.assertEqual(draft.state, "draft")

    def test_a_wrong_key_is_told(self):
        with self.plain_http() as host:
            client = self.tool["Client"](host, "wrong")
            with self.assertRaises(self.tool["RefusedError"]) as caught:
                client.call("get_cycle")
        self.assertEqual(caught.exception.status, 401)
        self.assertIn("apikey", str(caught.exception))
