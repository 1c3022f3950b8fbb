from .security import SecurityCommon

#: What the terms of a project are worth, with the value that they have here.
MONEY = {
    "billing_expense_markup": 12.5,
    "billing_retainer_amount": 2000.0,
    "billing_retainer_carry_over": True,
    "billing_retainer_hours": 20.0,
}
ITEMS = ("billing_retainer_line_id", "billing_retainer_overrun_line_id")
NAMES = (*MONEY, *ITEMS, "billing_retainer_currency_id")


class ReadMoneyCommon(SecurityCommon):
    """Projects with terms that are worth something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.projects = cls.project | cls.sold_project | cls.foreign_project
        for project in cls.projects:
            order = cls._create_order(
                cls.product_fixed, partner_id=project.partner_id.id
            )
            overtime = cls._create_order(partner_id=project.partner_id.id)
            (order | overtime).order_line.name = "Retained secret"
            project.write(
                {
                    "billing_retainer_line_id": order.order_line.id,
                    "billing_retainer_overrun_line_id": overtime.order_line.id,
                    **MONEY,
                }
            )
        cls.user_admin_projects = cls._new_user(
            "projects", "project.group_project_manager"
        )
        export = cls.env.ref("base.group_allow_export")
        for user in cls.user_pm | cls.user_both | cls.user_colleague:
            user.group_ids |= export

    def _read(self, user, project):
        return self.values(user, project, *NAMES, "name")

    def assertOpen(self, user, project):
        values = self._read(user, project)
        for name, value in MONEY.items():
            self.assertEqual(values[name], value, (user.login, name))
        for name in ITEMS:
            self.assertEqual(values[name][0], project[name].id, (user.login, name))

    def assertEmpty(self, user, project):
        values = self._read(user, project)
        for name in NAMES:
            self.assertFalse(values[name], (user.login, name))
        self.assertTrue(values["name"])
