from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_screens
from ...tools import bounds


class AccountMoveFreeform(models.TransientModel):
    """An invoice or credit note with lines of one's own, not made from time.

    Who may create one:

    ==================================  ===============================================
    accounting (billing)                any, like in accounting itself
    Invoicing Cycle / Billing Manager   any, as a draft that accounting confirms
    Invoicing Cycle / User              for their own projects and these customers, as
                                        a draft
    anybody else                        none
    ==================================  ===============================================

    A credit note that names the invoice it corrects is no reversal and releases no
    time.
    """

    _name = "account.move.freeform"
    _description = "Freeform Invoice or Credit Note"
    _inherit = ["billing.bounds.mixin", "billing.dialog"]

    move_type = fields.Selection(
        [("out_invoice", "Invoice"), ("out_refund", "Credit note")],
        required=True,
        default="out_invoice",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", related_sudo=False
    )
    project_id = fields.Many2one(
        "project.project",
        compute="_compute_project_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('is_template', '=', False)]"
        " + (['|', ('partner_id', '=', False),"
        " ('partner_id', 'child_of', commercial_partner_id)]"
        " if commercial_partner_id else [])",
        help="Its analytic accounts are put on every line.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", compute_sudo=False, store=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="By default that of the customer's pricelist, else that of the company.",
    )
    invoice_date = fields.Date(
        help="Left empty, the day on which the document is confirmed."
    )
    corrects_move_id = fields.Many2one(
        "account.move",
        string="Corrects Invoice",
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('company_id', '=', company_id)]"
        " + ([('commercial_partner_id', '=', commercial_partner_id)]"
        " if commercial_partner_id else [])",
        help="Gives the credit note its customer, project, lines, reference and terms, "
        "which you can change. No time is released by it.",
    )
    reference = fields.Char(
        "Customer Reference",
        compute="_compute_of_corrected",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        compute="_compute_of_corrected",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
    )
    credit_warning = fields.Char(compute="_compute_credit_warning")
    line_ids = fields.One2many(
        "account.move.freeform.line", "freeform_id", string="Lines"
    )
    amount_untaxed = fields.Monetary(compute="_compute_amounts")
    amount_total = fields.Monetary(compute="_compute_amounts")

    # ---------------------------------------------------------------- defaults

    @api.model
    def _get_bounds(self):
        days = bounds.billing_days(fields.Date.context_today(self))
        return {**super()._get_bounds(), "invoice_date": days}

    @api.model
    def _get_opening_values(self, names):
        # EXTENDS billing.dialog
        context = self.env.context
        model, record_ids = context.get("active_model"), get_active_ids(self.env)
        if len(record_ids) != 1 or model not in (
            "account.move",
            "project.project",
            "project.billing.period",
        ):
            return super()._get_opening_values(names)
        # sudo: taken off, as whatever a caller names
        record = self.env[model].sudo(False).browse(record_ids)
        record.check_access("read")
        if model == "project.project":
            found = {"project_id": record.id}
        elif model == "project.billing.period":
            found = {
                "project_id": record.project_id.id,
                "partner_id": record.partner_id.id,
            }
        else:
            found = {
                "partner_id": record.partner_id.id,
                "project_id": self._get_only_project(record).id,
            }
        return {name: found[name] for name in names if found.get(name)}

    @api.model
    def _get_only_project(self, move):
        """The project that an invoice bills, where it is one."""
        # sudo: only to see whether it is one project
        projects = move._origin.sudo().billing_project_ids.sudo(False)
        return projects if len(projects) == 1 else projects.browse()

    @api.depends("project_id", "corrects_move_id")
    def _compute_partner_id(self):
        for freeform in self:
            freeform.partner_id = (
                freeform.partner_id
                or freeform.corrects_move_id.partner_id
                or freeform.project_id.partner_id
            )

    @api.depends("corrects_move_id")
    def _compute_project_id(self):
        for freeform in self:
            freeform.project_id = freeform.project_id or freeform._get_only_project(
                freeform.corrects_move_id
            )

    @api.depends("corrects_move_id", "partner_id", "company_id")
    def _compute_of_corrected(self):
        for freeform in self:
            corrected = freeform.corrects_move_id
            partner = freeform.partner_id.with_company(freeform.company_id)
            freeform.payment_term_id = (
                corrected.invoice_payment_term_id
                if corrected
                else partner.property_payment_term_id
            )
            lang = partner.lang or self.env.lang
            name = self.with_context(lang=lang).env._(
                "Correction of %(invoice)s", invoice=corrected.name
            )
            names = [name, corrected.ref] if corrected else []
            freeform.reference = ", ".join(filter(None, names))

    @api.depends("amount_total", "currency_id", "corrects_move_id")
    def _compute_credit_warning(self):
        for freeform in self:
            # sudo: the credits of an invoice that the user has chosen
            corrected = freeform.corrects_move_id._origin.sudo()
            freeform.credit_warning = (
                corrected._get_credit_warning(
                    freeform.amount_total, freeform.currency_id
                )
                if corrected
                else False
            )

    @api.depends("project_id", "corrects_move_id")
    def _compute_company_id(self):
        for freeform in self:
            project = freeform.project_id
            freeform.company_id = (
                freeform.corrects_move_id.company_id
                or project.billing_company_id
                or self.env.company
            )

    @api.depends("partner_id", "company_id", "corrects_move_id")
    def _compute_currency_id(self):
        for freeform in self:
            company = freeform.company_id
            freeform.currency_id = (
                freeform.corrects_move_id.currency_id
                or freeform._get_pricelist().currency_id
                or company.currency_id
            )

    @api.depends("line_ids.price_subtotal", "line_ids.price_total")
    def _compute_amounts(self):
        for freeform in self:
            company = freeform.company_id
            totals = self.env["account.tax"]._get_tax_totals_summary(
                freeform.line_ids._get_base_lines(company),
                freeform.currency_id,
                company,
            )
            freeform.amount_untaxed = totals["base_amount_currency"]
            freeform.amount_total = totals["total_amount_currency"]

    @api.onchange("move_type", "partner_id")
    def _onchange_corrects_move_id(self):
        if self.move_type != "out_refund" or (
            self.corrects_move_id.commercial_partner_id != self.commercial_partner_id
        ):
            self.corrects_move_id = False

    @api.onchange("corrects_move_id")
    def _onchange_corrected_lines(self):
        """The lines of the invoice, to be changed; what was typed stays."""
        corrected = self.corrects_move_id
        if corrected:
            self.partner_id = corrected.partner_id
        others = self.line_ids.filtered(
            lambda line: (
                line.corrects_line_id and line.corrects_line_id.move_id != corrected
            )
        )
        if others:
            self.line_ids -= others
        if corrected and not self.line_ids:
            self.line_ids = [
                Command.create(self.line_ids._prepare_corrected(line))
                for line in corrected.invoice_line_ids
                if line.display_type == "product"
            ]

    # ---------------------------------------------------------------- create

    def action_create_move(self):
        """Create the draft invoice or credit note.

        :return: the action that opens it
        """
        ensure_one(self)
        return self._get_move_action(self._create_move())

    def _create_move(self):
        """Create the draft, where the user may and nothing is wrong with the dialog.

        :return: ``account.move``
        """
        self._check_create_access()
        self._check_values()
        move = self._get_moves().create(self._prepare_move_vals())
        self._log_correction(move)
        tell_screens(self.env)
        return move

    def _get_moves(self):
        """``account.move`` to create in, with nothing of the caller's context that
        could fill other fields."""
        context = {
            key: self.env.context[key]
            for key in ("lang", "tz")
            if self.env.context.get(key)
        }
        context["allowed_company_ids"] = self.company_id.ids
        moves = self.env["account.move"].with_env(self.env(context=context))
        # sudo: billing managers, and owners of a project, may create this draft without
        # being accountants; its values come from the checked dialog alone.
        return moves if moves.has_access("create") else moves.sudo()

    def _prepare_move_vals(self):
        """Values of the draft; no ``reversed_entry_id``, which would release time."""
        # sudo: the analytic accounts of a project that the user may read
        project = self.project_id.sudo()
        vals = {
            "move_type": self.move_type,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.invoice_date,
            "billing_origin": "freeform",
            "billing_project_ids": [Command.set(project.ids)],
            "invoice_line_ids": [
                Command.create(
                    line._prepare_move_line_vals(project._get_analytic_distribution())
                )
                for line in self.line_ids
            ],
        }
        if self.reference:
            vals["ref"] = self.reference
        # Left out, Odoo would take those of the customer.
        vals["invoice_payment_term_id"] = self.payment_term_id.id
        if corrected := self.corrects_move_id:
            vals |= {
                "corrected_invoice_id": corrected.id,
                "fiscal_position_id": corrected.fiscal_position_id.id,
                "invoice_user_id": corrected.invoice_user_id.id,
                "narration": corrected.narration,
                "partner_shipping_id": corrected.partner_shipping_id.id,
            }
        return vals

    def _log_correction(self, move):
        """Link the credit note and the invoice it corrects in each other's chatter."""
        # sudo: the user chose the invoice, and created the credit note just now
        corrected, move = self.corrects_move_id.sudo(), move.sudo()
        if not corrected:
            return
        names = {
            move: self.env._(
                "Corrects %(invoice)s.", invoice=corrected._get_html_link()
            ),
            corrected: self.env._("Corrected by %(note)s.", note=move._get_html_link()),
        }
        for document, name in names.items():
            warning = move.credit_warning or ""
            document._message_log(body=Markup("%s<br/>%s") % (name, warning))

    def _get_move_action(self, move):
        """Open the draft, or say what became of it to whoever cannot read it."""
        move = self.env["account.move"].browse(move.id)
        if move.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "account.move",
                "res_id": move.id,
                "views": [(False, "form")],
                "target": "current",
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "A draft for %(customer)s was created; accounting confirms it.",
                    customer=self.partner_id.display_name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ---------------------------------------------------------------- defaults of lines

    def _get_pricelist(self):
        return self.partner_id.with_company(self.company_id).property_product_pricelist

    def _get_fiscal_position(self):
        partner = self.partner_id
        if not partner:
            # Nobody is chosen, or a line stands on its own.
            return self.env["account.fiscal.position"]
        delivery = partner.browse(partner.address_get(["delivery"])["delivery"])
        return (
            self.env["account.fiscal.position"]
            .with_company(self.company_id)
            ._get_fiscal_position(partner, delivery=delivery)
        )
