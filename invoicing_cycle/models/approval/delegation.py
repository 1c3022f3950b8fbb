from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ...tools import bounds
from ...tools.billing_calendar import add_days
from ..common.recorded import check_user_rights
from ..entries.guard import ADMINISTRATOR


class TimesheetApprovalDelegation(models.Model):
    """While an approver is away, somebody else approves in their place as well."""

    _name = "timesheet.approval.delegation"
    _inherit = ["billing.bounds.mixin", "billing.named.mixin"]
    _description = "Timesheet Approval Delegation"
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Approver",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Delegate",
        required=True,
        index=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="cascade",
        help="May approve and send back whatever waits for the approver; the log names "
        "both.",
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="To", required=True)
    note = fields.Char()

    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The delegation ends before it begins."
    )

    @api.model
    def _get_bounds(self):
        days = bounds.billing_days(fields.Date.context_today(self))
        return {**super()._get_bounds(), "date_from": days, "date_to": days}

    @api.constrains("user_id", "delegate_id")
    def _check_delegate(self):
        for delegation in self:
            if delegation.user_id == delegation.delegate_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be the own delegate: choose somebody else.",
                        user=delegation.user_id.name,
                    )
                )
            if delegation.delegate_id.share:
                raise ValidationError(
                    self.env._(
                        "%(user)s is no internal user and cannot approve time.",
                        user=delegation.delegate_id.name,
                    )
                )

    @api.depends("user_id", "delegate_id", "date_from", "date_to")
    def _compute_display_name(self):
        for delegation in self:
            delegation.display_name = self.env._(
                "%(delegate)s for %(user)s, %(first)s to %(last)s",
                delegate=delegation.delegate_id.name,
                user=delegation.user_id.name,
                first=delegation.date_from,
                last=delegation.date_to,
            )

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._check_may_delegate()
        delegations._after_change()
        return delegations

    def write(self, vals):
        # Before the refusal below, which names people.
        check_user_rights(self, "write")
        self._check_may_delegate()
        result = super().write(vals)
        self._check_may_delegate()
        self._after_change()
        return result

    def unlink(self):
        check_user_rights(self, "unlink")
        self._check_may_delegate()
        result = super().unlink()
        self._after_change()
        return result

    def _check_may_delegate(self):
        """Everybody for themselves; an administrator for all.

        Asks what the user may, also under ``sudo()``: with this, approvals are given.
        """
        user = self.env.user
        if self.env.uid == 1 or user.has_group(ADMINISTRATOR):
            return
        # sudo: whose they are, also those that the user cannot see: they are refused
        foreign = self.sudo().filtered(lambda delegation: delegation.user_id != user)
        if foreign:
            raise AccessError(
                self.env._(
                    "You can name a delegate for yourself only; a Timesheets "
                    "administrator can for %(users)s.",
                    users=", ".join(foreign.user_id.mapped("name")),
                )
            )

    @api.model
    def _after_change(self):
        self.env.cr.cache.pop(self._name, None)
        self.env["account.analytic.line"]._invalidate_approval_state()

    # ----------------------------------------------------------------- lookup

    @api.model
    def _get_delegates(self, users):
        """Who stands in for some users today, in one query.

        :param users: ``res.users``
        :return: dict, user to the ``res.users`` that stand in for them
        """
        delegations = self._search_current(Domain("user_id", "in", users.ids))
        return {
            user: group.delegate_id
            for user, group in delegations.grouped("user_id").items()
        }

    @api.model
    def _search_current(self, domain):
        """Delegations that hold today: by the days of whoever is away."""
        # It is never further from the day in UTC than the next one.
        today = fields.Date.today()
        # sudo: who approves follows from it, whoever asks
        delegations = self.sudo().search(
            domain
            & Domain("date_from", "<=", add_days(today, 1))
            & Domain("date_to", ">=", add_days(today, -1))
        )
        return delegations.filtered(
            lambda delegation: (
                delegation.date_from
                <= delegation.user_id._get_today()
                <= delegation.date_to
            )
        )

    @api.model
    def _get_represented_ids(self):
        """Ids of the users for whom the current one stands in today.

        Kept for the transaction, because the rules on time ask with every query. Kept
        for longer, everybody's caches would be emptied whenever somebody is away.
        """
        key = (self.env.uid, fields.Date.context_today(self))
        cache = self.env.cr.cache.setdefault(self._name, {})
        if key not in cache:
            cache[key] = self._find_represented_ids()
        return cache[key]

    @api.model
    def _find_represented_ids(self):
        own = Domain("delegate_id", "=", self.env.uid)
        return tuple(self._search_current(own).user_id.ids)
