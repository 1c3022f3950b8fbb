from odoo.tests import TransactionCase, tagged

#: Superuser computing of our dialogs, with the reason beside.
AS_SUPERUSER = {}


@tagged("post_install", "-at_install")
class TestDialogKinds(TransactionCase):
    """Whatever dialog the add-on brings or extends checks what its caller names."""

    def _get_dialogs(self):
        for name, model in self.env.registry.items():
            own = [
                field
                for field in model._fields.values()
                if field._module == "invoicing_cycle"
            ]
            # Settings name the company of the user and nothing else.
            if model._transient and own and name != "res.config.settings":
                yield name, model, own

    def test_every_dialog_is_a_billing_dialog(self):
        names = {name for name, model, _own in self._get_dialogs()}
        self.assertGreater(len(names), 15)
        self.assertIn("account.move.reversal", names)
        for name in names:
            self.assertIn("billing.dialog", self._get_parents(name), name)

    def _get_parents(self, name):
        mro = self.env.registry[name].mro()
        return {getattr(parent, "_name", None) for parent in mro}

    def test_every_dialog_is_its_authors_own(self):
        for name, model, _own in self._get_dialogs():
            if model._original_module == "invoicing_cycle":
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", name), ("groups", "=", False)]
                )
                self.assertIn("create_uid", str(rules.mapped("domain_force")), name)

    def test_nothing_is_computed_as_superuser(self):
        found = {
            str(field)
            for _name, _model, own in self._get_dialogs()
            for field in own
            if (field.compute or field.related) and field.compute_sudo
        }
        self.assertEqual(found, set(AS_SUPERUSER))
