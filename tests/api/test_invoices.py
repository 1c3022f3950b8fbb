from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import tagged

from ..common.api import FEBRUARY, ApiCommon


@tagged("post_install", "-at_install")
class TestApiInvoices(ApiCommon):
    def _list(self, **values):
        status, answer = self.call("list_invoices", **values)
        self.assertEqual(status, 200, answer)
        return answer["items"]

    def test_draft_without_a_customer(self):
        draft = self._create_draft()
        draft.partner_id = False
        self.env.flush_all()
        [row] = [row for row in self._list() if row["id"] == draft.id]
        self.assertIsNone(row["customer"])

    # ----------------------------------------------------------------- confirm

    def test_one_that_fails_does_not_hold_back_the_others(self):
        draft = self._create_draft()
        good = self._create_draft()
        draft.partner_id = False
        _status, answer = self.call("confirm", invoice_ids=(draft | good).ids)
        self.assertEqual(answer["confirmed_ids"], good.ids)
        [failed] = answer["failed"]
        self.assertEqual(failed["invoice_id"], draft.id)
        self.assertIn(failed["code"], ("refused", "invalid_value"))
        self.assertTrue(failed["message"])
        self.assertEqual(draft.state, "draft")

    def test_out_of_date_draft_is_confirmed_on_demand_only(self):
        move = self._invoice_website(confirm=False)
        self._log_time(self.website, FEBRUARY, 1.0, employee=self.carl)
        self.website.timesheet_ids.filtered(
            lambda entry: entry.approval_state == "pending"
        ).with_user(self.user_approver).action_approve()
        _status, answer = self.call("confirm", invoice_ids=move.ids)
        self.assertEqual(answer["confirmed_ids"], [])
        self.assertEqual(answer["failed"][0]["code"], "out_of_date")
        self.assertIn("Refresh", answer["failed"][0]["message"])
        _status, answer = self.call("confirm", invoice_ids=move.ids, outdated=True)
        self.assertEqual(answer, {"confirmed_ids": move.ids, "failed": []})

    def test_cancelled_one_says_so(self):
        draft = self._create_draft()
        draft.button_cancel()
        _status, answer = self.call("confirm", invoice_ids=draft.ids)
        self.assertEqual(answer["failed"][0]["code"], "cancelled")

    # -------------------------------------------------------------------- list

    def test_each_is_in_one_status(self):
        draft, ready, sent, cancelled, reversed_one = (
            self._create_draft() for _n in range(5)
        )
        (ready | sent | reversed_one).action_post()
        sent.action_mark_as_sent()
        cancelled.button_cancel()
        credit = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(reversed_one.ids)],
                "journal_id": reversed_one.journal_id.id,
            }
        )
        credit.refund_moves()
        credit_note = reversed_one.reversal_move_ids
        credit_note.action_post()
        self.assertEqual(reversed_one.payment_state, "reversed")
        expected = {
            "draft": draft,
            "ready": ready | credit_note,
            "sent": sent,
            "cancelled": cancelled,
            "reversed": reversed_one,
        }
        for status, moves in expected.items():
            with self.subTest(status=status):
                items = self._list(statuses=[status])
                self.assertEqual([item["id"] for item in items], sorted(moves.ids))
                self.assertEqual({item["status"] for item in items}, {status})
        [note] = self._list(invoice_ids=credit_note.ids)
        self.assertEqual(note["type"], "credit_note")
        self.assertEqual(note["amount_total"], credit_note.amount_total)

    def test_a_payment_is_a_change(self):
        move = self._invoice_website()
        move.action_mark_as_sent()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET write_date = '2026-03-01' WHERE id IN %s",
            [tuple(move.ids)],
        )
        self.env.invalidate_all()
        since = "2026-03-05T00:00:00+02:00"
        self.assertEqual(self._list(changed_since=since), [])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 984.0}).action_create_payments()
        [item] = self._list(changed_since=since)
        self.assertEqual(item["id"], move.id)
        self.assertEqual(item["payment_state"], "partial")
        self.assertEqual(item["amount_due"], 1000.0)

    def test_only_what_belongs_to_the_cycle(self):
        stock = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        self.assertFalse(stock.billing_origin)
        self.assertEqual(self._list(invoice_ids=stock.ids), [])

    def test_by_project_and_period(self):
        move = self._invoice_website()
        self._create_draft()
        for values in ({"project_ids": [4001]}, {"period_ids": [6001]}):
            with self.subTest(values):
                self.assertEqual([i["id"] for i in self._list(**values)], move.ids)
        self.assertEqual(self._list(project_ids=[4002]), [])
        self.assertEqual(self._list(invoice_ids=[]), [])

    def test_queries_do_not_grow_with_invoices(self):
        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            api = self.env["invoicing.cycle.api"].with_user(self.user_finance)
            items = api.list_invoices(invoice_ids=moves.ids)["items"]
            self.assertEqual(len(items), len(moves))
            return self.env.cr.sql_log_count - before

        moves = self.env["account.move"].union(
            *(self._create_draft() for _n in range(12))
        )
        moves.action_post()
        count(moves[:2])
        self.assertEqual(count(moves[:3]), count(moves))

    # -------------------------------------------------------------------- sent

    def _mark(self, moves, **values):
        return self.call("mark_as_sent", invoice_ids=moves.ids, **values)

    def test_record_is_what_was_said(self):
        move = self._invoice_website()
        self._mark(
            move, channel="post", sent_on="2026-03-09T10:00:00+02:00", reference=" L 1 "
        )
        self.assertEqual(move.sent_on, datetime(2026, 3, 9, 8))
        self.assertEqual(move.sent_by_id, self.user_finance)
        self.assertEqual(move.sent_channel, "post")
        self.assertEqual(move.sent_reference, "L 1")
        self.assertIn("Post, L 1", move.message_ids[0].body)
        self.assertEqual(self.website.billing_period_ids[0].state, "sent")

    def test_again_by_the_same_reference_changes_nothing(self):
        move = self._invoice_website()
        self._mark(move, channel="post", sent_on="2026-03-09", reference="L 1")
        messages = move.message_ids
        before = move.read()
        for values in (
            {"reference": "L 1"},
            {"reference": "L 1", "channel": "mail", "sent_on": "2026-03-01"},
            {},
        ):
            status, answer = self._mark(move, **values)
            self.assertEqual(status, 200, answer)
            self.assertEqual(answer, {"recorded_ids": [], "unchanged_ids": move.ids})
        self.assertEqual(move.read(), before)
        self.assertEqual(move.message_ids, messages)

    def test_by_another_reference_is_refused_and_nothing_is_recorded(self):
        move, other = self._invoice_website(), self._create_draft()
        other.action_post()
        self._mark(move, reference="L 1")
        answer = self._mark(move | other, reference="L 2")
        self.assertRefused(answer, 422, "already_sent", move.name)
        self.assertIn("L 1", answer[1]["message"])
        self.assertFalse(other.sent_on)
        # What Odoo has sent has no reference.
        other.action_mark_as_sent("mail")
        self.assertRefused(
            self._mark(other, reference="L 2"), 422, "already_sent", other.name
        )

    def test_undone_it_may_be_sent_by_another_reference(self):
        move = self._invoice_website()
        self._mark(move, reference="L 1")
        status, answer = self.call(
            "undo_mark_as_sent", invoice_ids=move.ids, reason="Came back"
        )
        self.assertEqual((status, answer), (200, {"undone_ids": move.ids}))
        self.assertFalse(move.sent_reference)
        self.assertIn("L 1", move.message_ids[0].body)
        self.assertEqual(self._mark(move, reference="L 2")[0], 200)
        self.assertEqual(move.sent_reference, "L 2")

    def test_several_share_a_reference(self):
        moves = self._invoice_website() | self._create_draft()
        moves[1].action_post()
        _status, answer = self._mark(moves, reference="Envelope 7")
        self.assertEqual(answer["recorded_ids"], moves.ids)
        self.assertEqual(set(moves.mapped("sent_reference")), {"Envelope 7"})

    def test_bad_values(self):
        move = self._invoice_website()
        for values, text in (
            ({"channel": "pigeon"}, "mail, einvoice, portal, post, other"),
            ({"channel": ["mail"]}, "no way of sending"),
            ({"sent_on": "2026-03-10T09:00:00Z"}, "to today"),
            ({"sent_on": "2016-03-09"}, "2016-03-10"),
            ({"sent_on": "soon"}, "no moment"),
            ({"sent_on": 5}, "no day"),
            ({"reference": "x" * 201}, "200 characters"),
            ({"reference": 5}, "no text"),
        ):
            with self.subTest(values=values):
                answer = self._mark(move, **values)
                self.assertRefused(answer, 422, "invalid_value", text)
        self.assertFalse(move.sent_on)
        # The clock of another system may be ahead.
        self.assertEqual(self._mark(move, sent_on="2026-03-10T08:34:00Z")[0], 200)

    def test_draft_and_bill_are_refused(self):
        draft = self._create_draft()
        self.assertRefused(self._mark(draft), 422, "not_confirmed", "Confirm")
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 3, 10),
            }
        )
        self.assertRefused(self._mark(bill), 422, "not_an_invoice")
