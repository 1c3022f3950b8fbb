from odoo.tests import tagged

from ..common.proof import ProofMixin
from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingScheduleCompletion(ProofMixin, ScheduleCommon):
    """One period that ends when the project is complete (today: 10 March 2026)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(billing_frequency="completion")
        cls.period = cls.project.billing_period_ids
        cls.entry = cls._log_time(cls.project, day(2, 2), 4.0)

    def _set_status(self, status):
        self.project.with_user(self.env.ref("base.user_admin")).write(
            {"last_update_status": status}
        )

    def test_open_until_complete(self):
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])
        self.assertFalse(self.period.invoice_date)
        self.assertEqual(self.period.state, "upcoming")
        self.assertEqual(self.entry.billing_period_id, self.period)
        self.assertEqual(self.period.period_label, "From 01/01/2026")

    def test_completion_sets_the_end(self):
        self.project.billing_invoice_delay = 7
        self._set_status("done")
        self.assertEqual(self.period.date_to, day(3, 10))
        self.assertEqual(self.period.invoice_date, day(3, 17))
        self.assertEqual(self.period.state, "pending")
        self.assertEqual(self.project.billing_period_ids, self.period)

    def test_completion_by_a_status_update(self):
        update = self.env["project.update"].create(
            {"project_id": self.project.id, "name": "Update", "status": "on_track"}
        )
        self.assertFalse(self.period.date_to)
        update.status = "done"
        self.assertEqual(self.period.date_to, day(3, 10))
        update.status = "at_risk"
        self.assertFalse(self.period.date_to)
        update.status = "done"
        update.unlink()
        self.assertFalse(self.period.date_to)

    def test_status_update_by_a_project_user(self):
        self.env["project.update"].with_user(self.user_manager).create(
            {"project_id": self.project.id, "name": "Update", "status": "done"}
        )
        self.assertEqual(self.period.date_to, day(3, 10))

    def test_taken_back(self):
        self._set_status("done")
        self._set_status("on_track")
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])
        self.assertFalse(self.period.invoice_date)
        self.assertEqual(self.project.billing_period_ids, self.period)
        self._set_status("done")
        self._set_status("to_define")
        self.assertFalse(self.period.date_to)

    def test_end_stays_as_time_goes_by(self):
        self._set_status("done")
        later = day(3, 20)
        self.project._open_billing_periods(later)
        self.project._open_billing_periods(later, changed=True)
        self.assertEqual(self.period.date_to, day(3, 10))

    def test_complete_before_the_schedule(self):
        project = self._create_project(schedule=False)
        project.last_update_status = "done"
        project.write(
            {"billing_frequency": "completion", "billing_start_date": day(1, 1)}
        )
        self.assertEqual(self._spans(project), [(day(1, 1), day(3, 10))])

    def test_complete_before_the_start(self):
        project = self._create_project(
            billing_frequency="completion", billing_start_date=day(5, 1)
        )
        project.last_update_status = "done"
        self.assertEqual(self._spans(project), [(day(5, 1), day(5, 1))])

    def test_other_schedules_do_not_follow_the_status(self):
        project = self._create_project()
        spans = self._spans(project)
        project.last_update_status = "done"
        self.assertEqual(self._spans(project), spans)

    def test_time_after_completion(self):
        self._set_status("done")
        late = self._log_time(self.project, day(3, 12), 2.0)
        supplementary = late.billing_period_id
        self.assertTrue(supplementary.is_supplementary)
        self.assertEqual(
            (supplementary.date_from, supplementary.date_to), (day(3, 11), day(3, 12))
        )
        self._set_status("on_track")
        self.assertFalse(supplementary.exists())
        self.assertEqual(late.billing_period_id, self.period)

    def test_invoiced_and_done(self):
        self._set_status("done")
        self._invoice(self.period)
        self.project._open_billing_periods()
        self.project._open_billing_periods(changed=True)
        self.assertEqual(self.project.billing_period_ids, self.period)
        late = self._log_time(self.project, day(2, 3))
        self.assertTrue(late.billing_period_id.is_supplementary)
        self.assertEqual(late.billing_period_id.late_hours, 1.0)

    def test_invoiced_and_going_on(self):
        self._set_status("done")
        self._invoice(self.period)
        self._set_status("on_track")
        self.assertEqual(
            self._spans(self.project),
            [(day(1, 1), day(3, 10)), (day(3, 11), False)],
        )
        self.assertEqual(self.period.invoice_date, day(3, 10))

    def test_invoiced_anyway_before_completion(self):
        future = self._log_time(self.project, day(3, 15))
        self._invoice(self.period)
        self.assertEqual(
            self._spans(self.project),
            [(day(1, 1), day(3, 15)), (day(3, 16), False)],
        )
        self.assertTrue(future.invoice_line_id)
        late = self._log_time(self.project, day(2, 3))
        self.assertEqual(late.billing_period_id.date_from, day(3, 16))
        self._set_status("done")
        self.assertEqual(self._spans(self.project)[1], (day(3, 16), day(3, 16)))

    def test_skipped_and_opened_again(self):
        self.period.action_skip("test")
        self.assertEqual(
            self._spans(self.project),
            [(day(1, 1), day(3, 10)), (day(3, 11), False)],
        )
        self.assertEqual(self.entry.billing_period_id.date_from, day(3, 11))
        self.period.action_unskip()
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])
        self.assertEqual(self.entry.billing_period_id, self.period)

    def test_cancelled_invoice(self):
        self._set_status("done")
        self._invoice(self.period).button_cancel()
        self._set_status("on_track")
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])
        self.assertEqual(self.project.billing_period_ids, self.period)

    def test_archived(self):
        """What is not complete is billed all the same, up to the last of its days."""
        self._log_time(self.project, day(3, 15), 1.0)
        self.project.active = False
        self.assertEqual(self.period.date_to, day(3, 15))
        self.assertEqual(self.period.invoice_date, day(3, 15))
        self.project.active = True
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])

    def test_schedule_taken_away(self):
        self.project.billing_frequency = False
        self.assertEqual(self.period.date_to, day(3, 10))

    def test_cancelled_invoice_of_a_project_that_goes_on_is_reopened(self):
        """It bills the days up to today, and the project goes on after them."""
        self._set_status("done")
        invoice = self._invoice(self.period)
        invoice.button_cancel()
        self._set_status("on_track")
        invoice.button_draft()
        self._assert_goes_on()

    def test_credit_of_a_project_that_goes_on_is_reset(self):
        self._set_status("done")
        invoice = self._invoice(self.period)
        invoice.action_post()
        credit = invoice._reverse_moves(cancel=True)
        self._set_status("on_track")
        self.assertEqual(self._spans(self.project), [(day(1, 1), False)])
        credit.button_draft()
        self._assert_goes_on()

    def _assert_goes_on(self):
        self.assertEqual(
            self._spans(self.project),
            [(day(1, 1), day(3, 10)), (day(3, 11), False)],
        )
        late = self._log_time(self.project, day(2, 3), 3.0)
        self.assertEqual(late.billing_period_id.date_from, day(3, 11))
        self._set_status("at_risk")
        self._set_status("done")
        self.assertProven(self.project)

    def _cancel_and_go_on(self):
        self._set_status("done")
        self._invoice(self.period).button_cancel()
        self._set_status("on_track")
        self.assertFalse(self.period.date_to)

    def test_cancelled_invoice_and_another_schedule(self):
        """The period that is billed again gets an end, up to today."""
        for frequency in ("monthly", "custom", False):
            with self.subTest(str(frequency)), self.env.cr.savepoint() as savepoint:
                self._cancel_and_go_on()
                self.project.billing_frequency = frequency
                self.assertEqual(self.period.date_to, day(3, 10))
                self.assertEqual(self.entry.billing_period_id, self.period)
                self.assertProven(self.project)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_cancelled_invoice_of_an_archived_project(self):
        self._cancel_and_go_on()
        self.project.active = False
        self.assertEqual(self.period.date_to, day(3, 10))

    def test_amount_and_a_custom_schedule(self):
        self.period.fixed_amount = 100.0
        self.project.billing_frequency = "custom"
        self.assertEqual(self.period.date_to, day(3, 10))
