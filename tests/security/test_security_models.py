import inspect

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.security import BILLING_MODELS, TIMESHEET_MODELS, SecurityCommon

OPERATIONS = ("read", "write", "create", "unlink")
PACKAGE = "odoo.addons.invoicing_cycle."
#: Public methods that give nothing away and change nothing, whoever calls them.
HARMLESS = {
    # Dialogs and forms, where the rights are checked.
    "account.move.action_open_mark_as_sent",
    "account.move.action_open_unsend",
    "project.project.action_open_billing_form",
    # Approves what waits for the caller, which may be nothing.
    "project.project.action_approve_timesheets",
}


@tagged("post_install", "-at_install")
class TestSecurityModels(SecurityCommon):
    """Models and public methods of the add-on, from outside."""

    def test_strangers_have_no_access_to_billing_models(self):
        for user in self.strangers:
            for name in BILLING_MODELS:
                model = self.env(user=user.id)[name]
                granted = [op for op in OPERATIONS if model.has_access(op)]
                self.assertFalse(granted, f"{user.login} on {name}")

    def test_every_model_of_the_add_on_is_known_here(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "invoicing_cycle" and not model._abstract
        }
        self.assertEqual(models - TIMESHEET_MODELS, set(BILLING_MODELS))

    def _get_public_methods(self):
        """(record, method name, arguments) of all that the add-on opens to RPC."""
        records = {
            "project.billing.period": self.foreign_period,
            "project.billing.period.required": self.foreign_period.required_ids,
            "project.project": self.foreign_project,
            "account.analytic.line": self.foreign_period.timesheet_ids,
            "account.move": self.sold_period.action_generate_invoices()
            and self.sold_period.invoice_ids,
            **{
                name: self.env[name].create(values)
                for name, values in self._get_dialogs().items()
            },
        }
        for model_name in {*records, *BILLING_MODELS}:
            model = self.env.registry[model_name]
            for name, function in inspect.getmembers(model, inspect.isfunction):
                own = any(
                    name in vars(cls)
                    for cls in model.mro()
                    if cls.__module__.startswith(PACKAGE)
                )
                inherited = any(
                    name in vars(cls)
                    for cls in model.mro()
                    if not cls.__module__.startswith(PACKAGE)
                )
                if not own or inherited or name.startswith("_"):
                    continue
                if getattr(function, "_api_private", False):
                    continue
                arguments = [
                    "to_send" if parameter.name == "section" else "x"
                    for parameter in list(
                        inspect.signature(function).parameters.values()
                    )[1:]
                    if parameter.default is parameter.empty
                ]
                record = records.get(model_name, self.env[model_name])
                yield record, name, arguments

    def test_every_public_method_refuses_strangers(self):
        called = 0
        for record, name, arguments in self._get_public_methods():
            if f"{record._name}.{name}" in HARMLESS:
                continue
            for user in self.user_colleague | self.user_portal | self.user_public:
                with (
                    self.subTest(method=f"{record._name}.{name}", user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, name, *arguments)
                called += 1
        self.assertGreater(called, 30)

    def _get_dialogs(self):
        """Values of a dialog of each kind."""
        return {
            "project.billing.rate.change": {"project_id": self.project.id},
            "project.billing.schedule": {"project_ids": self.project.ids},
            "project.billing.proof": {"project_ids": self.project.ids},
            "project.billing.period.reason": {
                "period_ids": self.period.ids,
                "reason": "x",
            },
            "project.billing.sale.order": {
                "project_id": self.project.id,
                "product_id": self.product_hours.id,
                "price_unit": 1.0,
            },
            "account.move.freeform": {"project_id": self.project.id},
            "account.move.mark.sent": {"move_ids": []},
            "account.move.unsend": {"reason": "x", "move_ids": []},
            "account.move.refresh": {
                "move_id": self.env["account.move"]
                .create({"move_type": "out_invoice"})
                .id
            },
            "project.billing.month.end": {},
            "timesheet.lock": {"employee_ids": self.consultant.ids},
            "timesheet.send.back": {"reason": "x"},
            "timesheet.billing.decision": {"reason": "x"},
        }

    def test_dialogs_are_their_authors_own(self):
        # Else somebody could change what a colleague is about to confirm.
        both = self._new_user(
            "everything",
            "account.group_account_invoice,sales_team.group_sale_salesman,"
            "hr_timesheet.group_hr_timesheet_approver",
        )
        other = both.copy({"login": "everything_too", "email": "e2@example.com"})
        for name, values in self._get_dialogs().items():
            wizard_id = self.rpc(both, self.env[name], "create", values)
            wizard = self.env[name].browse(wizard_id)
            self.assertEqual(self.rpc(both, wizard, "read", ["id"])[0]["id"], wizard_id)
            for method, *arguments in (("read", ["create_uid"]), ("write", values)):
                with (
                    self.subTest(model=name, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(other, wizard, method, *arguments)
