from odoo import models
from odoo.exceptions import AccessError

from ..common.call_arguments import get_record
from ..common.changes import get_labels, is_change
from ..common.recorded import with_user_rights
from .project_rights import BILLING_FIELDS, USER

#: Whether, to whom and on what a project is billed.
BASIS_FIELDS = frozenset(
    {"allow_billable", "allow_timesheets", "partner_id", "sale_line_id"}
)


class ProjectProject(models.Model):
    """What bills a project does not change by code that runs as the superuser.

    These fields are Odoo's. It writes them for whoever confirms an order, on the
    project that this makes; and takes the item of an order out that somebody cancels.
    A missing item is filled in by whoever may write the order.
    """

    _inherit = "project.project"

    def _check_basis(self, vals):
        """
        :param dict vals: values of ``write``, which runs as the superuser
        :raises AccessError: where they change what bills a project, and the user has no
            right to
        """
        names = BASIS_FIELDS & vals.keys()
        projects = with_user_rights(self)
        if not names or projects.env.su or projects.has_access("write"):
            return
        changed = self.filtered(
            lambda project: (
                # Who makes a project has just had the right to.
                project.create_uid != self.env.user
                and any(project._is_other_basis(name, vals[name]) for name in names)
            )
        )
        changed = with_user_rights(changed._filtered_with_billing())
        if not changed:
            return
        if (
            names <= BILLING_FIELDS
            and self.env.user.has_group(USER)
            and changed == changed._filtered_own_billing()
        ):
            changed._check_billing_rights({name: vals[name] for name in names})
            return
        raise AccessError(
            self.env._(
                "%(projects)s: there is something to bill, and %(fields)s decides how. "
                "Let a project administrator change it.",
                # sudo: the names of what was just given
                projects=", ".join(changed.sudo().mapped("display_name")),
                fields=get_labels(self, names),
            )
        )

    def _is_other_basis(self, name, value):
        """Whether writing a value is a change, and not one that follows an order."""
        self.ensure_one()
        if not is_change(self, name, value):
            return False
        if name != "sale_line_id":
            return True
        line = get_record(self.env["sale.order.line"], value)
        if not line:
            return self.sale_line_id.order_id.state != "cancel"
        order, customer = line.order_id, self.partner_id.commercial_partner_id
        if customer and customer != order.partner_id.commercial_partner_id:
            return True
        # sudo: taken off, the order is the user's own to write or not
        return bool(self.sale_line_id) or not order.sudo(False).has_access("write")

    def _filtered_with_billing(self):
        """Those with a schedule, or with time: it waits or is billed."""
        # sudo: whether there is any, also out of the user's sight
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group([("project_id", "in", self.ids)], ["project_id"])
        )
        logged = {project.id for [project] in groups}
        return self.filtered(
            lambda project: project.billing_frequency or project.id in logged
        )
