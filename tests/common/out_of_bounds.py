from odoo.exceptions import ValidationError

from .schedule import ScheduleCommon


class BoundsCommon(ScheduleCommon):
    """A project, and those who set its schedule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("Bounded")
        # The customer's salesperson may set the schedule, without access to projects.
        cls.partner.user_id = cls.user_salesperson
        cls.billers = (
            cls.env.user,
            cls.user_accountant,
            cls.user_manager,
            cls.user_salesperson,
        )

    def assertOutOfBounds(self, function, name="Bounded", unit="whole number"):
        """A sentence that names the record and what is possible; nothing is done."""
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            function()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn(name, str(caught.exception))
        self.assertRegex(str(caught.exception), f"{unit} from .+ to .+")
