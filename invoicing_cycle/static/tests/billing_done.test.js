import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-dom";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {WebClient} from "@web/webclient/webclient";
import {defineInvoicingCycleModels} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

beforeEach(() => {
    onRpc("project.billing.period", "take_back", ({args}) => {
        expect.step(`undo ${args.join(" ")}`);
        return true;
    });
});

async function tell(params) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction(
        {type: "ir.actions.client", tag: "billing_done", params},
        {onClose: () => expect.step("closed")}
    );
    await animationFrame();
}

test("what was done is told, and the rows under it are read anew", async () => {
    await tell({message: "3 marked as sent"});
    expect(".o_notification_content").toHaveText("3 marked as sent");
    expect(".o_notification button:contains(Undo)").toHaveCount(0);
    expect.verifySteps(["closed"]);
});

test("it is taken back by one click", async () => {
    await tell({
        message: "3 marked as sent",
        undo: {
            model: "project.billing.period",
            method: "take_back",
            args: [[1, 2], "at once"],
        },
    });
    await contains(".o_notification button:contains(Undo)").click();
    await animationFrame();
    expect.verifySteps(["closed", "undo 1,2 at once"]);
    expect(".o_notification_content").toHaveText("Undone");
});
