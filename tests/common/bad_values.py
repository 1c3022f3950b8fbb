from datetime import date

from odoo.exceptions import UserError

from .security import SecurityCommon


class BadValuesCommon(SecurityCommon):
    """A period and an entry to try them on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.february = cls._period(cls.project, date(2026, 2, 10))
        cls.entry = cls._log_time(cls.foreign_project, date(2026, 3, 3), 2.0)

    def assertRefused(self, user, records, method, *args, text=None, **kwargs):
        with (
            self.subTest(method=method, on=records._name, args=args, kwargs=kwargs),
            self.assertRaisesRegex(UserError, text or "."),
            self.env.cr.savepoint(),
        ):
            self.rpc(user, records, method, *args, **kwargs)
