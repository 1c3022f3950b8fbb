from odoo.exceptions import AccessError, MissingError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.multi_company import MultiCompanyCommon

#: An id that no record has.
NOWHERE = 2**31 - 2


#: What everybody may know, or administrators alone may ask for.
OPEN = (
    "ir.model",
    "ir.module.module",
    "project.sale.line.employee.map",
    "res.currency",
)


@tagged("post_install", "-at_install")
class TestDialogNames(MultiCompanyCommon):
    """What a caller names, the caller must be able to read: in every dialog, by every
    field and every way in.

    ``everybody`` has each role there is, in the first company; what is named belongs to
    company B.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.everybody = cls._new_user(
            "every_role",
            "account.group_account_manager,sales_team.group_sale_manager,"
            "project.group_project_manager,hr_timesheet.group_timesheet_manager,"
            "hr.group_hr_manager",
        )
        cls.product_b = cls.env["product.product"].create(
            {
                "name": "Secret Service",
                "list_price": 777.0,
                "company_id": cls.company_b.id,
            }
        )
        cls.customer_b = new_test_user(
            cls.env,
            login="secret_portal",
            name="Secret Portal",
            groups="base.group_portal",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )
        cls.partner_b = cls.env["res.partner"].create(
            {"name": "Secret Customer", "company_id": cls.company_b.id}
        )
        cls.project_b.company_id = cls.company_b
        part = cls.period_b.timesheet_ids[:1]._split_off(0.25, {"billing_hold": "hold"})
        cls.invoice_b = cls.env["account.move"].browse(
            cls.period_b._generate_invoices("x").made
        )
        task = cls.env["project.task"].create(
            {"name": "Secret", "project_id": cls.project_b.id}
        )
        cls.secrets = {
            "project.task": task,
            "account.analytic.line": cls.period_b.timesheet_ids,
            "account.move": cls.invoice_b,
            "account.move.line": cls.invoice_b.invoice_line_ids[:1],
            "account.payment.term": cls.env["account.payment.term"].create(
                {"name": "Secret Terms", "company_id": cls.company_b.id}
            ),
            "account.tax": cls.env["account.tax"].search(
                [("company_id", "=", cls.company_b.id)], limit=1
            ),
            "hr.department": cls.env["hr.department"].create(
                {"name": "Secret Department", "company_id": cls.company_b.id}
            ),
            "hr.employee": cls.consultant_b,
            "product.product": cls.product_b,
            "project.billing.part": part,
            "project.billing.period": cls.period_b,
            "project.project": cls.project_b,
            "res.company": cls.company_b,
            "res.partner": cls.partner_b,
            "res.users": cls.customer_b,
            "sale.order.line": cls.order_b.order_line[:1],
        }

    def _get_dialogs(self):
        for name, model in self.env.registry.items():
            if (
                model._transient
                and not model._abstract
                and name != "res.config.settings"
                and any(
                    field._module == "invoicing_cycle"
                    for field in model._fields.values()
                )
            ):
                yield name

    def _get_named_fields(self, name):
        """Fields of a dialog that can name something secret, and that record."""
        Dialog = self.env[name]
        for field in Dialog._fields.values():
            checked = Dialog._named_fields or {field.name}
            if (
                field.relational
                and field.name in checked
                and field.name not in ("create_uid", "write_uid")
                and field.store
            ):
                comodel = self.env[field.comodel_name]
                # Currencies and rates are everybody's, as far as Odoo is asked; rows
                # of a dialog are dialogs themselves.
                if comodel._name not in OPEN and not comodel._transient:
                    yield field, self.secrets[field.comodel_name]

    def _get_ways(self, field, record_id):
        """(label, function of a user and a dialog) by which a client names a record."""
        name = field.model_name
        many = field.type != "many2one"
        value = [Command.set([record_id])] if many else record_id
        values = [value]
        if many:
            values += [[Command.link(record_id)], [Command.update(record_id, {})]]
        else:
            values += [str(record_id)]
        spec = {
            other: {"fields": {"display_name": {}}}
            if self.env[name]._fields[other].relational
            else {}
            for other in self.env[name]._fields
        }
        default = {f"default_{field.name}": [record_id] if many else record_id}
        if name == "account.move.reversal":
            # It asks for nothing else.
            default = {"active_model": "account.move", "active_ids": [record_id]}
        model = self.env[name]
        for value in values:
            vals = {field.name: value}
            yield (
                "create",
                lambda user, vals=vals: self.rpc(user, model, "create", vals),
            )
            yield (
                "onchange",
                lambda user, vals=vals: self.rpc(
                    user, model, "onchange", vals, [field.name], spec
                ),
            )
            yield (
                "first onchange",
                lambda user, vals=vals: self.rpc(
                    user, model, "onchange", vals, [], spec
                ),
            )
            yield (
                "as superuser",
                lambda user, vals=vals: model.with_user(user).sudo().create(vals),
            )
        yield (
            "default_get",
            lambda user: self.rpc(
                user, model, "default_get", [field.name], context=default
            ),
        )
        yield (
            "onchange of defaults",
            lambda user: self.rpc(
                user, model, "onchange", {}, [], spec, context=default
            ),
        )

    def _check_refusal(self, call, errors, label):
        """The refusal's text."""
        try:
            with self.env.cr.savepoint():
                call(self.everybody)
        except errors as refusal:
            self.env.invalidate_all()
            return str(refusal)
        return self.fail(f"{label} is not refused")

    def test_foreign_records_are_refused(self):
        tried = set()
        for name in self._get_dialogs():
            for field, record in self._get_named_fields(name):
                for way, call in self._get_ways(field, record.id):
                    with self.subTest(field=str(field), way=way):
                        text = self._check_refusal(call, AccessError, way)
                        self.assertNotIn("Secret", text)
                tried.add(name)
        self.assertGreater(len(tried), 15)

    def test_missing_records_are_refused(self):
        for name in self._get_dialogs():
            for field, _record in self._get_named_fields(name):
                for way, call in self._get_ways(field, NOWHERE):
                    with self.subTest(field=str(field), way=way):
                        self._check_refusal(call, (AccessError, MissingError), way)
