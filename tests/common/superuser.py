from datetime import date

from odoo.exceptions import AccessError

from .security import SecurityCommon

LOCK = date(2026, 1, 31)


class SuperuserCommon(SecurityCommon):
    """Code that runs as the superuser for a user, of whom everybody is tried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_hr = cls._new_user("hr_officer", "hr.group_hr_user")
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreigner = cls.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": cls.other_company.id}
        )
        (cls.foreigner | cls.colleague).timesheet_locked_until = LOCK
        cls.people = cls.consultant | cls.colleague | cls.foreigner
        cls.period.action_generate_invoices()
        cls.invoice = cls.period.invoice_ids
        cls.line = cls.period.invoice_line_ids
        cls.entry = cls.period.timesheet_ids
        cls.everybody = (
            cls.strangers - cls.user_portal - cls.user_public
            | cls.user_accountant
            | cls.user_salesperson
            | cls.user_pm
            | cls.user_hr
            | cls.user_manager
        )

    def _as_superuser(self, user, record):
        """The record as code has it that runs as the superuser for a user."""
        return record.with_env(self.env(user=user.id, su=True, context={}))

    def assertRefused(self, function, *args):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()
