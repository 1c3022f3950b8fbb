from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common.freeform import FreeformCommon


@tagged("post_install", "-at_install")
class TestFreeformDialog(FreeformCommon):
    def test_dialog(self):
        with Form(self.freeforms) as form:
            form.move_type = "out_refund"
            form.partner_id = self.partner
            form.project_id = self.project
            form.corrects_move_id = self.invoice
            form.line_ids.remove(0)
            with form.line_ids.new() as line:
                line.product_id = self.product_hours
                self.assertEqual(line.price_unit, 100.0)
                self.assertEqual(line.tax_ids[:], self.tax)
                line.quantity = 1.5
                self.assertAlmostEqual(line.price_subtotal, 150.0)
            self.assertAlmostEqual(form.amount_total, 186.0)
        move = form.record.action_create_move()
        self.assertEqual(move["views"], [(False, "form")])

    def test_dialog_forgets_the_corrected_invoice_on_the_switch(self):
        with Form(self.freeforms) as form:
            form.move_type = "out_refund"
            form.partner_id = self.partner
            form.corrects_move_id = self.invoice
            form.move_type = "out_invoice"
            form.move_type = "out_refund"
            self.assertFalse(form.corrects_move_id)

    def test_dialog_takes_the_customer_of_the_project(self):
        with Form(self.freeforms) as form:
            form.project_id = self.project
            self.assertEqual(form.partner_id, self.partner)
            with form.line_ids.new() as line:
                line.name = "Work"

    def test_dialog_opened_for_an_invoice_or_a_project(self):
        def defaults(record):
            return self.freeforms.with_context(
                active_model=record._name, active_ids=record.ids
            ).default_get(["partner_id", "project_id", "move_type"])

        self.invoice.billing_project_ids = self.project
        expected = {
            "partner_id": self.partner.id,
            "project_id": self.project.id,
            "move_type": "out_invoice",
        }
        self.assertEqual(defaults(self.invoice), expected)
        period = self._create_period(self.project)
        self.assertEqual(defaults(period), expected)
        self.assertEqual(defaults(self.project)["project_id"], self.project.id)
        self.assertNotIn("partner_id", defaults(self.invoice | self.draft))

    def test_action_menu_opens_the_dialog(self):
        action = self.env.ref("invoicing_cycle.account_move_action_freeform")
        result = (
            action.with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .run()
        )
        self.assertEqual(result["res_model"], "account.move.freeform")
        self.assertEqual(result["target"], "new")


@tagged("post_install", "-at_install")
class TestFreeformBadInput(FreeformCommon):
    def assertRefused(self, text, **values):
        before = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, text):
            self._create_freeform(**values).action_create_move()
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_no_customer(self):
        self.assertRefused("Choose a customer", partner_id=False)

    def test_no_lines(self):
        self.assertRefused("at least one line", lines=[])

    def test_bad_lines_are_all_named(self):
        self.assertRefused(
            r"(?s)Line 1: the quantity is zero.*Line 2: the price is negative"
            r".*Line 3: the quantity is negative.*Line 4: choose a product",
            lines=[
                {"name": "a", "quantity": 0.0, "price_unit": 1.0},
                {"name": "b", "quantity": 1.0, "price_unit": -1.0},
                {"name": "c", "quantity": -1.0, "price_unit": 1.0},
                {"name": "  ", "quantity": 1.0, "price_unit": 1.0},
            ],
        )

    def test_quantity_that_rounds_to_zero(self):
        self.assertRefused(
            "quantity is zero", lines=[{"name": "a", "quantity": 0.0001}]
        )

    def test_project_of_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        self.assertRefused(
            "is for Customer", project_id=self.project.id, partner_id=other.id
        )

    def test_project_for_a_contact_of_the_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Accounts payable", "parent_id": self.partner.id}
        )
        move = self._create_move(project_id=self.project.id, partner_id=contact.id)
        self.assertEqual(move.partner_id, contact)

    def test_template_project(self):
        template = self._create_project(schedule=False)
        template.is_template = True
        self.assertRefused("is a template", project_id=template.id)

    def test_correction_on_an_invoice(self):
        self.assertRefused(
            "Only a credit note corrects", corrects_move_id=self.invoice.id
        )

    def test_correction_of_a_draft(self):
        self.assertRefused(
            "not a confirmed customer invoice",
            move_type="out_refund",
            corrects_move_id=self.draft.id,
        )

    def test_correction_of_a_credit_note(self):
        self.assertRefused(
            "not a confirmed customer invoice",
            move_type="out_refund",
            corrects_move_id=self._create_invoice(post=True, move_type="out_refund").id,
        )

    def test_correction_of_an_invoice_of_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        self.assertRefused(
            "went to Customer, not to Somebody else",
            move_type="out_refund",
            partner_id=other.id,
            corrects_move_id=self.invoice.id,
        )
