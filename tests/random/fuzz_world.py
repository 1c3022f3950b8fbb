import inspect
from contextlib import suppress
from datetime import date

import psycopg2

from odoo.exceptions import (
    AccessDenied,
    MissingError,
    RedirectWarning,
    UserError,
)
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method

from ..common.random_beyond import RandomBeyondCommon
from .fuzz_calls import STANDARD, Target

ADDON = "odoo.addons.invoicing_cycle."
#: Refusals that a client shows to its user. Odoo turns what the database itself refuses
#: by a constraint into one of them.
REFUSALS = (
    UserError,
    AccessDenied,
    RedirectWarning,
    MissingError,
    psycopg2.IntegrityError,
)

#: One role each, by its group; the first company's, and somebody of both.
ROLES = {
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "timesheets": "hr_timesheet.group_hr_timesheet_user",
    "approver": "hr_timesheet.group_hr_timesheet_approver",
    "timesheet admin": "hr_timesheet.group_timesheet_manager",
    "project user": "project.group_project_user",
    "project manager": "project.group_project_manager",
    "salesperson": "sales_team.group_sale_salesman",
    "sales manager": "sales_team.group_sale_manager",
    "billing": "account.group_account_invoice",
    "hr officer": "hr.group_hr_user",
    "settings": "base.group_system",
}
#: All of them at once, so that calls come far.
EVERYTHING = "everything"

#: What dialogs are opened on: its model, and the fields that take it.
DIALOGS = {
    "account.move.freeform": ("project.project", ["project_id"]),
    "account.move.refresh": ("account.move", ["move_id"]),
    "account.move.reversal": ("account.move", ["move_ids"]),
    "account.move.mark.sent": ("account.move", ["move_ids"]),
    "account.move.unsend": ("account.move", ["move_ids"]),
    "project.billing.period.reason": ("project.billing.period", ["period_ids"]),
    "project.billing.proof": ("project.project", ["project_ids"]),
    "project.billing.sale.order": ("project.project", ["project_id"]),
    "project.billing.schedule": ("project.project", ["project_ids"]),
    "timesheet.billing.decision": ("account.analytic.line", []),
    "timesheet.lock": ("hr.employee", ["employee_ids"]),
    "timesheet.send.back": ("account.analytic.line", ["entry_ids"]),
    "validate.account.move": ("account.move", ["move_ids"]),
}
VALUES = {
    "account.move.unsend": {"reason": "Wrong address"},
    "project.billing.period.reason": {"reason": "Agreed", "mode": "skip"},
    "timesheet.lock": {"locked_until": date(2026, 2, 28)},
    "timesheet.send.back": {"reason": "Which task?"},
}

#: What other systems call names records by these arguments.
API = "invoicing.cycle.api"
NAMED = {
    "period_ids": "project.billing.period",
    "project_ids": "project.project",
    "project_id": "project.project",
    "invoice_ids": "account.move",
    "invoice_id": "account.move",
    "corrects_id": "account.move",
    "entry_ids": "account.analytic.line",
    "employee_ids": "hr.employee",
    "customer_id": "res.partner",
}

#: Fields of Odoo's that the billing rests on.
STOCK_FIELDS = {
    "account.analytic.line": (
        "amount date employee_id name project_id so_line task_id unit_amount user_id"
    ),
    "account.move": "invoice_date invoice_line_ids move_type partner_id state",
    "account.move.line": "discount price_unit quantity sale_line_ids tax_ids",
    "sale.order.line": "discount price_unit product_uom_qty tax_ids",
    "project.milestone": "is_reached quantity_percentage sale_line_id",
    "project.project": "allow_billable partner_id sale_line_id user_id",
    "project.sale.line.employee.map": "cost price_unit sale_line_id",
    "hr.expense": "date quantity total_amount_currency",
}


