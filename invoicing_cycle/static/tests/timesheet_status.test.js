import {expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {TimesheetStatus} from "@invoicing_cycle/components/timesheet_status/timesheet_status";

defineMailModels();

async function mountStatus(status) {
    onRpc("hr.employee", "get_my_timesheet_status", () => status);
    await mountWithCleanup(TimesheetStatus);
}

test("tells up to which day time is locked and complete", async () => {
    await mountStatus({
        locked_until: "2026-02-28",
        complete_until: "2026-03-02",
        empty_days: 2,
    });
    expect(".o_timesheet_status_locked").toHaveText("Locked until 02/28/2026");
    expect(".o_timesheet_status_complete").toHaveText("Complete until 03/02/2026");
    expect(".o_timesheet_status_missing").toHaveText("2 working days without time");
});

test("never locked, nothing missing", async () => {
    await mountStatus({
        locked_until: false,
        complete_until: "2026-03-10",
        empty_days: 0,
    });
    expect(".o_timesheet_status_locked").toHaveText("Never locked");
    expect(".o_timesheet_status_missing").toHaveCount(0);
});

test("nothing for a user without an employee", async () => {
    await mountStatus(false);
    expect(".o_timesheet_status").toHaveCount(0);
});
