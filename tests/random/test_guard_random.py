import os

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon
from ..common.pure import repeatable
from .guard_machine import GuardMachine

#: More of both for a long run, and another seed each time with GUARD_RANDOM_SEED=1.
EXAMPLES = int(os.environ.get("GUARD_RANDOM_EXAMPLES", "12"))
STEPS = int(os.environ.get("GUARD_RANDOM_STEPS", "30"))


@tagged("post_install", "-at_install")
class TestGuardRandom(InvoicingCycleCommon):
    """Whatever people do in whatever order, what is closed stays as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.project = cls._create_project()
        cls.periods = {
            period.date_from.month: period for period in cls.project.billing_period_ids
        }
        cls.employees = {"consultant": cls.consultant, "colleague": cls.colleague}
        cls.users = {
            "consultant": cls.user_consultant,
            "colleague": cls.user_colleague,
            "manager": cls.user_manager,
            "administrator": cls.user_timesheet_admin,
            "accountant": cls.user_accountant,
            "odoobot": cls.env.ref("base.user_root"),
        }
        cls.env.flush_all()

    def test_random_steps(self):
        machine = type("Machine", (GuardMachine,), {"case": self})
        # Shrinking a failure would take minutes: the steps are printed as they are.
        run_state_machine_as_test(
            machine,
            settings=settings(
                repeatable,
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                phases=[Phase.generate],
                derandomize="GUARD_RANDOM_SEED" not in os.environ,
            ),
        )
