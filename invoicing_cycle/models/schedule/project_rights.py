from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ..common.call_arguments import ensure_one, get_record
from ..common.recorded import with_user_rights

#: What billing people who are not project administrators may change on a project.
BILLING_FIELDS = frozenset(
    {
        "billing_annex_grouping",
        "billing_autopilot",
        "billing_annex_prices",
        "billing_attach_annex",
        "billing_attach_marked_receipts",
        "billing_attach_receipts",
        "billing_expense_markup",
        "billing_deduct_down_payments",
        "billing_cutover_date",
        "billing_frequency",
        "billing_start_date",
        "billing_invoice_delay",
        "billing_owner_id",
        "billing_grouping",
        "billing_line_detail",
        "billing_period_ids",
        "billing_proration",
        "billing_retainer_amount",
        "billing_retainer_carry_over",
        "billing_retainer_hours",
        "billing_retainer_line_id",
        "billing_retainer_overrun_line_id",
        "billing_rounding",
        "billing_rounding_per",
        "billing_unit",
        "billing_unmapped_intended",
        "partner_id",
        "sale_line_id",
    }
)


#: Those of them that are Odoo's: it writes them for whoever confirms an order.
ODOO_FIELDS = frozenset({"partner_id", "sale_line_id"})


#: What Odoo itself takes out of the values before it asks for the right to write.
PERSONAL_FIELDS = frozenset({"is_favorite"})


MANAGER = "invoicing_cycle.group_invoicing_cycle_manager"


USER = "invoicing_cycle.group_invoicing_cycle_user"


