import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-dom";
import {
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {WebClient} from "@web/webclient/webclient";
import {defineInvoicingCycleModels} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

async function open(billing_result) {
    await getService("action").doAction({
        type: "ir.actions.act_window",
        name: billing_result ? "Invoices created" : "Invoicing",
        res_model: "project.billing.period",
        views: [[false, "list"]],
        context: billing_result ? {billing_result} : {},
    });
    await animationFrame();
}

async function mountScreen() {
    onRpc("has_group", () => true);
    mockService("notification", {
        add(message, {title = "", type}) {
            const text = `${message}`
                .replace(/<\/li><li>/g, "; ")
                .replace(/<.*?>/g, "");
            expect.step([type, `${title}`, text].filter(Boolean).join(" | "));
            return () => {};
        },
    });
    await mountWithCleanup(WebClient);
    await open();
}

test("a run that made all tells how many, once", async () => {
    await mountScreen();
    await open({made: [1, 2], skipped: [], failed: []});
    expect.verifySteps(["success | 2 invoices created"]);
    await open();
    await getService("action").restore(
        getService("action").currentController.config.breadcrumbs.at(-2).jsId
    );
    await animationFrame();
    expect.verifySteps([]);
});

test("what was left out is told with its reasons", async () => {
    await mountScreen();
    await open({
        made: [1],
        skipped: [[7, "Museum is pending."]],
        failed: [[8, "No address."]],
    });
    expect.verifySteps([
        "danger | 1 invoice created, 2 left out | No address.; Museum is pending.",
    ]);
    expect(".o_last_breadcrumb_item").toHaveText("Invoices created");
});

test("a run that made nothing stays where it was started", async () => {
    await mountScreen();
    await open({made: [], skipped: [[7, "Museum is pending."]], failed: []});
    expect.verifySteps(["warning | No invoice was created | Museum is pending."]);
    await animationFrame();
    expect(".o_last_breadcrumb_item").toHaveText("Invoicing");
});

test("a long list of reasons is cut", async () => {
    await mountScreen();
    const failed = [...Array(12).keys()].map((index) => [index, `Reason ${index}`]);
    await open({made: [1], skipped: [], failed});
    const shown = failed.slice(0, 8).map(([, reason]) => reason);
    expect.verifySteps([
        [
            "danger",
            "1 invoice created, 12 left out",
            [...shown, "… and 4 more"].join("; "),
        ].join(" | "),
    ]);
});

test("names in reasons are text, never markup", async () => {
    await mountScreen();
    await open({made: [1], skipped: [[7, "<b>Museum</b> is pending."]], failed: []});
    expect.verifySteps([
        "warning | 1 invoice created, 1 left out | &lt;b&gt;Museum&lt;/b&gt; is pending.",
    ]);
});
