import {onWillDestroy, useExternalListener} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {ConnectionLostError} from "@web/core/network/rpc";
import {useService} from "@web/core/utils/hooks";

// Of many changes in a row, such as those of a run, the screen follows some
const PAUSE = 2000;
// Not all screens at the same moment
const JITTER = 1000;
// A run tells something every few seconds, for many minutes, to everybody
const REST = 15000;

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
    let last = 0;

    async function follow() {
        if (document.visibilityState === "hidden") {
            timer = null;
            isStale = true;
            return;
        }
        isStale = false;
        try {
            await onNews();
        } catch (error) {
            // Nobody asked for it: the next word, or the next click, does
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        } finally {
            last = Date.now();
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
        const rest = Math.max(last + REST - Date.now(), 0);
        timer = browser.setTimeout(
            follow,
            Math.max(PAUSE, rest) + Math.random() * JITTER
        );
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
