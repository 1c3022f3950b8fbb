from odoo import api, fields, models
from odoo.fields import Domain


class ProjectBillingPeriod(models.Model):
    """What the autopilot leaves to a person, and why."""

    _inherit = "project.billing.period"

    autopilot_left = fields.Selection(
        [
            ("draft", "The draft"),
            ("again", "Another draft"),
            ("confirm", "The confirmation"),
            ("send", "The sending"),
        ],
        string="Left by the Autopilot",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What a person has to do from here on.",
    )
    autopilot_reason = fields.Text(
        string="Why the Autopilot Left It", readonly=True, copy=False
    )
    autopilot_on = fields.Date(
        string="Autopilot Looked On",
        readonly=True,
        copy=False,
        help="The day on which the autopilot last left it to a person. It looks once a "
        "day.",
    )
    autopilot_needs_person = fields.Boolean(
        compute="_compute_autopilot_needs_person",
        search="_search_autopilot_needs_person",
        string="Needs a Person",
        help="The autopilot left it, and nobody has done it since.",
    )

    @api.model
    def _get_left_domain(self):
        """What was left, as long as it is still to do."""
        invoiced = Domain("state", "=", "to_send") & (
            Domain("autopilot_left", "=", "send")
            | Domain("autopilot_left", "=", "confirm")
            & Domain("invoice_line_ids.parent_state", "=", "draft")
        )
        return Domain("autopilot_left", "!=", False) & (
            Domain("state", "=", "ready") | invoiced
        )

    @api.depends("autopilot_left", "state", "invoice_line_ids.parent_state")
    def _compute_autopilot_needs_person(self):
        # sudo: whether its invoice is a draft, for those who read periods alone
        left = self.sudo().filtered("autopilot_left")
        left = left.filtered_domain(self._get_left_domain())
        for period in self:
            period.autopilot_needs_person = period in left

    def _search_autopilot_needs_person(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as above
        left = Domain("id", "in", self.sudo()._search(self._get_left_domain()))
        return left if True in value else ~left

    def action_autopilot_again(self):
        """Let the autopilot do what it left: somebody has mended what kept it."""
        self.check_access("write")
        self.filtered("autopilot_left")._record(
            {"autopilot_left": False, "autopilot_reason": False, "autopilot_on": False}
        )
        self.env["res.company"]._wake_autopilot()
        return True

    def _leave_to_person(self, act, reason):
        """
        :param str act: what is left: draft, confirm or send
        :param str reason: why
        """
        # Not each day the same.
        new = self.filtered(lambda period: period.autopilot_reason != reason)
        new._message_log_batch(
            bodies=dict.fromkeys(
                new.ids, self.env._("Left by the autopilot. %(why)s", why=reason)
            )
        )
        for company, periods in self.grouped("company_id").items():
            periods._record(
                {
                    "autopilot_left": act,
                    "autopilot_reason": reason,
                    "autopilot_on": company._get_today(),
                }
            )
