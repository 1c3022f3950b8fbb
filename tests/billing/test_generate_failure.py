from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGenerateFailure(InvoicingCycleCommon):
    """All or nothing per invoice; nothing is billed twice or lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.projects = cls.env["project.project"].union(
            *(cls._create_project(f"Project {number}") for number in range(3))
        )
        for project in cls.projects:
            cls._log_time(project, date(2026, 1, 5), 2.0)
        cls._lock(date(2026, 1, 31))
        cls.periods = cls.projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )

    def _fail_for(self, project):
        """Creating an invoice with this project's item fails, as an add-on might."""
        create = type(self.env["account.move"]).create
        sale_line = project.sale_line_id

        def failing(moves, vals_list):
            result = create(moves, vals_list)
            if sale_line in result.invoice_line_ids.sale_line_ids:
                raise UserError(moves.env._("The books are closed."))
            return result

        return patch.object(type(self.env["account.move"]), "create", failing)

    @mute_logger("odoo.addons.invoicing_cycle.models.billing.generate")
    def test_one_failure_stays_alone(self):
        with self._fail_for(self.projects[1]):
            action = self.periods.action_generate_invoices()
        result = action["context"]["billing_result"]
        self.assertEqual(len(result["made"]), 2)
        self.assertEqual(
            result["failed"], [[self.periods[1].id, "The books are closed."]]
        )
        self.assertEqual(self.periods.mapped("state"), ["to_send", "ready", "to_send"])
        self.assertEqual(self.periods[1].generate_error, "The books are closed.")
        self.assertFalse(self.projects[1].timesheet_ids.invoice_line_id)

        self.periods[1].action_generate_invoices()
        self.assertFalse(self.periods[1].generate_error)
        self.assertEqual(set(self.periods.mapped("state")), {"to_send"})

    @mute_logger("odoo.addons.invoicing_cycle.models.billing.generate")
    def test_single_failure_is_raised(self):
        with (
            self._fail_for(self.projects[0]),
            self.assertRaisesRegex(UserError, "books are closed"),
        ):
            self.periods[0].action_generate_invoices()
        self.assertFalse(self.periods[0].invoice_ids)

    def test_batch_again_makes_nothing(self):
        self.periods.action_generate_invoices()
        result = self.periods.action_generate_invoices()["context"]["billing_result"]
        self.assertEqual(result["made"], [])
        self.assertEqual(
            [period_id for period_id, _reason in result["skipped"]], self.periods.ids
        )
        self.assertEqual(len(self.periods.invoice_line_ids), 3)

    def _do_meanwhile(self, change):
        """Something happens after the items were priced and before they are linked."""
        Period = type(self.env["project.billing.period"])
        prepare = Period._prepare_invoice

        def prepare_and_change(periods, items):
            values = prepare(periods, items)
            change()
            return values

        return patch.object(Period, "_prepare_invoice", prepare_and_change)

    def test_time_that_changes_meanwhile_is_refused(self):
        entry = self.projects[0].timesheet_ids
        with (
            self._do_meanwhile(lambda: entry.write({"unit_amount": 3.0})),
            self.assertRaisesRegex(UserError, "changed while it was invoiced"),
        ):
            self.periods[0].action_generate_invoices()

    def test_time_that_arrives_meanwhile_waits_in_the_next_period(self):
        """An entry that was not priced never slips onto the invoice."""
        project = self.projects[0]

        with self._do_meanwhile(lambda: self._log_time(project, date(2026, 1, 6), 1.0)):
            self.periods[0].action_generate_invoices()
        late = project.timesheet_ids.filtered(lambda line: line.unit_amount == 1.0)
        self.assertFalse(late.invoice_line_id)
        self.env.flush_all()
        self.env.invalidate_all()
        february = self._period(project, date(2026, 2, 1))
        self.assertEqual(self.periods[0].hours, 2.0)
        self.assertEqual(february.late_hours, 1.0)
        self.assertEqual(late.billing_period_id, february)

    def test_locked_rows_are_left_alone(self):
        Period = type(self.env["project.billing.period"])
        busy = self.periods[0]
        lock = patch.object(
            Period, "try_lock_for_update", lambda periods, **options: periods - busy
        )
        with lock:
            result = self.periods._generate_invoices()
        self.assertEqual(result.skipped[0][0], busy.id)
        self.assertIn("somebody else", result.skipped[0][1])
        self.assertEqual(len(result.made), 2)

    def test_pending_names_who_owes(self):
        self.consultant.sudo().timesheet_locked_until = date(2026, 1, 4)
        with self.assertRaisesRegex(UserError, "Consultant has open days"):
            self.periods[0].action_generate_invoices()

    def test_override_is_for_billing_managers(self):
        self.consultant.sudo().timesheet_locked_until = False
        with self.assertRaises(AccessError):
            self.periods[0].with_user(self.user_manager).action_generate_invoices(
                reason="The customer waits"
            )
        self.periods[0].with_user(self.user_accountant).action_generate_invoices(
            reason="The customer waits"
        )
        invoice = self.periods[0].invoice_ids
        self.assertTrue(invoice)
        note = invoice.message_ids.sorted("id")[-1].body
        self.assertIn("The customer waits", note)
        self.assertIn("Consultant has open days", note)
        self.assertFalse(self.consultant.timesheet_locked_until)

    def test_project_manager_invoices_own_rows(self):
        self.periods[0].with_user(self.user_manager).action_generate_invoices()
        self.assertEqual(self.periods[0].state, "to_send")
        foreign = self._create_project("Foreign", user_id=self.user_accountant.id)
        period = self._period(foreign, date(2026, 1, 5))
        with self.assertRaises(AccessError):
            period.with_user(self.user_manager).action_generate_invoices()

    def test_without_price(self):
        self._change_for_all(self.projects[0].sale_line_id, {"price_unit": 0.0})
        with self.assertRaisesRegex(UserError, "price"):
            self.periods[0].action_generate_invoices()

    def test_without_customer(self):
        self.projects[0].partner_id = False
        with self.assertRaisesRegex(UserError, "customer"):
            self.periods[0].action_generate_invoices()

    def test_not_due_yet(self):
        april = self._period(self.projects[0], date(2026, 4, 5))
        with self.assertRaisesRegex(UserError, "not due"):
            april.action_generate_invoices()

    def test_nothing_to_invoice(self):
        february = self._period(self.projects[0], date(2026, 2, 5))
        self._lock(date(2026, 2, 28))
        self.assertEqual(february.state, "empty")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            february.action_generate_invoices()

    def test_skipped_gives_its_time_to_the_next(self):
        january = self.periods[0]
        february = self._period(self.projects[0], date(2026, 2, 5))
        january.action_skip("Agreed with the customer")
        self.assertEqual(january.state, "skipped")
        self.assertEqual(february.late_hours, 2.0)
        with self.assertRaisesRegex(UserError, "skipped"):
            january.action_generate_invoices()
        january.action_unskip()
        self.assertEqual(january.hours, 2.0)
        self.assertEqual(february.late_hours, 0.0)

    def test_negative_total_is_listed_and_made_on_confirmation(self):
        project = self.projects[0]
        self._log_time(project, date(2026, 1, 7), -5.0)
        action = self.periods.action_generate_invoices()
        result = action["context"]["billing_result"]
        self.assertEqual(len(result["made"]), 2)
        self.assertIn("negative in total", result["skipped"][0][1])

        self.periods[0].action_generate_invoices(reason="Correction of December")
        credit = self.periods[0].invoice_ids
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_untaxed, 300.0)
        self.assertEqual(project.sale_line_id.qty_invoiced, -3.0)
        self.assertEqual(self.periods[0].state, "to_send")
        self.assertEqual(self.periods[0].amount_invoiced, -300.0)
        credit.action_post()
        credit.button_draft()
        self.assertEqual(credit.invoice_line_ids.quantity_made, 3.0)
        credit.button_cancel()
        self.assertEqual(self.periods[0].state, "ready")
        self.assertFalse(project.timesheet_ids.invoice_line_id)

    def test_reason_where_there_is_nothing_to_invoice(self):
        """A period that waits for people alone is told, not left out in silence."""
        february = self.projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 2, 1)
        )
        self.assertEqual(set(february.mapped("state")), {"pending"})
        action = (self.periods[0] | february).action_generate_invoices(reason="Now")
        result = action["context"]["billing_result"]
        self.assertEqual(len(result["made"]), 1)
        self.assertEqual({row[0] for row in result["skipped"]}, set(february.ids))
        self.assertFalse(result["failed"])
        self.assertFalse(any(february.mapped("generate_error")))
