from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..common.schedule import ScheduleCommon, day

FAR = (
    date(2027, 3, 12),
    date(2100, 1, 1),
    date(2500, 1, 1),
    date(3000, 1, 1),
    date.max,
)


@tagged("post_install", "-at_install")
class TestBoundsLock(ScheduleCommon):
    """A lock ends with the next cycle, where nothing that is due asks for more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_check_days = "warn"
        cls.project = cls._create_project("Custom", billing_frequency="custom")
        cls.period = cls._create_custom(cls.project, day(1, 1), day(6, 30))
        cls._log_time(cls.project, day(3, 2))
        cls.roles = {
            "own": cls.user_consultant,
            "for others": cls.user_manager,
            "administrator": cls.user_timesheet_admin,
        }

    @classmethod
    def _create_custom(cls, project, date_from, date_to, **values):
        return cls.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )

    def _stretch(self, date_to, **values):
        """A period from before there were bounds."""
        self.env.flush_all()
        for name, value in {"date_to": date_to, **values}.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE project_billing_period SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    self.period.id,
                )
            )
        self.env.invalidate_all()

    def _dialog(self, until, user=None):
        return (
            self.env["timesheet.lock"]
            .with_user(user or self.user_consultant)
            .create({"employee_ids": self.consultant.ids, "locked_until": until})
        )

    def assertLimit(self, last):
        """Everybody may lock until this day, and not a day further."""
        self.assertEqual(self._dialog(day(3, 10)).lockable_until, last)
        for role, user in self.roles.items():
            for until in (date.fromordinal(last.toordinal() + 1), *FAR):
                with self.subTest(role, until=until):
                    dialog = self._dialog(until, user)
                    self.assertFalse(dialog.gaps)
                    with self.assertRaisesRegex(UserError, "too far ahead.*Consultant"):
                        dialog.action_lock()
        self._dialog(last).action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, last)

    def test_period_to_come(self):
        """Not due yet: until the end of the next cycle."""
        self.assertLimit(day(4, 30))

    def test_period_due_in_advance(self):
        self.period.invoice_date = day(3, 1)
        self.assertLimit(day(6, 30))

    def test_period_due_for_years(self):
        self.period.write({"date_to": date(2030, 12, 31), "invoice_date": day(3, 1)})
        self.assertLimit(date(2027, 3, 11))

    def test_stretched_period(self):
        self._stretch(date(3500, 1, 1), invoice_date=date(3500, 1, 1))
        self.assertLimit(day(4, 30))

    def test_stretched_period_that_is_due(self):
        self._stretch(date.max)
        self.period.invoice_date = day(3, 1)
        self.assertLimit(date(2027, 3, 11))

    def test_required_person(self):
        """Without any time, by the rate table."""
        self.project.timesheet_ids.unlink()
        self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": self.project.sale_line_id.id,
            }
        )
        self._stretch(date(3500, 1, 1), invoice_date=date(3500, 1, 1))
        self.period._sync_required()
        self.assertLimit(day(4, 30))

    def test_dialog_shows_a_far_day(self):
        """Choosing people and days in the dialog breaks nothing."""
        for until in (date.min, date(1900, 1, 1), *FAR):
            with self.subTest(until):
                form = Form(
                    self.env["timesheet.lock"].with_user(self.user_timesheet_admin)
                )
                form.locked_until = until
                form.scope = "complete"
                form.scope = "all"
                self.assertEqual(form.lockable_until, day(3, 31))

    def test_automatic(self):
        """Days after the end from before there were bounds are no date."""
        self.company.timesheet_lock_automatic = True
        self._stretch(day(1, 31))
        for days, locked in ((2**31 - 1, False), (3, day(1, 31))):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_company SET timesheet_lock_after_days = %s WHERE id = %s",
                [days, self.company.id],
            )
            self.env.invalidate_all()
            locks = self.env["hr.employee"]._get_automatic_lock_days()
            self.assertEqual(locks.get(self.consultant.id, False), locked)
