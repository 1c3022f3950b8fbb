from contextlib import contextmanager

from odoo.exceptions import UserError


class RefusalMixin:
    @contextmanager
    def assertRefused(self, regex):
        """A refusal with this text, which leaves everything as it was."""
        with self.assertRaisesRegex(UserError, regex), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()
