from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS account
        # A wkhtmltopdf without patched Qt, as in Debian, fails on several documents in
        # one call. Sending many invoices from the cron would then fail for all of them,
        # and so would Odoo's own Print menu.
        if (
            not res_ids
            or len(set(res_ids)) != len(res_ids)
            or len(res_ids) == 1
            or not self._is_invoice_report(report_ref)
            or _wkhtml().is_patched_qt
        ):
            return super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=res_ids
            )
        streams = {}
        for res_id in res_ids:
            streams.update(
                super()._render_qweb_pdf_prepare_streams(
                    report_ref, dict(data or {}), res_ids=[res_id]
                )
            )
        return streams
