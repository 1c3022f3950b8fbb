import {onWillDestroy, useExternalListener} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {useService} from "@web/core/utils/hooks";

// Of many changes in a row, such as those of a run, the screen follows some
const PAUSE = 2000;
// Not all screens at the same moment
const JITTER = 1000;

/**
 * Calls back when somebody has changed something that the screen shows: some time later,
 * and not while nobody looks at it.
 *
 * @param {() => Promise} onNews
 */
export function useBillingNews(onNews) {
    const bus = useService("bus_service");
    let timer = null;
    let isStale = false;

    async function follow() {
        if (document.visibilityState === "hidden") {
            timer = null;
            isStale = true;
            return;
        }
        isStale = false;
        try {
            await onNews();
        } finally {
            timer = null;
            if (isStale) {
                plan();
            }
        }
    }

    function plan() {
        if (timer) {
            isStale = true;
            return;
        }
        timer = browser.setTimeout(follow, PAUSE + Math.random() * JITTER);
    }

    bus.subscribe("billing.cycle", plan);
    useExternalListener(document, "visibilitychange", () => {
        if (isStale && document.visibilityState === "visible") {
            plan();
        }
    });
    onWillDestroy(() => {
        bus.unsubscribe("billing.cycle", plan);
        browser.clearTimeout(timer);
    });
}

/**
 * Reads the rows of a list or kanban anew. What is ticked stays ticked; open groups and
 * the place on the page stay by themselves. Not while a row is being edited.
 *
 * @param {Object} model relational model
 * @returns {Promise<boolean>} whether it was read
 */
export async function reloadRows(model) {
    const before = model.root;
    if (before.editedRecord) {
        return false;
    }
    await model.load();
    // What was ticked until now, while it was read too
    const ticked = new Set((before.selection || []).map((record) => record.resId));
    if (ticked.size) {
        for (const record of model.root.records) {
            if (ticked.has(record.resId)) {
                record.toggleSelection(true);
            }
        }
        if (before.isDomainSelected) {
            model.root.selectDomain(true);
        }
    }
    return true;
}
