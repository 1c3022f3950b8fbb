from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.call_arguments import ensure_one


class ProjectBillingPreview(models.TransientModel):
    """What would be invoiced, before anything is created: the dry run.

    Nobody writes a preview by hand: it is made and renewed by the generator's own
    figures, and creating compares them once more with what was shown.
    """

    _name = "project.billing.preview"
    _description = "Preview of Invoices"
    _inherit = ["billing.dialog"]

    period_ids = fields.Many2many("project.billing.period", string="Billing Periods")
    line_ids = fields.One2many("project.billing.preview.line", "preview_id")
    document_ids = fields.One2many(
        "project.billing.preview.line",
        "preview_id",
        string="Previewed Invoice",
        domain=[("obstacle", "=", False)],
    )
    refused_ids = fields.One2many(
        "project.billing.preview.line",
        "preview_id",
        string="Not Invoiced",
        domain=[("obstacle", "!=", False)],
    )
    left_out_ids = fields.Many2many(
        "project.billing.period",
        "project_billing_preview_left_out_rel",
        string="Left Out",
    )
    currency_id = fields.Many2one("res.currency")
    document_count = fields.Integer(compute="_compute_summary")
    refused_count = fields.Integer(compute="_compute_summary")
    warned_count = fields.Integer(compute="_compute_summary")
    hours = fields.Float(compute="_compute_summary")
    amount = fields.Monetary(
        compute="_compute_summary",
        help="Untaxed; other currencies at today's rate.",
    )
    several_currencies = fields.Boolean(compute="_compute_summary")
    has_deductions = fields.Boolean(compute="_compute_summary")
    changed_text = fields.Text()
    is_done = fields.Boolean()

    @api.depends("line_ids")
    def _compute_summary(self):
        for preview in self:
            documents = preview.document_ids
            preview.document_count = len(documents)
            preview.refused_count = len(preview.refused_ids.period_ids)
            preview.warned_count = len(
                documents.filtered(lambda line: line._get_warning_codes() - {"changed"})
            )
            preview.hours = sum(documents.mapped("hours"))
            preview.amount = sum(documents.mapped("amount_company"))
            preview.has_deductions = any(documents.mapped("deducted"))
            preview.several_currencies = bool(
                documents.currency_id - preview.currency_id
            )

    def _compute_display_name(self):
        self.display_name = self.env._("Preview")

    # --------------------------------------------------------------- actions

    def action_create_invoices(self):
        """Create what is shown; where that has changed since, show it anew instead."""
        self.check_access("read")
        ensure_one(self)
        if self.is_done:
            raise UserError(self.env._("The invoices of this preview are created."))
        if self._renew():
            self._tell_change(
                self.env._(
                    "What would be invoiced has changed, so nothing was created yet."
                )
            )
            return False
        periods = self.document_ids.period_ids
        if not periods:
            raise UserError(self.env._("There is nothing to invoice."))
        action = periods.action_generate_invoices()
        self._as_own_writer().is_done = True
        return action

    def action_refresh(self):
        """Show what would be invoiced now, and what has changed since."""
        self.check_access("read")
        ensure_one(self)
        if self._renew():
            self._tell_change(self.env._("What would be invoiced has changed."))
        return False

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # --------------------------------------------------------------- figures

    def _as_own_writer(self):
        """Nobody writes a preview but itself, and not what a client's context says."""
        # sudo: of the user's own preview only, which the callers check
        periods = self.env["project.billing.period"].sudo()._without_caller_context()
        return self.with_env(periods.env)

    @api.model
    def _create_preview(self, periods):
        """The preview of what an invoicing of these periods would make now."""
        self.browse().check_access("read")
        periods.check_access("write")
        preview = self._as_own_writer().create(
            {
                "period_ids": periods.ids,
                "currency_id": self.env.company.currency_id.id,
            }
        )
        preview._fill(preview._get_lines())
        return preview.sudo(False)

    def _get_lines(self):
        """Values of the lines that show what would be invoiced now.

        :return: list of dict, one per invoice and per period that makes none
        """
        Line = self.line_ids
        periods = self.period_ids - self.left_out_ids
        documents, refused = periods._get_preview_documents()
        warnings = self._get_warnings(documents)
        lines = [
            Line._prepare_document(document, self.currency_id, warnings[document.key])
            for document in documents
        ]
        lines += [
            Line._prepare_refused(period, obstacle)
            for period, obstacle in refused.items()
        ]
        lines += [
            Line._prepare_refused(
                period,
                self.env._("%(period)s is left out.", period=period.display_name),
                is_left_out=True,
            )
            for period in self.left_out_ids
        ]
        return lines

    def _fill(self, lines):
        """Show these lines: what is odd first, the rest by customer."""
        names = {
            partner.id: partner.display_name
            for partner in self.env["res.partner"].browse(
                vals["partner_id"] for vals in lines
            )
        }
        lines.sort(
            key=lambda vals: (
                -len(vals["warnings"] or ()),
                names[vals["partner_id"]] or "",
                vals["project_text"],
            )
        )
        self.line_ids.unlink()
        items = [vals.pop("items", []) for vals in lines]
        created = self.line_ids._create_filled(
            [
                {**vals, "preview_id": self.id, "sequence": sequence}
                for sequence, vals in enumerate(lines)
            ]
        )
        created.item_ids._create_filled(
            [
                {**vals, "line_id": line.id}
                for line, of_line in zip(created, items, strict=True)
                for vals in of_line
            ]
        )
        # The two halves of the lines are told apart by the database.
        self.invalidate_recordset()

    # ---------------------------------------------------------------- changes

    def _renew(self):
        """Show the figures of now, where they are others than those shown.

        :return: whether they are
        """
        self = self._as_own_writer()
        # As the user: read so, a row that was taken away would just be missing.
        self.period_ids.sudo(False).check_access("write")
        shown = {line.document_key: line for line in self.line_ids}
        lines = self._get_lines()
        keys = {vals["document_key"] for vals in lines}
        gone = [line for key, line in shown.items() if key not in keys]
        changed = []
        for vals in lines:
            line = shown.get(vals["document_key"])
            if not line or line.figures != vals["figures"]:
                changed.append(vals)
                vals["warnings"] = [self._get_change(line), *(vals["warnings"] or ())]
        self.changed_text = self._get_gone_text(gone)
        if changed or gone:
            self._fill(lines)
        return bool(changed or gone)

    def _tell_change(self, text):
        preview = self._as_own_writer()
        parts = [text, self.env._("These are the new figures."), preview.changed_text]
        preview.changed_text = " ".join(filter(None, parts))

    def _get_gone_text(self, gone):
        """What was shown before and is no more."""
        texts = [
            self.env._(
                "No longer there: %(document)s, %(figures)s.",
                document=line.display_name,
                figures=line._format_figures(),
            )
            for line in gone
            if not line.obstacle
        ]
        return " ".join(texts)

    def _get_change(self, line):
        """The mark on a line that is another than the one shown before."""
        _ = self.env._
        if not line:
            return {
                "code": "changed",
                "label": _("New"),
                "text": _("Was not there when the preview was made."),
            }
        return {
            "code": "changed",
            "label": _("Changed"),
            "text": _("Shown before: %(figures)s.", figures=line._format_figures()),
        }
