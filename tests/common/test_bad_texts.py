from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .security import JANUARY, SecurityCommon

#: The one character that the database keeps in no text.
BAD = "Bad\0text"


@tagged("post_install", "-at_install")
class TestBadTexts(SecurityCommon):
    """Texts that no column keeps are refused in words, by whichever way they come."""

    def assertRefused(self, records, method, *args):
        with (
            self.subTest(model=records._name, method=method),
            self.assertRaisesRegex(ValidationError, "Bad.text.*no value of"),
            self.env.cr.savepoint(),
        ):
            getattr(records, method)(*args)
            self.env.flush_all()

    def test_new_records(self):
        Flow = self.env["timesheet.approval.flow"]
        self.assertRefused(Flow, "name_create", BAD)
        self.assertRefused(Flow, "create", [{"name": BAD}])
        for model, name in (
            ("project.billing.period.reason", "reason"),
            ("account.move.mark.sent", "reference"),
            ("account.move.unsend", "reason"),
            ("timesheet.send.back", "reason"),
            ("timesheet.lock", "reason"),
        ):
            self.assertRefused(self.env[model], "create", [{name: BAD}])

    def test_records_that_are_there(self):
        flow = self.env["timesheet.approval.flow"].create(
            {"name": "Flow", "active": False, "company_id": self.company.id}
        )
        self.assertRefused(flow, "write", {"name": BAD})
        self.assertRefused(flow, "onchange", {"name": BAD}, ["name"], {"name": {}})
        entry = self._log_time(self.project, JANUARY, 1.0)
        self.assertRefused(entry, "write", {"hold_reason": BAD})
        flow.name = "Every other char: \1 \N{SYMBOL FOR NULL} <b> ä €"
        self.env.flush_all()
