from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from odoo.addons.sale_timesheet.controllers.portal import (
    PortalProjectAccount,
    SaleTimesheetCustomerPortal,
)

#: Where the list stands on the page of an invoice.
ANCHOR = "billing_annex"


class BillingAnnexPortal(PortalProjectAccount):
    """The timesheet of an invoice, on its page in the portal and as a file."""

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        # EXTENDS sale_timesheet
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        values["billing_annex"] = invoice._get_annex(for_customer=True)
        return values

    @http.route(
        "/my/invoices/<int:invoice_id>/timesheet/<any(pdf,xlsx):file_format>",
        type="http",
        auth="public",
        website=True,
    )
    def portal_invoice_timesheet(self, invoice_id, file_format, access_token=None):
        """Download the timesheet of an invoice that one may read, or has a link to."""
        try:
            invoice = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        # Who has a link alone gets what the customer gets, employees too.
        own = request.env["account.move"].browse(invoice_id)
        employee = request.env.user._is_internal() and own.has_access("read")
        annex = invoice._get_billing_annex(file_format, for_customer=not employee)
        if not annex:
            raise NotFound
        return request.make_response(
            annex["content"],
            [
                ("Content-Type", annex["mimetype"]),
                ("Content-Length", len(annex["content"])),
                ("Content-Disposition", content_disposition(annex["filename"])),
            ],
        )


class BillingTimesheetPortal(SaleTimesheetCustomerPortal):
    """Odoo's list of time tells what was worked, held and written off. Whoever looks
    for the time of an invoice is brought to what that bills."""

    @http.route()
    def portal_my_timesheets(self, *args, **kw):
        # EXTENDS sale_timesheet
        if kw.get("search_in") == "invoice" and (name := kw.get("search")):
            Move = request.env["account.move"]
            invoice = Move.has_access("read") and Move.search(
                [("move_type", "=", "out_invoice"), ("name", "=", name)], limit=2
            )
            if invoice and len(invoice) == 1 and invoice._get_annex(for_customer=True):
                return request.redirect(invoice.get_portal_url(anchor=ANCHOR))
        return super().portal_my_timesheets(*args, **kw)
