from datetime import date

from odoo.tests import tagged

from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestBillingProof(ProofCommon):
    """A clean cycle has no difference, whatever people do in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        cls.sale_line = order.order_line
        cls.project = cls._create_project("One", order=order)
        cls.other = cls._create_project("Two", order=order)
        cls.projects = cls.project | cls.other
        for project in cls.projects:
            for number in range(3):
                cls._log_time(project, date(2026, 1, 5 + number), 1 / 3)
        cls._lock(date(2026, 1, 31))

    def _generate(self, project, day=DAY):
        result = self._period(project, day)._generate_invoices("Because")
        return self.env["account.move"].browse(result.made)

    def _get_places(self, projects):
        totals = self.env["billing.proof"]._prove(projects).totals
        return {total.place: round(total.hours, 6) for total in totals}

    def test_nothing(self):
        proof = self.assertProven(self.env["project.project"])
        self.assertFalse(proof.totals)

    def test_waiting(self):
        self.assertProven(self.projects)
        self.assertEqual(self._get_places(self.projects), {"ready": 1.0})

    def test_generate_and_edit(self):
        invoice = self._generate(self.project)
        invoice.invoice_line_ids.quantity = 5.0
        proof = self.assertProven(self.projects)
        [billed] = proof.lines
        self.assertEqual(billed.line, invoice.invoice_line_ids)
        self.assertEqual(billed.sale_line, self.sale_line)
        self.assertEqual((billed.entries, billed.made), (3, 1.0))

    def test_delete_cancel_and_reopen(self):
        self._generate(self.project).unlink()
        self.assertProven(self.projects)
        invoice = self._generate(self.project)
        invoice.button_cancel()
        self.assertProven(self.projects)
        invoice.button_draft()
        self.assertProven(self.projects)

    def test_credit_in_full_and_in_part(self):
        invoice = self._generate(self.project)
        invoice.action_post()
        part = invoice._reverse_moves()
        part.invoice_line_ids.quantity = 0.5
        part._post()
        self.assertProven(self.projects)
        full = invoice._reverse_moves()
        full._post()
        self.assertProven(self.projects)
        self._generate(self.project)
        self.assertProven(self.projects)

    def test_reverse_and_recreate(self):
        invoice = self._generate(self.project)
        invoice.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"journal_id": invoice.journal_id.id, "date": "2026-03-10"}
        ).modify_moves()
        self.assertProven(self.projects)

    def test_hold_release_and_write_off(self):
        first, second, third = self.project.timesheet_ids
        first.billing_hold = "hold"
        second.billing_hold = "write_off"
        self.assertProven(self.projects)
        self.assertEqual(
            self._get_places(self.project),
            {
                "held": round(1 / 3, 6),
                "written_off": round(1 / 3, 6),
                "ready": round(1 / 3, 6),
            },
        )
        self._generate(self.project)
        first.billing_hold = "bill"
        self.assertProven(self.projects)
        self.assertEqual(third.invoice_line_id.quantity_made, 0.33)

    def test_parts(self):
        first, second, _third = self.project.timesheet_ids
        first._split_off(0.25, {"billing_hold": "hold"})
        second._split_off(0.25, {"billing_hold": "write_off"})
        self.assertProven(self.projects)
        places = self._get_places(self.project)
        self.assertEqual((places["held"], places["written_off"]), (0.25, 0.25))
        self._generate(self.project)
        self.assertProven(self.projects)
        first.part_ids.billing_hold = "bill"
        self.assertProven(self.projects)
        self._generate(self.project, date(2026, 2, 5))
        self.assertProven(self.projects)

    def test_part_longer_than_any_rounding(self):
        entry = self._log_time(self.project, date(2026, 1, 5), 4.0)
        entry._split_off(3.0, {"billing_hold": "hold"})
        self.assertProven(self.projects)

    def test_rounded_time(self):
        for per in ("entry", "line"):
            with self.subTest(per=per):
                self.projects.write(
                    {"billing_rounding": "15", "billing_rounding_per": per}
                )
                self.assertProven(self.projects)
                self._generate(self.project)
                self.assertProven(self.projects)
                # What is invoiced stays as it is.
                self.projects.billing_rounding = "none"
                self.assertProven(self.projects)
                self.project.timesheet_ids.invoice_line_id.move_id.unlink()

    def test_line_detail_and_unit(self):
        self.project.write({"billing_line_detail": "entry", "billing_unit": "day"})
        invoice = self._generate(self.project)
        self.assertEqual(len(self.assertProven(self.projects).lines), 3)
        invoice.invoice_line_ids[1].unlink()
        self.assertProven(self.projects)
        invoice.action_post()
        invoice._reverse_moves()._post()
        self.assertProven(self.projects)

    def test_late_time(self):
        self._generate(self.projects[:1])
        late = self._log_time(self.project, DAY, 2.0)
        self.assertProven(self.projects)
        self.assertEqual(late.billing_period_id.date_from, date(2026, 2, 1))
        self._generate(self.project, date(2026, 2, 1))
        self.assertProven(self.projects)

    def test_skipped_period(self):
        self._period(self.project, DAY).action_skip("Agreed")
        self.assertProven(self.projects)

    def test_time_to_come(self):
        self._log_time(self.project, date(2026, 12, 1))
        self.assertProven(self.projects)

    def test_ended_schedule(self):
        self.project.date = date(2026, 1, 31)
        self.project.date_start = date(2026, 1, 1)
        self._generate(self.project)
        self._log_time(self.project, DAY)
        self.assertProven(self.projects)

    def test_without_schedule(self):
        project = self._create_project("Unscheduled", schedule=False)
        self._log_time(project, DAY)
        self.assertProven(project)

    def test_not_billable(self):
        project = self._create_project(
            "Fixed", order=self._create_order(self.product_fixed)
        )
        self._log_time(project, DAY, 2.0)
        self.assertProven(project)
        self.assertEqual(self._get_places(project), {"not_billable": 2.0})

    def test_days(self):
        order = self._create_order(self.product_days)
        project = self._create_project("Days", order=order)
        for number in range(7):
            self._log_time(project, date(2026, 1, 5 + number), 1 / 3)
        self._generate(project).action_post()
        proof = self.assertProven(project)
        self.assertAlmostEqual(proof.lines[0].exact, 7 / 24)
        self.assertEqual(proof.lines[0].made, 0.29)

    def test_negative_total(self):
        self._log_time(self.project, DAY, -3.0)
        invoice = self._generate(self.project)
        self.assertEqual(invoice.move_type, "out_refund")
        self.assertProven(self.projects)
        invoice.action_post()
        self.assertProven(self.projects)

    def test_fixed_amount(self):
        project = self._create_project(
            "Fixed",
            order=self._create_order(self.product_fixed, quantity=1.0),
            billing_frequency="custom",
        )
        self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": DAY,
                "date_to": DAY,
                "fixed_amount": 3000.0,
            }
        )
        invoice = self._generate(project)
        proof = self.assertProven(project)
        self.assertFalse(proof.lines[0].by_time)
        invoice.action_post()
        invoice._reverse_moves()._post()
        self.assertProven(project)
        self._generate(project)
        self.assertProven(project)

    def test_dates(self):
        self._log_time(self.project, date(2026, 2, 2), 4.0)
        proof = self.assertProven(self.projects, date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual(sum(total.hours for total in proof.totals), 4.0)

    def test_rounding_of_what_was_deleted_out_of_turn(self):
        for month in (2, 3):
            self._log_time(self.project, date(2026, month, 2), 1 / 3)
        invoices = [
            self._generate(self.project, date(2026, month, 2)) for month in (2, 3)
        ]
        invoices[0].unlink()
        self.assertProven(self.projects)

    def test_value_at_the_agreed_price(self):
        totals = self.env["billing.proof"]._prove(self.projects).totals
        self.assertEqual(sum(total.amount for total in totals), 200.0)
