from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestProjectLink(InvoicingCycleCommon):
    """A link to a project opens a form that its reader may read."""

    def test_form(self):
        project = self._create_project()
        own = self.env.ref("invoicing_cycle.project_project_view_form_billing")
        for user, view in (
            (self.user_salesperson, own.id),
            (self.user_accountant, own.id),
            # Odoo's form, with their button to the other
            (self.user_manager, False),
            (self.user_consultant, False),
        ):
            with self.subTest(user=user.login):
                action = project.with_user(user).get_formview_action()
                self.assertEqual(action["views"], [(view, "form")])
