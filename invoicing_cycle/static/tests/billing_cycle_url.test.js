import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAllTexts, runAllTimers} from "@odoo/hoot-dom";
import {browser} from "@web/core/browser/browser";
import {redirect} from "@web/core/utils/urls";
import {
    contains,
    getFacetTexts,
    getService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {router, startRouter} from "@web/core/browser/router";
import {WebClient} from "@web/webclient/webclient";
import {
    defineInvoicingCycleModels,
    makeAction,
    makeOverview,
} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

const sectionButton = (key) =>
    `.o_billing_cycle_section[data-section=${key}] .o_billing_cycle_section_button`;
const badge = (name) => `.o_billing_cycle_badge[data-filter=${name}]`;

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("project.billing.period", "get_cycle_overview", ({args}) => {
        expect.step(`overview ${args[0]}`);
        return makeOverview({is_current: !args[0], date_from: args[0] || "2026-11-01"});
    });
    onRpc("/web/action/load", async (request) => {
        const {params} = await request.json();
        const section = {
            "invoicing-cycle": "to_invoice",
            "invoicing-cycle-sent": "sent",
        }[params.action_id];
        // As the menu has it: it knows no cycle
        const action = makeAction(section);
        return {...action, context: {billing_cycle_section: section}};
    });
});

function getUrl() {
    return browser.location.pathname + browser.location.search;
}

async function open(path) {
    redirect(path);
    startRouter();
    await mountWithCleanup(WebClient);
    await animationFrame();
    await runAllTimers();
}

test("a section has a path, and what is not asked for is not in it", async () => {
    await open("/odoo/invoicing-cycle");
    expect(getUrl()).toBe("/odoo/invoicing-cycle");
    await contains(sectionButton("sent")).click();
    await runAllTimers();
    expect(getUrl()).toBe("/odoo/invoicing-cycle-sent");
    expect.verifySteps(["overview false", "overview false"]);
});

test("cycle and filters are read from the URL", async () => {
    await open("/odoo/invoicing-cycle?cycle=2026-09-01&filters=ready");
    expect(getFacetTexts()).toEqual(["Ready for invoicing"]);
    expect(".o_data_row").toHaveCount(2);
    expect(getUrl()).toBe("/odoo/invoicing-cycle?cycle=2026-09-01&filters=ready");
    expect.verifySteps(["overview 2026-09-01"]);
});

test("nonsense in the URL is left alone", async () => {
    await open("/odoo/invoicing-cycle?cycle=yesterday&filters=nothing");
    expect(getFacetTexts()).toEqual([]);
    expect(".o_data_row").toHaveCount(3);
    expect.verifySteps(["overview false"]);
});

test("the URL follows the cycle and the filters", async () => {
    await open("/odoo/invoicing-cycle");
    await contains(badge("pending")).click();
    await runAllTimers();
    expect(getUrl()).toBe("/odoo/invoicing-cycle?filters=pending");
    await contains(".o_billing_cycle_previous").click();
    await runAllTimers();
    expect(getUrl()).toBe("/odoo/invoicing-cycle?cycle=2026-10-01&filters=pending");
    expect(getFacetTexts()).toEqual(["Pending"]);
    await contains(".o_billing_cycle_today").click();
    await runAllTimers();
    expect(getUrl()).toBe("/odoo/invoicing-cycle?filters=pending");
    expect.verifySteps([
        "overview false",
        "overview false",
        "overview 2026-10-01",
        "overview false",
    ]);
});

test("a section is searched as the last time, in the cycle that is shown", async () => {
    await open("/odoo/invoicing-cycle");
    await contains(badge("pending")).click();
    await contains(sectionButton("sent")).click();
    expect(getFacetTexts()).toEqual([]);
    await contains(".o_billing_cycle_previous").click();
    await contains(sectionButton("to_invoice")).click();
    await runAllTimers();
    expect(getFacetTexts()).toEqual(["Pending"]);
    expect(getUrl()).toBe("/odoo/invoicing-cycle?cycle=2026-10-01&filters=pending");
    expect.verifySteps([
        "overview false",
        "overview false",
        "overview false",
        "overview 2026-10-01",
        "overview 2026-10-01",
    ]);
});

test("the browser goes back to the section and its search", async () => {
    await open("/odoo/invoicing-cycle");
    await contains(badge("pending")).click();
    await runAllTimers();
    await contains(sectionButton("sent")).click();
    await runAllTimers();
    browser.history.back();
    await animationFrame();
    await runAllTimers();
    expect(getUrl()).toBe("/odoo/invoicing-cycle?filters=pending");
    expect(sectionButton("to_invoice")).toHaveAttribute("aria-current", "page");
    expect(getFacetTexts()).toEqual(["Pending"]);
    expect(queryAllTexts(".o_data_row")).toHaveLength(1);
    expect.verifySteps([
        "overview false",
        "overview false",
        "overview false",
        "overview false",
    ]);
});

test("who opens the menu again begins anew", async () => {
    await open("/odoo/invoicing-cycle?filters=ready");
    await getService("action").doAction("invoicing-cycle", {clearBreadcrumbs: true});
    await animationFrame();
    await runAllTimers();
    expect(getFacetTexts()).toEqual([]);
    expect(router.current.filters).toBe(undefined);
    expect.verifySteps(["overview false", "overview false"]);
});
