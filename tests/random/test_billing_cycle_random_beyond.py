from odoo.tests import tagged

from ..common.random_beyond import RandomBeyondCommon
from .billing_machine_beyond import BillingMachineBeyond


@tagged("post_install", "-at_install")
class TestBillingCycleRandomBeyond(RandomBeyondCommon):
    """Whatever people do with what is billed beyond hours, the cycle is proven."""

    machine = BillingMachineBeyond

    def test_random_steps(self):
        self._run_machine()
