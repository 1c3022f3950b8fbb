from odoo import fields, models


class ProjectProject(models.Model):
    """How often a project is billed, and from which day.

    The days of a regular period follow from ``tools/billing_calendar.py``.
    """

    _inherit = "project.project"

    billing_frequency = fields.Selection(
        [
            ("weekly", "Weekly"),
            ("biweekly", "Bi-weekly"),
            ("monthly", "Monthly"),
            ("quarterly", "Quarterly"),
            ("custom", "Custom"),
            ("completion", "On completion"),
        ],
        string="Billing Schedule",
        copy=False,
        tracking=True,
        help="How often the project is billed. Custom periods are entered by hand; on "
        "completion there is one invoice when the project's status is set to Complete.",
        groups="base.group_user",
    )
    billing_start_date = fields.Date(
        string="Billed From",
        copy=False,
        tracking=True,
        help="First day of the first billing period. Monthly and quarterly periods "
        "keep its day of the month; time before it goes on the first invoice.",
        groups="base.group_user",
    )
