from datetime import date

from odoo.fields import Command

from .security import JANUARY, SecurityCommon


class MultiCompanyCommon(SecurityCommon):
    """A second company with its own accountant, person, order and project.

    ``project_b`` has no company itself, as Odoo's projects by default: its sales order
    item is of company B. Both consultants work on it.
    """

    @classmethod
    def _setup_roles(cls):
        super()._setup_roles()
        cls.company_b = cls._create_company("Company B")
        cls.accountant_b = cls._new_user(
            "accountant_b", "account.group_account_invoice"
        )
        cls.accountant_b.write(
            {
                "company_ids": [Command.set(cls.company_b.ids)],
                "company_id": cls.company_b.id,
            }
        )
        cls.accountant_two = cls._new_user(
            "accountant_two",
            "account.group_account_invoice,hr_timesheet.group_timesheet_manager",
        )
        cls.accountant_two.company_ids |= cls.company_b
        cls.approver_b = cls._new_user("approver_b", "project.group_project_user")
        cls.approver_b.write(
            {
                "company_ids": [Command.set(cls.company_b.ids)],
                "company_id": cls.company_b.id,
            }
        )
        cls.consultant_b = cls.env["hr.employee"].create(
            {"name": "Secret Consultant", "company_id": cls.company_b.id}
        )

    @classmethod
    def _create_company(cls, name, **values):
        company = cls.env["res.company"].create({"name": name, **values})
        cls.env.user.company_ids |= company
        if not company.parent_id:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        return company

    @classmethod
    def _setup_projects(cls):
        super()._setup_projects()
        cls.order_b = cls._create_order_in(cls.company_b)
        cls.project_b = cls._create_project("Project B", order=cls.order_b)
        cls._log_time(cls.project_b, JANUARY, 2.0, employee=cls.consultant_b)
        cls._lock(date(2026, 1, 31), cls.consultant_b)
        cls.period_b = cls._period(cls.project_b, JANUARY)

    @classmethod
    def _create_order_in(cls, company):
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": cls.partner.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create(
                            {"product_id": cls.product_hours.id, "price_unit": 50.0}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        return order