class FuzzWorld(RandomBeyondCommon):
    """Two companies, somebody of each role, and all that there is to call."""

    #: Models of Odoo's that are called as well.
    stock_models = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls._setup_second_company()
        cls._setup_records()
        cls._setup_roles()
        cls._setup_calls()
        for model in DIALOGS:
            for user in cls.users.values():
                cls._open_dialog(model, user)
        cls._read_ids()
        cls.env.cr.flush()

    @classmethod
    def _setup_second_company(cls):
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        cls.env.user.company_ids |= cls.company_b
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company_b, install_demo=False
        )
        order = (
            cls.env["sale.order"]
            .with_company(cls.company_b)
            .create(
                {
                    "partner_id": cls.partner.id,
                    "company_id": cls.company_b.id,
                    "order_line": [
                        Command.create(
                            {"product_id": cls.product_hours.id, "price_unit": 50.0}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        cls.project_b = cls._create_project("Project B", order=order)
        employee = cls.env["hr.employee"].create(
            {"name": "Person B", "company_id": cls.company_b.id}
        )
        cls._log_time(cls.project_b, date(2026, 1, 12), 2.0, employee=employee)

    @classmethod
    def _setup_records(cls):
        """A record of each model that RandomBeyondCommon leaves out."""
        cls.env["timesheet.approval.flow"].create(
            {
                "name": "Flow",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"user_ids": [Command.set(cls.user_manager.ids)]})
                ],
            }
        )
        cls.env["timesheet.approval.delegation"].create(
            {
                "user_id": cls.user_manager.id,
                "delegate_id": cls.user_timesheet_admin.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 31),
            }
        )
        pending = cls.projects.timesheet_ids.filtered(
            lambda entry: entry.approval_state == "pending"
        )
        pending[:1].with_user(cls.user_manager).action_approve()

    @classmethod
    def _setup_roles(cls):
        groups = {**ROLES, EVERYTHING: ",".join(list(ROLES.values())[1:])}
        cls.users = {}
        for name, group in groups.items():
            login = f"fuzz_{name.replace(' ', '_')}"
            user = cls._new_user(login, group)
            if name != "portal":
                cls.env["hr.employee"].create(
                    {"name": user.name, "user_id": user.id, "hourly_cost": 40.0}
                )
            cls.users[name] = user
        # Half of the roles work in both companies.
        for name in [*list(groups)[1::2], EVERYTHING]:
            cls.users[name].company_ids |= cls.company_b
        for name, user in cls.users.items():
            if name in ("project user", "project manager"):
                cls.projects[0].copy({"name": name, "user_id": user.id})
            if name != "portal":
                cls._log_time(
                    cls.projects[0],
                    date(2026, 3, 2),
                    1.0,
                    employee=user.sudo().employee_id,
                )

    # ------------------------------------------------------------------- calls

    @classmethod
    def _setup_calls(cls):
        """What there is to call, found in the registry."""
        cls.own_methods, cls.standard = [], []
        for name in sorted(cls.env.registry):
            model = cls.env[name]
            classes = [k for k in type(model).mro() if k.__module__.startswith(ADDON)]
            if not classes:
                continue
            cls._find_own_methods(model, classes)
            if model._abstract:
                continue
            fields = cls._get_fuzzed_fields(model)
            cls.standard += [(name, field) for field in fields]
        cls.bases, cls.twins, cls.done = {}, {}, 0

    @classmethod
    def _find_own_methods(cls, model, classes):
        """Methods that clients can call and the add-on defines, but Odoo's own."""
        names = sorted({name for klass in classes for name in vars(klass)})
        for name in names:
            if name.startswith("_") or name in STANDARD:
                continue
            if not inspect.isfunction(getattr(type(model), name)):
                continue
            try:
                get_public_method(model, name)
            except UserError:
                continue
            cls.own_methods.append((model._name, name))

    @classmethod
    def _get_fuzzed_fields(cls, model):
        names = STOCK_FIELDS.get(model._name, "").split()
        return names + [
            name
            for number, (name, field) in enumerate(model._fields.items())
            if field._modules == ("invoicing_cycle",)
            and name not in [*MAGIC_COLUMNS, "display_name"]
            # Of what nobody writes, some are enough.
            and (not field.readonly or field.search or number % 3 == 0)
        ]

    @classmethod
    def _read_ids(cls):
        """Some records of each model; of dialogs, each user's own."""
        cls.ids = {}
        models = {model for model, _method in cls.own_methods} | set(NAMED.values())
        for name in sorted(models.union(cls.stock_models, dict(cls.standard))):
            Model = cls.env[name].sudo().with_context(active_test=False)
            for user in cls.users.values():
                own = [("create_uid", "=", user.id)] if Model._transient else []
                # From both ends: company B is last, what has gone far is first.
                ids = [] if Model._abstract else Model.search(own, order="id").ids
                cls.ids[name, user] = tuple(ids[:12] + ids[12:][-8:])

    def _get_target(self, model, field, user):
        Model = self.env[model]
        ids = self.ids[model, user]
        if model not in self.bases:
            self.bases[model] = self._get_base(Model.sudo().browse(ids[:1]))
        context = {}
        if Model._transient and model in DIALOGS:
            context = self._get_dialog(model)[0]
        field = field or next(iter(Model._fields))
        kind = Model._fields[field].type if field in Model._fields else None
        named = {}
        if model == API:
            named = {name: self.ids[other, user] for name, other in NAMED.items()}
        return Target(model, field, kind, ids, self.bases[model], context, named)

    @staticmethod
    def _get_base(record):
        """What a record like this one can be made from."""
        if not record:
            return {}
        return {
            name: field.convert_to_write(record[name], record)
            for name, field in record._fields.items()
            if field.store
            and (field.required or (field.type == "many2one" and not field.readonly))
            and field.type not in ("one2many", "many2many")
            and name not in MAGIC_COLUMNS
        }

    # ----------------------------------------------------------------- dialogs

    @classmethod
    def _get_dialog(cls, model):
        """(context, values) that a dialog is opened with."""
        source, names = DIALOGS[model]
        records = cls._get_dialog_records(source)
        context = {
            "active_model": source,
            "active_ids": records.ids,
            "active_id": records.ids[0],
        }
        return context, {
            name: [Command.set(records.ids)] if name.endswith("_ids") else records.id
            for name in names
        }

    @classmethod
    def _get_dialog_records(cls, source):
        project = cls.projects[0]
        return {
            "project.project": project,
            "project.billing.period": cls._period(project, date(2026, 2, 5)),
            "account.move": cls.env["account.move"].search(
                [("state", "=", "posted"), ("billing_origin", "=", "schedule")], limit=1
            ),
            "account.analytic.line": project.timesheet_ids[:1],
            "hr.employee": cls.consultant,
        }[source]

    @classmethod
    def _open_dialog(cls, model, user):
        """A dialog of the user's own; what they may not open stays unopened."""
        context, values = cls._get_dialog(model)
        context["allowed_company_ids"] = user.company_ids.ids
        Model = cls.env(user=user.id, context=context)[model]
        with suppress(*REFUSALS), cls.env.cr.savepoint():
            Model.create({**values, **VALUES.get(model, {})})
