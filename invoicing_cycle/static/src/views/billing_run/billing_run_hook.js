import {onWillDestroy} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

/**
 * Calls back with the progress of each of the user's runs, as the server tells it.
 *
 * @param {(progress: {id: number, label: string, state: string, total: number,
 *     done: number, failed: number}) => void} onProgress
 */
export function useBillingRuns(onProgress) {
    const bus = useService("bus_service");
    bus.subscribe("billing.run", onProgress);
    onWillDestroy(() => bus.unsubscribe("billing.run", onProgress));
}
