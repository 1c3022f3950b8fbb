from datetime import date

from odoo.fields import Command
from odoo.tests import Form, tagged

from .out_of_bounds import BoundsCommon
from .schedule import day

WRONG_DAYS = (
    "0001-01-01",
    "1900-01-01",
    "2016-03-09",
    "2036-03-11",
    "2500-01-01",
    "9999-12-31",
    date.min,
    date.max,
    "abc",
    "2026-02-30",
)


@tagged("post_install", "-at_install")
class TestBoundsPeriod(BoundsCommon):
    """A period out of bounds gets a sentence, whichever way it comes in."""

    def test_period(self):
        custom = self._create_project("Custom", billing_frequency="custom")
        for span in (
            ("2026-01-01", "3500-01-01"),
            ("2026-01-01", "2300-01-01"),
            ("2026-01-01", "9999-12-31"),
            ("0001-01-01", "0001-01-31"),
            ("0001-01-01", "9999-12-31"),
            ("2500-01-01", "2500-01-31"),
            ("2016-03-09", "2016-03-31"),
            ("2036-03-01", "2036-03-11"),
        ):
            vals = dict(zip(("date_from", "date_to"), span, strict=True))
            for user in self.billers:
                with self.subTest(span, user=user.login):
                    periods = self.env["project.billing.period"].with_user(user)
                    self.assertOutOfBounds(
                        lambda periods=periods, vals=vals: periods.create(
                            {"project_id": custom.id, **vals}
                        ),
                        "Custom",
                        unit="days",
                    )
                    self.assertOutOfBounds(
                        lambda user=user, vals=vals: custom.with_user(user).write(
                            {"billing_period_ids": [Command.create(vals)]}
                        ),
                        "Custom",
                        unit="days",
                    )
        self.assertFalse(custom.billing_period_ids)

    def test_period_too_long(self):
        custom = self._create_project("Custom", billing_frequency="custom")
        period = self._create_custom(custom, day(1, 1), date(2030, 12, 31))
        with self.assertRefused("of Custom is too long: 5 years.*12/31/2030"):
            period.date_to = date(2031, 1, 1)
        self.env.invalidate_all()
        with self.assertRefused("is too long"):
            period.date_from = date(2025, 12, 31)
        self.env.invalidate_all()
        with self.assertRefused("is too long"):
            self._create_custom(custom, date(2031, 1, 1), date(2036, 1, 1))

    def test_period_imported(self):
        custom = self._create_project("Custom", billing_frequency="custom")
        result = (
            self.env["project.billing.period"]
            .with_user(self.user_manager)
            .load(
                ["project_id/.id", "date_from", "date_to"],
                [[str(custom.id), "2026-01-01", "3500-01-01"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("03/10/2036", result["messages"][0]["message"])

    def test_period_from_before_can_be_mended(self):
        custom = self._create_project("Custom", billing_frequency="custom")
        period = self._create_custom(custom, day(1, 1), day(1, 31))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_billing_period SET date_from = '1950-01-01',"
            " date_to = '3500-01-01' WHERE id = %s",
            [period.id],
        )
        self.env.invalidate_all()
        with self.assertRefused("choose days from"):
            period.date_from = date(1949, 1, 1)
        self.env.invalidate_all()
        period.date_from = day(1, 1)
        period.date_to = day(3, 31)
        self.assertEqual(self._spans(custom), [(day(1, 1), day(3, 31))])

    def test_invoice_date(self):
        custom = self._create_project("Custom", billing_frequency="custom")
        period = self._create_custom(custom, day(1, 1), day(1, 31))
        for value in WRONG_DAYS:
            with self.subTest(value):
                self.assertOutOfBounds(
                    lambda value=value: period.with_user(self.user_manager).write(
                        {"invoice_date": value}
                    ),
                    "Custom",
                    unit="day",
                )
        self.assertEqual(period.invoice_date, day(1, 31))

    def test_a_long_project_may_be_completed(self):
        """What follows from a schedule takes as long as it takes."""
        project = self._create_project(
            billing_frequency="completion", billing_start_date="2016-04-01"
        )
        self._log_time(project, day(3, 2))
        project.last_update_status = "done"
        self.assertEqual(self._spans(project), [(date(2016, 4, 1), day(3, 10))])

    def test_a_form_with_a_far_period(self):
        """It is not worked out before it is refused."""
        custom = self._create_project("Custom", billing_frequency="custom")
        custom.billing_invoice_delay = 366
        view = "invoicing_cycle.project_project_view_form_billing"
        form = Form(custom, view)
        with form.billing_period_ids.new() as period:
            period.date_from = day(1, 1)
            period.date_to = date.max
        self.assertOutOfBounds(form.save, "Custom", unit="days")
