from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.freeform import FreeformCommon


@tagged("post_install", "-at_install")
class TestFreeformRights(FreeformCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_billing = cls._new_user(
            "billing_manager", "invoicing_cycle.group_invoicing_cycle_manager"
        )

    def _newest(self):
        return self.env["account.move"].search([], order="id DESC", limit=1)

    def test_billing_manager_without_accounting(self):
        before = self._newest()
        self._create_freeform(user=self.user_billing).action_create_move()
        move = self._newest()
        self.assertNotEqual(move, before)
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.billing_origin, "freeform")
        self.assertEqual(move.create_uid, self.user_billing)

    def test_project_manager_for_an_own_project(self):
        freeform = self._create_freeform(
            user=self.user_manager, project_id=self.project.id
        )
        freeform.action_create_move()
        move = self._newest()
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.billing_project_ids, self.project)

    def test_project_manager_for_nothing_else(self):
        for values in (
            {},
            {"project_id": self._create_project(user_id=False, schedule=False).id},
        ):
            self.env["project.project"].browse(
                values.get("project_id")
            ).billing_owner_id = False
            with self.assertRaisesRegex(AccessError, "own projects only"):
                self._create_freeform(
                    user=self.user_manager, **values
                ).action_create_move()

    def test_project_manager_for_a_project_without_customer(self):
        self.project.write({"sale_line_id": False, "partner_id": False})
        with self.assertRaisesRegex(AccessError, "has no customer"):
            self._create_freeform(
                user=self.user_manager, project_id=self.project.id
            ).action_create_move()

    def test_project_manager_for_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        with self.assertRaisesRegex(UserError, "is for Customer"):
            self._create_freeform(
                user=self.user_manager, project_id=self.project.id, partner_id=other.id
            ).action_create_move()

    def test_project_manager_names_no_invoice(self):
        with self.assertRaises(AccessError):
            self._create_freeform(
                user=self.user_manager,
                move_type="out_refund",
                project_id=self.project.id,
                corrects_move_id=self.invoice.id,
            ).action_create_move()

    def test_consultant_creates_nothing(self):
        with self.assertRaises(AccessError):
            self._create_freeform(user=self.user_consultant)

    def test_dialog_of_somebody_else_is_closed(self):
        freeform = self._create_freeform()
        with self.assertRaises(AccessError):
            freeform.with_user(self.user_manager).action_create_move()

    def test_forged_context_fills_nothing(self):
        freeform = self._create_freeform(
            user=self.user_manager, project_id=self.project.id
        ).with_context(
            default_auto_post="at_date",
            default_state="posted",
            default_journal_id=self.env["account.journal"]
            .search([("type", "=", "general")], limit=1)
            .id,
            default_reversed_entry_id=self.invoice.id,
            default_sent_on="2026-03-01 10:00:00",
            default_narration="<p>Forged</p>",
            default_discount=100.0,
        )
        freeform.action_create_move()
        move = self._newest()
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.auto_post, "no")
        self.assertEqual(move.journal_id.type, "sale")
        self.assertFalse(move.reversed_entry_id)
        self.assertNotIn("Forged", move.narration or "")
        self.assertEqual(move.invoice_line_ids.discount, 0.0)
        self.assertNotSent(move)


@tagged("post_install", "-at_install")
class TestFreeformCompanies(FreeformCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_b = cls._create_company()
        cls.user_accountant.company_ids |= cls.company_b
        cls.project_b = cls.env["project.project"].create(
            {
                "name": "Project of B",
                "company_id": cls.company_b.id,
                "partner_id": cls.partner.id,
                "allow_billable": True,
            }
        )

    def _both(self):
        companies = self.company | self.company_b
        self.freeforms = self.freeforms.with_context(allowed_company_ids=companies.ids)

    def _only_first(self):
        self.freeforms = self.freeforms.with_context(
            allowed_company_ids=self.company.ids
        )

    def test_company_of_the_project(self):
        self._both()
        move = self._create_move(project_id=self.project_b.id)
        self.assertEqual(move.company_id, self.company_b)
        self.assertEqual(move.journal_id.company_id, self.company_b)
        self.assertEqual(move.currency_id, self.company_b.currency_id)
        # the product's tax is one of the first company
        self.assertFalse(move.invoice_line_ids.tax_ids & self.tax)

    def test_text_line_takes_the_companys_tax(self):
        self._both()
        lines = [{"name": "Work", "quantity": 1.0, "price_unit": 10.0}]
        move = self._create_move(project_id=self.project_b.id, lines=lines)
        self.assertEqual(
            move.invoice_line_ids.tax_ids, self.company_b.account_sale_tax_id
        )

    def test_project_of_a_company_that_is_not_active(self):
        self._only_first()
        with self.assertRaises(AccessError):
            self._create_freeform(project_id=self.project_b.id).action_create_move()

    def test_project_without_company_on_an_order_of_one_that_is_not_active(self):
        self.project_b.company_id = False
        order = (
            self.env["sale.order"]
            .with_company(self.company_b)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": self.company_b.id,
                    "order_line": [
                        Command.create({"product_id": self.product_hours.id})
                    ],
                }
            )
        )
        order.action_confirm()
        self.project_b.sale_line_id = order.order_line[0]
        self._only_first()
        with self.assertRaisesRegex(UserError, "switch to that company"):
            self._create_freeform(project_id=self.project_b.id).action_create_move()

    def test_correction_of_another_companys_invoice(self):
        self._both()
        with self.assertRaisesRegex(UserError, "belongs to Second company"):
            self._create_freeform(
                move_type="out_refund",
                project_id=self.project_b.id,
                corrects_move_id=self.invoice.id,
            ).action_create_move()

    def test_company_in_the_context_opens_nothing(self):
        self.user_accountant.company_ids -= self.company_b
        with self.assertRaises(AccessError):
            self._both()
            self._create_freeform(project_id=self.project_b.id).action_create_move()
