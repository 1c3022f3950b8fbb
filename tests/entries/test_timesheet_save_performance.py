from contextlib import ExitStack, contextmanager
from types import FunctionType
from unittest.mock import patch

from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day

ADDON = "odoo.addons.invoicing_cycle."

#: What the add-on may add to the queries of a save.
ALLOWED = 2


def _pass_through(owner, name):
    """A method that does nothing but call the one that it overrides."""

    def method(self, *args, **kwargs):
        return getattr(super(owner, self), name)(*args, **kwargs)

    return method


@tagged("post_install", "-at_install")
class TestTimesheetSavePerformance(ScheduleCommon):
    """Saving time costs at most two more queries than without the add-on.

    Without it means: on a project without a schedule, and with the add-on's overrides
    of Odoo's methods out of the way.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        cls.scheduled = cls._create_project("Scheduled", order)
        cls.plain = cls._create_project("Plain", order, schedule=False)
        cls.Line = cls.env["account.analytic.line"]
        for project in (cls.scheduled, cls.plain):
            # What the registry caches, and the person's first day on the project.
            cls._save(project).unit_amount = 2.0
            cls._save(project, month=2)

    @classmethod
    def _save(cls, project, month=1, number=1, user=None, **vals):
        return cls.Line.with_user(user or cls.user_consultant).create(
            [
                {
                    "name": "Work",
                    "project_id": project.id,
                    "date": day(month, 12),
                    "unit_amount": 1.0,
                    **vals,
                }
                for _turn in range(number)
            ]
        )

    @contextmanager
    def _without_addon(self):
        with ExitStack() as stack:
            for name in ("account.analytic.line", "sale.order.line", "hr.employee"):
                model = self.registry[name]
                for owner in model.__mro__:
                    if owner.__module__.startswith(ADDON):
                        self._let_pass(stack, owner, model)
            time = self.registry["project.billing.time"]
            stack.enter_context(patch.object(time, "_touch", lambda *args, **kw: None))
            yield

    def _let_pass(self, stack, owner, model):
        parents = model.__mro__[model.__mro__.index(owner) + 1 :]
        for name, value in list(vars(owner).items()):
            if isinstance(value, FunctionType) and any(
                name in vars(parent) for parent in parents
            ):
                stack.enter_context(
                    patch.object(owner, name, _pass_through(owner, name))
                )

    def _count(self, save, project, is_cold):
        """Queries of a save and its flush, with or without what is in memory."""
        # The first turn fills what the registry keeps for all requests.
        for _turn in range(2):
            prepared = save(project)
            self.env.flush_all()
            self.cr.precommit.run()
            if is_cold:
                self.env.invalidate_all()
            before = self.cr.sql_log_count
            prepared()
            # What happens before a commit.
            self.env.flush_all()
            self.cr.precommit.run()
        return self.cr.sql_log_count - before

    def assertCheap(self, save, colder=0, allowed=ALLOWED):
        """
        :param save: function of a project that prepares a save and returns it
        :param int allowed: queries more than without the add-on
        :param int colder: what reading more than Odoo does may cost where nothing is
            in memory
        """
        for is_cold in (False, True):
            with self.subTest(is_cold=is_cold):
                own = self._count(save, self.scheduled, is_cold)
                with self._without_addon():
                    plain = self._count(save, self.plain, is_cold)
                self.assertGreater(plain, 0)
                self.assertLessEqual(own - plain, allowed + (is_cold and colder))

    # -------------------------------------------------------------------- saves

    def test_create(self):
        self.assertCheap(lambda project: lambda: self._save(project))

    def test_create_many(self):
        self.assertCheap(lambda project: lambda: self._save(project, number=20))

    def test_first_time_of_a_person(self):
        """Once per person and period it is one query more: who owes time from now."""

        def save(project):
            person = self.env["hr.employee"].create({"name": "Newcomer"})
            return lambda: self._save(
                project, user=self.user_manager, employee_id=person.id
            )

        self.assertCheap(save, allowed=ALLOWED + 1)

    def test_hours(self):
        def save(project):
            entry = self._save(project)
            return lambda: entry.write({"unit_amount": 3.0})

        self.assertCheap(save)

    def test_form(self):
        names = ("name", "date", "unit_amount", "project_id", "employee_id")

        def save(project):
            entry = self._save(project)
            return lambda: entry.web_save(
                {"unit_amount": 3.0}, {name: {} for name in names}
            )

        self.assertCheap(save)

    def test_date(self):
        def save(project):
            entry = self._save(project)
            return lambda: entry.write({"date": day(1, 13)})

        # The guard asks for the person's lock, which Odoo does not read here.
        self.assertCheap(save, colder=1)

    def test_date_in_the_web_client(self):
        """Its list reads the names that it shows, the person's as well."""
        names = ("project_id", "employee_id")
        spec = {name: {"fields": {"display_name": {}}} for name in names}

        def save(project):
            entry = self._save(project)
            return lambda: entry.web_save({"date": day(2, 13)}, {"date": {}, **spec})

        self.assertCheap(save)

    def test_other_period(self):
        def save(project):
            entry = self._save(project)
            return lambda: entry.write({"date": day(2, 13)})

        self.assertCheap(save, colder=1)

    def test_delete(self):
        def save(project):
            entry = self._save(project)
            return lambda: entry.unlink()

        self.assertCheap(save)

    # --------------------------------------------------------------- elsewhere

    def test_project_without_schedule(self):
        """Costs one more, which counts it for Missing data."""

        def save(project):
            entry = self._save(project)
            return lambda: (self._save(project), entry.write({"unit_amount": 3.0}))

        own = self._count(save, self.plain, is_cold=False)
        with self._without_addon():
            plain = self._count(save, self.plain, is_cold=False)
        self.assertEqual(own, plain + 1)
