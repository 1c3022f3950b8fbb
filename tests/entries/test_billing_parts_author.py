from datetime import date

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon


@tagged("post_install", "-at_install")
class TestBillingPartsAuthor(DecisionCommon):
    """What is billed of time that is billed in part stays as it is, whoever wrote it.

    That is one row of it: the entry itself, or the part.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_project = cls._create_project("Other")
        cls.other_task = cls.env["project.task"].create(
            {"name": "There", "project_id": cls.other_project.id}
        )

    def _get_cases(self):
        """The entry with its part, one of them on a draft or a posted invoice."""
        for decided in ("hold", "write_off"):
            for state in ("draft", "posted"):
                with self.env.cr.savepoint() as savepoint:
                    part = self._split(0.5, decided)
                    move = self._invoice()
                    if state == "posted":
                        move.action_post()
                    self.assertTrue(self.entry.invoice_line_id)
                    self.assertFalse(part.invoice_line_id)
                    self.env.flush_all()
                    yield self.entry, part, f"{decided}, {state}"
                    savepoint.rollback()
                self.env.invalidate_all()
        # The other way round: the part is billed, the entry is held.
        with self.env.cr.savepoint() as savepoint:
            part = self._split(0.5, "hold")
            self._decide(self.entry, "hold", None)
            self._decide(part, "bill", None)
            self._invoice()
            self.env.flush_all()
            self.assertTrue(self.entry.part_ids.invoice_line_id)
            yield self.entry, self.entry.part_ids, "part billed"
            savepoint.rollback()
        self.env.invalidate_all()

    def _get_changes(self, part):
        yield {"unit_amount": 9.0}
        yield {"unit_amount": 1.5}
        yield {"name": "Other text"}
        yield {"date": "2026-03-01"}
        yield {"project_id": self.other_project.id, "task_id": False}
        yield {"task_id": self.other_task.id, "project_id": self.other_project.id}
        yield {"employee_id": self.colleague.id}
        yield {"so_line": self.other_project.sale_line_id.id}
        yield {"part_ids": [Command.delete(part.id)]}
        yield {"part_ids": [Command.update(part.id, {"billing_hours": 1.0})]}
        yield {"part_ids": [Command.create({"billing_hours": 5.0})]}
        yield {"billing_hold": "bill"}

    def assertKept(self, rows, function, *args):
        names = (
            "unit_amount",
            "billing_hours",
            "name",
            "date",
            "project_id",
            "so_line",
        )
        before = [[row[name] for name in names] for row in rows]
        with (
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            try:
                function(*args)
                self.env.flush_all()
            except RedirectWarning as error:
                raise UserError(str(error)) from error
        self.env.invalidate_all()
        self.assertEqual([[row[name] for name in names] for row in rows], before)

    def _is_left_open(self, row, vals):
        """What is not billed is open time until it is locked: item and more hours."""
        if self.entry.invoice_line_id:
            return False
        return "unit_amount" in vals or (row == self.entry and "so_line" in vals)

    def _try_everything(self, entry, part, case, locked):
        for user, su in (
            (self.user_consultant, False),
            (self.user_consultant, True),
            (self.user_colleague, True),
        ):
            env = self.env(user=user.id, su=su, context={})
            for row in (entry, part):
                known = row.with_env(env)
                with self.subTest(case=case, user=user.login, su=su, row=row):
                    self.assertKept((entry, part), known.unlink)
                for vals in self._get_changes(part):
                    if not locked and self._is_left_open(row, vals):
                        continue
                    with self.subTest(case=case, user=user.login, su=su, vals=vals):
                        self.assertKept((entry, part), known.write, vals)

    def test_author(self):
        for entry, part, case in self._get_cases():
            self._try_everything(entry, part, case, locked=False)

    def test_author_of_locked_time(self):
        self._lock(date(2026, 2, 28))
        for entry, part, case in self._get_cases():
            self._try_everything(entry, part, case, locked=True)

    def test_what_is_left_is_open(self):
        """Until it is locked. What is billed stays what it is."""
        part = self._split(0.5, "hold")
        self._decide(self.entry, "hold")
        self._decide(part, "bill", reason=None)
        self._invoice()
        self.assertTrue(part.invoice_line_id)
        own = self.entry.with_user(self.user_consultant)
        own.unit_amount = 3.0
        self.env.flush_all()
        self.assertEqual((self.entry.billing_hours, part.billing_hours), (2.5, 0.5))
        with self.assertRaises(UserError):
            own.unit_amount = 0.25
        self.assertEqual(part.invoice_line_id.quantity, 0.5)

    def test_author_splits_nothing(self):
        for entry, _part, case in self._get_cases():
            known = entry.with_user(self.user_consultant)
            with self.subTest(case=case), self.assertRaises(UserError):
                known.action_set_billing("write_off", "Mine", 0.25)

    def test_copy_bills_nothing_twice(self):
        for entry, part, case in self._get_cases():
            copy = entry.with_user(self.user_timesheet_admin).copy().sudo()
            with self.subTest(case=case):
                self.assertFalse(copy.invoice_line_id or copy.part_ids)
            with self.subTest(case=case), self.assertRaises(UserError):
                part.with_user(self.user_timesheet_admin).copy()

    def test_open_entry_with_a_part(self):
        """Nothing is billed: it is the author's, and the part follows or refuses."""
        part = self._split(0.5)
        own = self.entry.with_user(self.user_consultant)
        own.unit_amount = 3.0
        self.env.flush_all()
        self.assertEqual(self.entry.billing_hours, 2.5)
        self.assertEqual(part.billing_hours, 0.5)
        own.date = DAY.replace(day=12)
        self.assertEqual(part.date, self.entry.date)
        with self.assertRaises(UserError):
            part.with_user(self.user_consultant).unlink()
