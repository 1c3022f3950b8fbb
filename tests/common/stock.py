class StockInvoiceMixin:
    """Invoices orders by Odoo's own dialog."""

    @classmethod
    def _invoice_stock(cls, order, user=None, **values):
        """
        :param user: whose rights count, the superuser by default
        :param values: of the dialog, such as the first and last day of the time
        :return: the new invoices of the order, superuser records
        """
        before = order.invoice_ids
        dialog = cls.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        if user:
            dialog = dialog.with_user(user)
        values = {"advance_payment_method": "delivered", **values}
        dialog.create(values).create_invoices()
        cls.env.flush_all()
        return order.invoice_ids - before
