from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestUninvoicedHours(ScheduleCommon):
    """All time that no invoice bills yet, as one number for a project."""

    def test_time_with_and_without_a_schedule(self):
        project = self._create_project(schedule=False)
        self._log_time(project, day(1, 15), 3.0)
        self._log_time(project, day(6, 15), 2.0)
        self.assertEqual(project.uninvoiced_hours, 5.0)
        project.write({"billing_frequency": "monthly", "billing_start_date": day(1, 1)})
        self.assertEqual(project.uninvoiced_hours, 5.0)

    def test_time_without_an_order(self):
        project = self._create_project(schedule=False, sale_line_id=False)
        project.sale_line_id = False
        self._log_time(project, day(1, 15), 3.0)
        self.assertEqual(project.uninvoiced_hours, 3.0)
        project.billing_unmapped_intended = True
        self.assertEqual(project.uninvoiced_hours, 0.0)

    def test_fixed_and_prepaid_time_is_left_out(self):
        prepaid = self.env["product.product"].create(
            {
                "name": "Prepaid hours",
                "type": "service",
                "service_policy": "ordered_prepaid",
                "uom_id": self.env.ref("uom.product_uom_hour").id,
            }
        )
        for product in (self.product_fixed, prepaid):
            order = self._create_order(product=product)
            project = self._create_project(order=order)
            entry = self._log_time(project, day(1, 15), 3.0)
            self.assertEqual(entry.timesheet_invoice_type, "billable_fixed")
            self.assertEqual(project.uninvoiced_hours, 0.0)
            entry.so_line = self._create_order().order_line
            self.assertEqual(project.uninvoiced_hours, 3.0)

    def test_held_and_written_off_time(self):
        project = self._create_project()
        entry = self._log_time(project, day(1, 15), 3.0)
        entry.billing_hold = "hold"
        self.assertEqual(project.uninvoiced_hours, 3.0)
        entry.billing_hold = "write_off"
        self.assertEqual(project.uninvoiced_hours, 0.0)

    def test_invoiced_time(self):
        project = self._create_project()
        self._log_time(project, day(1, 15), 3.0)
        self._log_time(project, day(2, 15), 2.0)
        january = self._period(project, day(1, 1))
        invoice = self._invoice(january)
        self.assertEqual(project.uninvoiced_hours, 2.0)
        invoice.button_cancel()
        self.assertEqual(project.uninvoiced_hours, 5.0)

    def test_accountant_reads_it(self):
        project = self._create_project()
        self._log_time(project, day(1, 15), 3.0)
        self.env.flush_all()
        self.assertEqual(project.with_user(self.user_accountant).uninvoiced_hours, 3.0)

    def test_corrections(self):
        project = self._create_project()
        self._log_time(project, day(1, 15), 3.0)
        self._log_time(project, day(1, 16), -1.0)
        self.assertEqual(project.uninvoiced_hours, 2.0)
