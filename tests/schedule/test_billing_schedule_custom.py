from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingScheduleCustom(ScheduleCommon):
    """Custom periods are entered by hand: gaps are allowed, overlaps are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(
            "Building", billing_frequency="custom", billing_start_date=False
        )

    def test_period_with_a_fixed_amount(self):
        period = self._create_custom(
            self.project, day(1, 5), day(2, 20), fixed_amount=3000.0
        )
        self.assertEqual(period.invoice_date, day(2, 20))
        self.assertEqual(period.amount_to_invoice, 3000.0)

    def test_invoice_date_is_computed_and_editable(self):
        self.project.billing_invoice_delay = 10
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        self.assertEqual(period.invoice_date, day(2, 10))
        period.with_user(self.user_manager).invoice_date = day(2, 15)
        self.assertEqual(period.invoice_date, day(2, 15))
        given = self._create_custom(
            self.project, day(2, 1), day(2, 28), invoice_date=day(2, 1)
        )
        self.assertEqual(given.invoice_date, day(2, 1))

    def test_gap(self):
        self._create_custom(self.project, day(1, 1), day(1, 10))
        self._create_custom(self.project, day(1, 20), day(1, 31))
        self.assertEqual(len(self.project.billing_period_ids), 2)

    def test_neighbours(self):
        self._create_custom(self.project, day(1, 11), day(1, 20))
        self._create_custom(self.project, day(1, 21), day(1, 31))
        self._create_custom(self.project, day(1, 1), day(1, 10))
        self.assertTiled(self.project)

    def test_one_day(self):
        period = self._create_custom(self.project, day(1, 1), day(1, 1))
        self.assertTrue(period)

    # ---------------------------------------------------------------- refusals

    def test_end_before_start(self):
        pattern = "Building ends on 01/10/2026, before it begins on 01/11/2026"
        with self.assertRefused(pattern):
            self._create_custom(self.project, day(1, 11), day(1, 10))
        period = self._create_custom(self.project, day(1, 1), day(1, 10))
        with self.assertRefused("before it begins"):
            period.date_to = day(12, 31, 2025)
        with self.assertRefused("before it begins"):
            period.date_from = day(1, 11)

    def test_no_start_or_no_end(self):
        with self.assertRefused("on which day the billing period of Building"):
            self._create_custom(self.project, False, day(1, 10))
        with self.assertRefused("needs an end"):
            self._create_custom(self.project, day(1, 10), False)

    def test_overlap(self):
        self._create_custom(self.project, day(1, 10), day(1, 20))
        pattern = "of Building overlap.*never share a day"
        for start, end in (
            (day(1, 10), day(1, 20)),
            (day(1, 10), day(1, 12)),
            (day(1, 1), day(1, 10)),
            (day(1, 20), day(1, 31)),
            (day(1, 12), day(1, 15)),
            (day(1, 1), day(1, 31)),
        ):
            with self.subTest(start=start, end=end), self.assertRefused(pattern):
                self._create_custom(self.project, start, end)

    def test_overlap_by_moving(self):
        self._create_custom(self.project, day(1, 1), day(1, 10))
        period = self._create_custom(self.project, day(1, 11), day(1, 20))
        with self.assertRefused("overlap"):
            period.date_from = day(1, 10)
        # Moving within its own days is no overlap with itself.
        period.write({"date_from": day(1, 12), "date_to": day(1, 25)})

    def test_overlap_within_one_call(self):
        vals = {
            "project_id": self.project.id,
            "date_from": day(1, 1),
            "date_to": day(1, 31),
        }
        with self.assertRefused("overlap"):
            self.env["project.billing.period"].create([vals, dict(vals)])

    def test_days_of_another_project_are_free(self):
        other = self._create_project(
            "Other", billing_frequency="custom", billing_start_date=False
        )
        self._create_custom(self.project, day(1, 1), day(1, 31))
        self.assertTrue(self._create_custom(other, day(1, 1), day(1, 31)))

    def test_negative_amount(self):
        with self.assertRefused("negative.*credit note"):
            self._create_custom(self.project, day(1, 1), day(1, 31), fixed_amount=-1.0)
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        with self.assertRefused("negative"):
            period.fixed_amount = -0.01

    def test_skipped_period_keeps_its_days(self):
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        period.action_skip("test")
        with self.assertRefused("invoiced or skipped"):
            period.date_to = day(1, 20)
        with self.assertRefused("invoiced or skipped"):
            period.unlink()

    # ------------------------------------------------------------- the schedule

    def test_leaving_custom_names_open_periods(self):
        self._create_custom(self.project, day(1, 1), day(1, 31)).action_skip("test")
        self._create_custom(self.project, day(2, 1), day(2, 28))
        for frequency in ("monthly", "completion", False):
            with (
                self.subTest(str(frequency)),
                self.assertRefused("by hand.*: .*Feb 1.*28"),
            ):
                self.project.write(
                    {
                        "billing_frequency": frequency,
                        "billing_start_date": day(1, 1),
                    }
                )

    def test_leaving_custom_without_open_periods(self):
        self._create_custom(self.project, day(1, 10), day(1, 31)).action_skip("test")
        self.project.write(
            {"billing_frequency": "monthly", "billing_start_date": day(2, 15)}
        )
        self.assertEqual(
            self._spans(self.project)[:3],
            [
                (day(1, 10), day(1, 31)),
                (day(2, 1), day(2, 14)),
                (day(2, 15), day(3, 14)),
            ],
        )

    def test_other_changes_keep_custom_periods(self):
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        self.project.write({"date_start": day(1, 1), "date": day(1, 15)})
        self.project.write({"billing_start_date": day(1, 10)})
        self.project.active = False
        self.assertTrue(period.exists())
        self.assertEqual(period.date_to, day(1, 31))
        self.project.active = True
        self.assertEqual(self.project.billing_period_ids, period)

    def test_becoming_custom_drops_generated_periods(self):
        project = self._create_project()
        january = self._period(project, day(1, 1))
        january.action_skip("test")
        project.billing_frequency = "custom"
        self.assertEqual(project.billing_period_ids, january)

    def test_becoming_custom_with_the_first_period(self):
        project = self._create_project()
        february = self._period(project, day(2, 1))
        project.with_user(self.user_manager).write(
            {
                "billing_frequency": "custom",
                "billing_period_ids": [
                    Command.create({"date_from": day(3, 1), "date_to": day(4, 15)}),
                    Command.update(february.id, {"fixed_amount": 100.0}),
                ],
            }
        )
        self.assertEqual(
            self._spans(project),
            [(day(2, 1), day(2, 28)), (day(3, 1), day(4, 15))],
        )

    # ----------------------------------------------------------------- by hand

    def test_users_enter_custom_periods(self):
        project = self.project.with_user(self.user_manager)
        project.write(
            {
                "billing_period_ids": [
                    Command.create({"date_from": day(1, 1), "date_to": day(1, 31)})
                ]
            }
        )
        period = project.billing_period_ids
        project.write(
            {
                "billing_period_ids": [
                    Command.update(period.id, {"date_to": day(1, 20)}),
                    Command.create({"date_from": day(1, 21), "date_to": day(2, 15)}),
                ]
            }
        )
        self.assertTiled(self.project)
        period.unlink()
        self.assertEqual(self._spans(self.project), [(day(1, 21), day(2, 15))])

    def test_periods_of_a_schedule_are_not_made_by_hand(self):
        project = self._create_project("Regular")
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        period = Period.browse(self._period(project, day(4, 1)).id)
        vals = {"date_from": day(5, 1), "date_to": day(5, 31)}
        with self.assertRefused("Regular follow from the billing schedule"):
            Period.create({"project_id": project.id, **vals})
        with self.assertRefused("Regular follow from the billing schedule"):
            Period.with_context(default_project_id=project.id).create(vals)
        with self.assertRefused("follow from the billing schedule"):
            period.write(vals)
        with self.assertRefused("follow from the billing schedule"):
            period.unlink()
        custom = self._create_custom(self.project, day(5, 1), day(5, 31))
        with self.assertRefused("stays with its project"):
            Period.browse(custom.id).project_id = project

    def test_results_are_not_written_by_hand(self):
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        for name, value in (
            ("skip_reason", "by hand"),
            ("company_id", self.company.id),
            ("amount_invoiced", 5.0),
            ("hours", 5.0),
            ("is_supplementary", True),
            ("partner_id", self.partner.id),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                Period.browse(period.id).write({name: value})
        made = Period.with_context(default_skip_reason="context").create(
            {
                "project_id": self.project.id,
                "date_from": day(2, 1),
                "date_to": day(2, 28),
            }
        )
        self.assertFalse(made.skip_reason)

    def test_period_of_a_cancelled_invoice_is_not_deleted(self):
        period = self._create_custom(self.project, day(1, 1), day(1, 31))
        self._log_time(self.project, day(1, 15))
        invoice = self._invoice(period)
        with self.assertRefused("invoiced or skipped"):
            period.unlink()
        invoice.button_cancel()
        with self.assertRefused("billed them before"):
            period.unlink()
