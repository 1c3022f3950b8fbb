"""What Odoo answers by itself when it is asked with bad values."""

#: What Odoo answers wherever it happens, whatever the model; the others are measured.
ODOO = (
    # Numbers of rows go to the database as they are.
    ("psycopg2.InvalidRowCountInLimitClause", "LIMIT must not be negative"),
    ("psycopg2.InvalidRowCountInResultOffsetClause", "OFFSET must not be negative"),
    ("psycopg2.NumericValueOutOfRange", "bigint out of range"),
    # child_of and parent_of, on models without a parent.
    ("KeyError", "'parent_id'"),
    # Settings are created one by one.
    ("ValueError", "Expected singleton: res.config.settings("),
    # A link that is to be True.
    ("psycopg2.UndefinedFunction", "operator does not exist: integer = boolean"),
    # Sums and averages of texts and days.
    ("psycopg2.UndefinedFunction", "(date) does not exist"),
    ("psycopg2.UndefinedFunction", "(character varying) does not exist"),
    # Fields that are none, or in no table, for exports and groups.
    ("ValueError", "Invalid field 'name' on '"),
    # Names of fields that are none, in values of a new record.
    ("ValueError", "Invalid field '' in '"),
    ("ValueError", "because it is not stored"),
    # Fields of other records that are read with the user's own rights.
    ("ValueError", "because it is not a sudoed related or inherited field"),
    # Commands of no shape, for the onchange of any form and that of invoices.
    ("AttributeError", "'NoneType' object has no attribute 'origin'"),
    ("TypeError", "(models/account_move.py onchange)"),
    # What to read of a record, where it is nothing.
    ("TypeError", "'NoneType' object is not iterable (models/models.py web_read)"),
)
#: Models that answer for Odoo; first those that the add-on leaves as they are.
STOCK_MODELS = (
    "res.partner",
    "sale.order",
    "product.template",
    "res.company",
    "project.task.type",
    "ir.attachment",
    "product.product",
    "crm.team",
    "sale.advance.payment.inv",
    "account.move.send.wizard",
    "account.analytic.account",
    "project.task",
    "account.move",
    "hr.expense",
    "sale.order.line",
    "hr.employee",
    "project.project",
    "account.analytic.line",
    "account.move.line",
)
