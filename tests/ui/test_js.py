import logging
import re
from pathlib import Path

from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools.misc import file_path

SUITE = "@invoicing_cycle"


def _job_id(name):
    """The id by which hoot selects a suite: a 32 bit hash of its name.

    :param str name: full name of a suite or test
    :return: eight hexadecimal digits
    """
    value = 0
    for char in name:
        value = ((value << 5) - value + ord(char)) & 0xFFFFFFFF
    return f"{value:08x}"


@tagged("post_install", "-at_install", "browser")
class TestJs(HttpCase):
    """Runs our own hoot tests, on a desktop and on a phone.

    An id that hoot does not know runs the whole of Odoo's tests, and one that selects
    nothing succeeds too: so what was run is compared with what is written.
    """

    def _run_suite(self, preset, browser_size, touch):
        """Run the suite and give the names of the tests that passed."""
        self.browser_size = browser_size
        self.touch_enabled = touch
        tag = "" if preset == "desktop" else "&tag=-headless"
        # The number: Odoo gives the name INFO to a higher level as well
        with self.assertLogs(self._logger.name, logging.INFO) as logs:
            try:
                self.browser_js(
                    f"/web/tests?headless&loglevel=2&preset={preset}{tag}&timeout=15000"
                    f"&id={_job_id(SUITE)}",
                    "",
                    "",
                    login="admin",
                    timeout=180,
                    success_signal="[HOOT] Test suite succeeded",
                    error_checker=lambda message: "[HOOT]" not in message,
                )
            except AssertionError as error:
                told = [text for text in logs.output if " failed" in text]
                raise AssertionError("\n".join(told)) from error
        passed = re.findall(r'Test "(.+?)" passed \(', "\n".join(logs.output))
        self.assertTrue(passed, f"no test was run on {preset}")
        foreign = [name for name in passed if not name.startswith(f"{SUITE}/")]
        self.assertFalse(foreign, "only our own tests are to be run")
        return set(passed)

    def _get_written_tests(self):
        """Titles of all tests in the files of the suite."""
        folder = Path(file_path("invoicing_cycle/static/tests"))
        return {
            title
            for path in folder.glob("*.test.js")
            for title in re.findall(
                r'^\s*test\(\s*"((?:[^"\\]|\\.)+)"', path.read_text(), re.MULTILINE
            )
        }

    @no_retry
    def test_hoot(self):
        passed = self._run_suite("desktop", "1366x768", touch=False)
        passed |= self._run_suite("mobile", "375x667", touch=True)
        missed = {
            title
            for title in self._get_written_tests()
            if not any(name.endswith(f"/{title}") for name in passed)
        }
        self.assertFalse(missed, "tests that neither desktop nor phone ran")
