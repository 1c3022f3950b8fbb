from odoo.fields import Command

from .invoice import InvoiceCommon


class FreeformCommon(InvoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(schedule=False)
        cls.analytic = cls.env["account.analytic.account"].create(
            {
                "name": "Project account",
                "plan_id": cls.env["account.analytic.plan"]
                .search([("parent_id", "=", False)], limit=1)
                .id,
            }
        )
        cls.project[cls.analytic.plan_id._column_name()] = cls.analytic
        # An accountant sees no project of others than billable ones.
        cls.freeforms = cls.env["account.move.freeform"].with_user(cls.user_accountant)

    def _create_freeform(self, user=None, lines=None, **values):
        if lines is None:
            lines = [{"product_id": self.product_hours.id, "quantity": 2.0}]
        return self.freeforms.with_user(user or self.user_accountant).create(
            {
                "partner_id": self.partner.id,
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def _create_move(self, **values):
        action = self._create_freeform(**values).action_create_move()
        self.assertEqual(action["res_model"], "account.move")
        return self.env["account.move"].browse(action["res_id"])
