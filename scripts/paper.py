"""Takes a picture of each kind of document; a script for Odoo's shell.

On a database with demo data, or any other that has the add-on:

    ./dev db paper
    ./dev shell paper < scripts/paper.py

The documents are those of tests/common/paper.py, printed by Odoo's own reports. The
pictures go to docs/images/paper/, the PDFs that they are of to .dev/paper/. Nothing is
stored.
"""

import base64
import io
import mimetypes
import re
import threading
from pathlib import Path, PurePosixPath

import pypdfium2
from freezegun import freeze_time
from PIL import Image, ImageDraw, ImageFont
from werkzeug import Request, Response
from werkzeug.serving import make_server

from odoo.tools import file_open

from odoo.addons.invoicing_cycle.tests.common.paper import Papers
from odoo.addons.invoicing_cycle.tests.common.paper_company import DAY

PICTURES = Path("docs/images/paper")
PDFS = Path(".dev/paper")
WIDTH = 900
SMALL = {"dpi": 108, "margin_top": 48, "header_spacing": 48, "margin_bottom": 26}
COLORS = 48
COLOR = "#1f5f5b"
FONTS = re.compile(r"@font-face\s*{[^}]*}")
# Which timesheets, of the documents that have one.
ANNEXES = ("person_fr", "task_de")


def get_style_sheet(env, filename):
    name, rtl, _kind, autoprefix = env["ir.asset"]._parse_bundle_name(filename, False)
    bundle = env["ir.qweb"]._get_asset_bundle(
        name, css=True, js=False, rtl=rtl, autoprefix=autoprefix
    )
    # The fonts of this machine: wkhtmltopdf prints headers and footers before those of
    # a style sheet are there, and leaves their text out then.
    return FONTS.sub("", bundle.css().raw.decode())


def serve(env):
    """Style sheets, fonts and pictures for wkhtmltopdf, of this transaction.

    Odoo's shell serves nothing, and a server would not see what is not stored. One
    answer at a time, while the shell waits for wkhtmltopdf: they share the cursor.

    :return: the server, which runs
    """

    lock = threading.Lock()

    @Request.application
    def answer(request):
        kind, _encoding = mimetypes.guess_type(request.path)
        path = PurePosixPath(request.path)
        if path.is_relative_to("/web/assets"):
            with lock:
                return Response(get_style_sheet(env, path.name), mimetype=kind)
        with file_open(request.path.lstrip("/"), "rb") as file:
            return Response(file.read(), mimetype=kind)

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def draw_logo(text):
    """A ring with a word, as Odoo stores pictures."""
    image = Image.new("RGB", (600, 160), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 30, 120, 130), outline=COLOR, width=22)
    draw.text((150, 24), text, fill=COLOR, font=ImageFont.load_default(96))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue())


def take_picture(name, content):
    """The first page of a PDF."""
    (PDFS / f"{name}.pdf").write_bytes(content)
    page = pypdfium2.PdfDocument(io.BytesIO(content))[0]
    image = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB")
    image.quantize(COLORS).save(PICTURES / f"{name}.png", optimize=True)


def take_pictures(env):
    for path in (PICTURES, PDFS):
        path.mkdir(parents=True, exist_ok=True)
    papers = Papers(env)
    documents = papers.make_all()
    env, company = papers.env, papers.company
    # Smaller than Odoo prints, so that a page holds the totals as well.
    euro = env.ref("base.paperformat_euro")
    company.write(
        {
            "paperformat_id": euro.copy(SMALL).id,
            "logo": draw_logo(company.name.split()[0]),
            "primary_color": COLOR,
            "font": "Roboto",
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
        }
    )
    server = serve(env)
    env["ir.config_parameter"].set_param(
        "report.url", f"http://127.0.0.1:{server.server_port}"
    )
    for name, document in documents.items():
        # Odoo keeps the label of a tax in the language in which it was read first.
        env.invalidate_all()
        content, _kind = env["ir.actions.report"]._render_qweb_pdf(
            "account.account_invoices", document.ids
        )
        take_picture(name, content)
        if name in ANNEXES:
            take_picture(f"annex_{name}", document._get_billing_annex()["content"])
    server.shutdown()


# Frozen time still runs, else everything is made in the same instant.
with freeze_time(DAY, tick=True):
    take_pictures(env)  # noqa: F821  # given by Odoo's shell
env.cr.rollback()  # noqa: F821