class ProjectProject(models.Model):
    """Who may change the billing side of a project.

    ==============================  ==================================================
    project administrator           everything on every project, as in Odoo
    billing manager                 the billing fields of every project
    project manager, invoice        the billing fields of their own projects
    owner, customer's salesperson
    ==============================  ==================================================

    The last two have no write access to ``project.project``: with it they could also
    post to its followers, subscribe people, delete messages and documents. What they
    may change is checked here, field by field, and written for them. A customer or
    sales order item that is missing they may choose; to change one would move money to
    another customer or order.
    """

    _inherit = "project.project"

    billing_is_own = fields.Boolean(
        compute="_compute_billing_is_own",
        search="_search_billing_is_own",
        string="My Billing",
        groups="invoicing_cycle.group_invoicing_cycle_user",
        export_string_translation=False,
        help="You bill this project, for a company that you have switched on.",
    )

    @api.depends("billing_company_id", "billing_owner_id", "partner_id", "user_id")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_billing_is_own(self):
        own = self._filtered_own_billing()
        for project in self:
            project.billing_is_own = project in own

    def _search_billing_is_own(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        # Also where the project has no company and everybody sees it.
        domain = Domain("billing_company_id", "in", [False, *self.env.companies.ids])
        if self.env.user.has_group(MANAGER):
            return domain
        uid = self.env.uid
        return domain & (
            Domain("user_id", "=", uid)
            | Domain("billing_owner_id", "=", uid)
            | Domain("partner_id.user_id", "=", uid)
        )

    @contextmanager
    def _billing_rights(self, vals):
        """These projects are written within this block, also by those who bill them.

        :return: the projects and the values to write: as superuser, where the user has
            no access to the projects but may write these values
        :raises AccessError: where the user may not
        """
        if self.env.su:
            self._check_own_fields(vals)
            self._check_basis(vals)
        if self.env.su or not vals.keys() - PERSONAL_FIELDS or self.has_access("write"):
            yield self, vals
            return
        # Before anything is done for this write, or told in another refusal of it.
        self._check_billing_rights(vals)
        vals, commands = dict(vals), vals.get("billing_period_ids")
        if commands:
            self._check_period_commands(commands)
            # Who comes with the new values is named, what changes is written below.
            vals["billing_period_ids"] = [
                Command.link(command[1])
                for command in commands
                if command[0] in (Command.UPDATE, Command.LINK)
            ]
        # Odoo takes names out of the values on its way.
        names = set(vals)
        flows = self._get_own_waiting_flows(names)
        # sudo: the values were checked above, one by one
        yield self.sudo(), vals
        if flows != self._get_own_waiting_flows(names):
            raise AccessError(
                self.env._(
                    "Your own time on %(projects)s waits for an approval, which would "
                    "become somebody else's. Let a project administrator do this.",
                    projects=", ".join(self.mapped("display_name")),
                )
            )
        if commands:
            self._write_periods(commands)

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        # It asks for write access. Billing people get the one proposal that there is;
        # what else follows from their values they see when these are saved.
        if not self or self.env.su or self.has_access("write"):
            return super().onchange(values, field_names, fields_spec)
        self._check_billing_rights({})
        if "billing_frequency" not in field_names:
            return {}
        names = ("billing_frequency", "billing_start_date")
        project = self.new({name: values.get(name) for name in names}, origin=self)
        project._onchange_billing_frequency()
        day = fields.Date.to_string(project.billing_start_date)
        return {"value": {"billing_start_date": day}}

    # --------------------------------------------------------------- projects

    def _filtered_own_billing(self):
        """Those that the user bills: all of them for billing managers.

        Not those that another company bills, also where the project itself has no
        company and everybody sees it.
        """
        user, companies = self.env.user, self.env.companies
        is_manager = user.has_group(MANAGER)
        # sudo: who is responsible is asked of every project, also of one out of sight
        own = self.sudo().filtered(
            lambda project: (
                (
                    not project.billing_company_id
                    or project.billing_company_id in companies
                )
                and (
                    is_manager
                    or user
                    in project.user_id
                    | project.billing_owner_id
                    | project.partner_id.user_id
                )
            )
        )
        return own.sudo(self.env.su)

    def _get_own_waiting_flows(self, names):
        """Which flows apply to the user's own time that waits for an approval.

        :param set names: of fields that are written
        :return: dict, entry id to flow id; empty where no flow asks for these fields
        """
        if names.isdisjoint({"partner_id", "sale_line_id"}):
            return {}
        # sudo: by which flow the user's own time goes
        entries = (
            self.env["account.analytic.line"]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("user_id", "=", self.env.uid),
                    ("approval_state", "=", "pending"),
                ]
            )
        )
        return entries._query_sql(entries._flow_sql)

    def _check_own_fields(self, vals):
        """Odoo writes projects as the superuser for people without a right to them.

        That is Odoo's to decide for its own fields, but for the tags: flows match them.

        :raises AccessError: where others come along that the user may not write
        """
        names = vals.keys() & (BILLING_FIELDS - ODOO_FIELDS | {"tag_ids"})
        projects = with_user_rights(self)
        if names and not projects.env.su and not projects.has_access("write"):
            projects._check_billing_rights({name: vals[name] for name in names})

    def _check_billing_rights(self, vals):
        """Raise unless the user may write these values on all these projects.

        :param dict vals: values of :meth:`write`
        """
        if not self.env.user.has_group(USER):
            self.check_access("write")
        self.check_access("read")
        if other := vals.keys() - BILLING_FIELDS:
            raise AccessError(
                self.env._(
                    "You may change the billing schedule of a project; everything else "
                    "(here: %(fields)s) is for project administrators.",
                    fields=", ".join(sorted(other)),
                )
            )
        if foreign := self - self._filtered_own_billing():
            raise AccessError(
                self.env._(
                    "You set the billing schedule of your own projects, in the "
                    "companies that you have switched on. Ask a billing manager or the "
                    "invoice owner for %(projects)s.",
                    projects=", ".join(foreign.mapped("display_name")),
                )
            )
        if owner_id := vals.get("billing_owner_id"):
            self._check_new_owner(get_record(self.env["res.users"], owner_id))
        for name in ("billing_retainer_line_id", "billing_retainer_overrun_line_id"):
            get_record(self.env["sale.order.line"], vals.get(name)).check_access("read")
        if "partner_id" in vals:
            self._check_new_customer(
                get_record(self.env["res.partner"], vals["partner_id"])
            )
        if "sale_line_id" in vals:
            self._check_new_sale_line(
                get_record(self.env["sale.order.line"], vals["sale_line_id"]),
                get_record(self.env["res.partner"], vals.get("partner_id")),
            )

    def _check_may_order(self):
        """Raise unless the user may make the sales order that this project lacks."""
        if not self.has_access("write"):
            self._check_billing_rights({})
        if not self.env["project.billing.sale.order"].has_access("create"):
            raise AccessError(
                self.env._(
                    "Only salespeople create sales orders. Ask one of them to bill "
                    "%(project)s on an order, then choose its item here.",
                    project=self.display_name,
                )
            )

    def _check_new_owner(self, owner):
        owner.check_access("read")
        if owner.share:
            raise AccessError(
                self.env._(
                    "%(user)s is no user of your own house and cannot own invoices.",
                    user=owner.display_name,
                )
            )

    def _check_new_customer(self, partner):
        """A missing customer may be chosen, or another contact of the same one."""
        partner.check_access("read")
        # sudo: customers are compared only
        changed = self.sudo().filtered(
            lambda project: (
                project.partner_id
                and project.partner_id.commercial_partner_id
                != partner.sudo().commercial_partner_id
            )
        )
        if changed:
            raise AccessError(
                self.env._(
                    "%(projects)s: the customer is set. Only a project administrator "
                    "may change it, because that changes who is invoiced.",
                    projects=", ".join(changed.mapped("display_name")),
                )
            )

    def _check_new_sale_line(self, sale_line, partner):
        """A missing sales order item may be chosen among the customer's confirmed ones.

        :param sale_line: ``sale.order.line``, may be empty
        :param partner: customer that is set in the same call, may be empty
        """
        # sudo: items and customers are compared only
        projects, line = self.sudo(), sale_line.sudo().exists()
        changed = projects.filtered(
            lambda project: project.sale_line_id and project.sale_line_id != line
        )
        if changed:
            raise AccessError(
                self.env._(
                    "%(projects)s: the sales order item is set. Only a project "
                    "administrator may change it, because that changes what is "
                    "invoiced.",
                    projects=", ".join(changed.mapped("display_name")),
                )
            )
        if not line:
            return
        sale_line.check_access("read")
        for project in projects:
            # sudo: as above
            customer = (partner.sudo() or project.partner_id).commercial_partner_id
            ordered_by = line.order_partner_id.commercial_partner_id
            if (
                line.state != "sale"
                or (customer and customer != ordered_by)
                or (project.company_id and project.company_id != line.company_id)
            ):
                raise AccessError(
                    self.env._(
                        "%(line)s cannot be billed for %(project)s: choose an item of "
                        "a confirmed sales order of its customer and company.",
                        line=sale_line.display_name,
                        project=project.display_name,
                    )
                )

    # ---------------------------------------------------------------- periods

    def _check_period_commands(self, commands):
        """Raise unless commands of ``billing_period_ids`` stay with this project."""
        ensure_one(self)
        # sudo: which periods are the project's, not what is in them
        own = self.sudo().billing_period_ids.ids
        for command in commands if isinstance(commands, list | tuple) else [commands]:
            if not self._is_period_command(command, own):
                raise AccessError(
                    self.env._(
                        "The billing periods of %(project)s are entered, changed and "
                        "deleted one by one, and none of another project.",
                        project=self.display_name,
                    )
                )

    @api.model
    def _is_period_command(self, command, own):
        """Whether it is a command, and about a period with one of these ids."""
        if not isinstance(command, list | tuple) or len(command) < 2:
            return False
        operation, period_id, vals = (*command, None)[:3]
        if operation in (Command.CREATE, Command.UPDATE) and not isinstance(vals, dict):
            return False
        return operation == Command.CREATE or (
            operation in (Command.UPDATE, Command.DELETE, Command.LINK)
            and period_id in own
        )

    def _write_periods(self, commands):
        """Enter, change and delete periods with the rights of the user."""
        periods = self.env["project.billing.period"]
        for operation, period_id, vals in (
            (*command, None, None)[:3] for command in commands
        ):
            if operation == Command.CREATE:
                periods.create({**vals, "project_id": self.id})
            elif operation == Command.UPDATE:
                periods.browse(period_id).write(vals)
            elif operation == Command.DELETE:
                periods.browse(period_id).unlink()
