from datetime import date

from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from .base import InvoicingCycleCommon

JANUARY = date(2026, 1, 15)

#: Models that the add-on brings and that nobody without a billing role may touch.
BILLING_MODELS = (
    "project.billing.rate",
    "project.billing.rate.change",
    "project.billing.time",
    "project.billing.period",
    "project.billing.period.required",
    "project.billing.debt",
    "project.billing.period.reason",
    "project.billing.proof",
    "project.billing.proof.difference",
    "project.billing.preview",
    "project.billing.preview.item",
    "project.billing.preview.line",
    "project.billing.schedule",
    "project.billing.sale.order",
    "billing.run",
    "billing.run.line",
    "account.move.freeform",
    "account.move.freeform.line",
    "account.move.reversal.line",
    "account.move.mark.sent",
    "account.move.unsend",
    "account.move.refresh",
    "account.move.refresh.line",
    "project.billing.realization",
    "project.billing.wip",
    "project.billing.accrual",
    "project.billing.pace",
    "project.billing.fixed.work",
    "project.billing.month.end",
    "timesheet.billing.decision",
    "timesheet.billing.decision.line",
)

#: Models that the add-on brings for everybody who logs time.
TIMESHEET_MODELS = {
    "project.billing.part",
    "timesheet.approval.delegation",
    "timesheet.approval.flow",
    "timesheet.approval.log",
    "timesheet.approval.step",
    "timesheet.lock",
    "timesheet.send.back",
}


class SecurityCommon(InvoicingCycleCommon):
    """One Ready period each of the project manager, the salesperson and a stranger.

    ``project`` is managed by ``user_pm``, ``sold_project`` belongs to a customer of
    ``user_salesperson``, and ``foreign_project`` to neither.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_roles()
        cls._setup_projects()

    @classmethod
    def _setup_roles(cls):
        cls.user_pm = cls._new_user("pm", "project.group_project_user")
        cls.user_both = cls._new_user(
            "both", "project.group_project_user,hr_timesheet.group_hr_timesheet_user"
        )
        cls.user_approver = cls._new_user(
            "approver", "hr_timesheet.group_hr_timesheet_approver"
        )
        cls.user_portal = new_test_user(
            cls.env, login="security_portal", groups="base.group_portal"
        )
        cls.user_public = cls.env.ref("base.public_user")
        cls.env["hr.employee"].create(
            {"name": "Both", "user_id": cls.user_both.id, "parent_id": cls.boss.id}
        )
        cls.strangers = (
            cls.user_consultant
            | cls.user_approver
            | cls.user_timesheet_admin
            | cls.user_portal
            | cls.user_public
        )

    @classmethod
    def _setup_projects(cls):
        cls.sold_partner = cls.env["res.partner"].create(
            {
                "name": "Sold Customer",
                "is_company": True,
                "user_id": cls.user_salesperson.id,
            }
        )
        sold_order = cls._create_order(partner_id=cls.sold_partner.id)
        cls.project = cls._create_project("Own", user_id=cls.user_pm.id)
        cls.sold_project = cls._create_project(
            "Sold", order=sold_order, partner_id=cls.sold_partner.id
        )
        cls.foreign_project = cls._create_project("Foreign")
        for project in cls.project | cls.sold_project | cls.foreign_project:
            cls._log_time(project, JANUARY, 3.0)
        cls._lock(date(2026, 1, 31))
        cls.period = cls._period(cls.project, JANUARY)
        cls.sold_period = cls._period(cls.sold_project, JANUARY)
        cls.foreign_period = cls._period(cls.foreign_project, JANUARY)
        cls.periods = cls.period | cls.sold_period | cls.foreign_period

    # ------------------------------------------------------------------- RPC

    @classmethod
    def rpc(cls, user, records, method, *args, context=None, **kwargs):
        """Call a public method as a client does: in a context of the client's own."""
        cls.env.invalidate_all()
        model = cls.env(user=user.id, context={})[records._name]
        function = getattr(type(model), method)
        ids = [] if getattr(function, "_api_model", False) else [records.ids]
        result = call_kw(
            model, method, [*ids, *args], {**kwargs, "context": context or {}}
        )
        cls.env.flush_all()
        cls.env.invalidate_all()
        return result

    def values(self, user, record, *names, **context):
        """What a user reads of one record."""
        return self.rpc(user, record, "read", list(names), context=context)[0]

    def ids_of(self, user, model, domain=(), **context):
        found = self.rpc(user, self.env[model], "search", list(domain), context=context)
        return set(found)

    @classmethod
    def _create_custom_project(cls, name="Custom", **values):
        """A project of ``user_pm`` whose one open period was entered by hand."""
        project = cls._create_project(
            name,
            billing_frequency="custom",
            user_id=cls.user_pm.id,
            **values,
        )
        project.billing_period_ids = [
            Command.create(
                {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)}
            )
        ]
        return project
