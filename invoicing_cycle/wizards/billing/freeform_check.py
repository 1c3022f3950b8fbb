from odoo import SUPERUSER_ID, models
from odoo.exceptions import AccessError, UserError


class AccountMoveFreeformCheck(models.TransientModel):
    """What has to be right before the document is created."""

    _inherit = "account.move.freeform"

    def _check_create_access(self):
        """Raise unless the user may create this document."""
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "This is billed by %(company)s: switch to that company first.",
                    # sudo: a name, without which the way out is not told
                    company=self.company_id.sudo().name,
                )
            )
        for chosen in (
            self.project_id,
            self.partner_id,
            self.corrects_move_id,
            self.payment_term_id,
            self.line_ids.product_id,
            self.line_ids.tax_ids,
        ):
            if chosen:
                chosen.check_access("read")
        user = self.env.user
        if self.env.uid == SUPERUSER_ID or user.has_group(
            "invoicing_cycle.group_invoicing_cycle_manager"
        ):
            return
        if not user.has_group("invoicing_cycle.group_invoicing_cycle_user"):
            raise AccessError(
                self.env._("You may not create invoices. Ask somebody in accounting.")
            )
        # sudo: who is responsible for the project, nothing of it is shown
        project = self.project_id.sudo()
        owners = project.user_id | project.billing_owner_id | project.partner_id.user_id
        if user not in owners:
            raise AccessError(
                self.env._(
                    "You may create invoices and credit notes for your own projects "
                    "only: choose one whose project manager, invoice owner or "
                    "customer's salesperson you are, or ask somebody in accounting."
                )
            )
        if not project.partner_id:
            raise AccessError(
                self.env._(
                    "The project %(project)s has no customer yet: set one first, or "
                    "ask somebody in accounting.",
                    project=project.display_name,
                )
            )

    def _check_values(self):
        """Raise with all that is wrong with the dialog."""
        problems = self._get_document_problems()
        if not self.line_ids:
            problems.append(self.env._("Add at least one line."))
        for number, line in enumerate(self.line_ids, start=1):
            problems += line._get_problems(number)
        if self.amount_total < 0 and not problems:
            problems.append(
                self.env._(
                    "The total is negative. Remove the lines that are, or make the "
                    "other kind of document."
                )
            )
        if problems:
            raise UserError("\n".join(problems))

    def _get_document_problems(self):
        """What is wrong apart from the lines, as texts."""
        problems = []
        project, corrected = self.project_id, self.corrects_move_id
        if not self.partner_id:
            problems.append(self.env._("Choose a customer."))
        if project.is_template:
            problems.append(
                self.env._(
                    "%(project)s is a template: choose a project.",
                    project=project.display_name,
                )
            )
        if self.partner_id and project and not self._is_customer_of_project():
            problems.append(
                self.env._(
                    "The project %(project)s is for %(customer)s: choose that "
                    "customer, or another project.",
                    project=project.display_name,
                    customer=project.partner_id.display_name,
                )
            )
        if project and corrected:
            # sudo: only the company, which is compared
            company = project.sudo().billing_company_id
            if company and company != corrected.company_id:
                problems.append(
                    self.env._(
                        "The project %(project)s belongs to %(company)s, the invoice "
                        "%(invoice)s does not.",
                        project=project.display_name,
                        company=company.name,
                        invoice=corrected.display_name,
                    )
                )
        if corrected:
            problems += self._get_correction_problems(corrected)
        return problems

    def _get_correction_problems(self, corrected):
        names = {"invoice": corrected.display_name}
        if self.move_type != "out_refund":
            return [
                self.env._(
                    "Only a credit note corrects an invoice: switch to “Credit note”."
                )
            ]
        if corrected.move_type != "out_invoice" or corrected.state != "posted":
            return [
                self.env._(
                    "%(invoice)s is not a confirmed customer invoice, so a credit note "
                    "cannot correct it.",
                    **names,
                )
            ]
        if corrected.commercial_partner_id != self.partner_id.commercial_partner_id:
            return [
                self.env._(
                    "%(invoice)s went to %(other)s, not to %(customer)s.",
                    other=corrected.partner_id.display_name,
                    customer=self.partner_id.display_name,
                    **names,
                )
            ]
        return []

    def _is_customer_of_project(self):
        # sudo: the order's customers, which are compared only
        project = self.project_id.sudo()
        order = project.sale_line_id.order_id
        customers = project.partner_id | order.partner_id | order.partner_invoice_id
        return (
            not customers
            or self.partner_id.commercial_partner_id in customers.commercial_partner_id
        )
