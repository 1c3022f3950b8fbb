from datetime import date

from odoo.tests import tagged

from ..common.random_beyond import RandomBeyondCommon
from .billing_machine_schedule import BillingMachineSchedule


@tagged("post_install", "-at_install")
class TestBillingCycleRandomSchedule(RandomBeyondCommon):
    """Whatever people do to the billing schedules, the cycle is proven.

    A further project is billed on completion.
    """

    machine = BillingMachineSchedule

    @classmethod
    def _setup_projects(cls):
        super()._setup_projects()
        cls.on_completion = cls._create_project(
            "On completion",
            sale_line_id=cls.capped[0].id,
            billing_frequency="completion",
            billing_start_date=date(2026, 1, 4),
        )
        for number in range(4):
            cls._log_time(
                cls.on_completion, date(2026, 1 + number, 5 + number), 1.0 + number
            )
        cls.projects |= cls.on_completion

    def test_random_steps(self):
        self._run_machine()
