import {onMounted, useComponent, useEffect, useState, useSubEnv} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {useBus, useService} from "@web/core/utils/hooks";
import {useBillingRuns} from "../billing_run/billing_run_hook";
import {useBillingNews} from "./billing_news_hook";

// In ms, between two looks at the numbers of a cycle
const NUMBERS_PAUSE = 60000;

/**
 * Gives a list or kanban controller the overview of its cycle: read beside its rows, and
 * again whenever they may have changed (the view was reloaded, rows came or went). The
 * URL follows the search. The renderer finds it in the environment, as `billingCycle`.
 *
 * @returns {{section: string | undefined, overview: Object | null, reload: Function}}
 */
export function useBillingCycle() {
    const controller = useComponent();
    const orm = useService("orm");
    const store = useService("billing_cycle");
    const keepLast = new KeepLast();
    const keepNumbers = new KeepLast();
    let numbersOf = null;
    let numbersAt = 0;
    const {searchModel} = controller.env;
    const {section} = searchModel;
    const cycle = useState({
        section,
        overview: section ? store.getLast(searchModel.cycleDate) : null,
        numbers: null,
        reload,
    });

    async function reload() {
        if (section) {
            const overview = await keepLast.add(
                orm.call("project.billing.period", "get_cycle_overview", [
                    searchModel.cycleDate,
                ])
            );
            store.remember(overview);
            cycle.overview = overview;
            readNumbers();
        }
    }

    /**
     * After the rest, for another cycle or now and then: they cost more than the head,
     * nobody waits for them, and a phone has no room.
     */
    async function readNumbers() {
        const {cycleDate} = searchModel;
        const now = Date.now();
        const isFresh = numbersOf === cycleDate && now - numbersAt < NUMBERS_PAUSE;
        if (controller.env.isSmall || isFresh) {
            return;
        }
        [numbersOf, numbersAt] = [cycleDate, now];
        cycle.numbers = await keepNumbers.add(
            orm.silent.call("project.billing.period", "get_cycle_numbers", [cycleDate])
        );
    }

    useBillingRuns((progress) => {
        if (!cycle.overview) {
            return;
        }
        const isOver = ["done", "cancelled"].includes(progress.state);
        const others = (cycle.overview.runs || []).filter(
            (run) => run.id !== progress.id
        );
        cycle.overview.runs = isOver ? others : [...others, progress];
        if (isOver) {
            // Its rows have moved on; the overview follows them
            controller.model.load();
        }
    });

    if (section) {
        useBillingNews(async () => {
            // Rows that are read have the overview read too; not while one is edited
            await (controller.model.root.editedRecord
                ? reload()
                : controller.model.load());
        });
    }
    if (section && !searchModel.isFixed) {
        const writeUrl = () =>
            controller.props.updateActionState?.(searchModel.writeUrl());
        onMounted(writeUrl);
        useBus(searchModel, "update", writeUrl);
    }

    reload();
    let wasReady = false;
    useEffect(
        (isReady) => {
            if (wasReady) {
                reload();
            }
            wasReady = isReady;
        },
        () => {
            const {isReady, root} = controller.model;
            return [isReady, root.id, root.isGrouped ? root.recordCount : root.count];
        }
    );
    useSubEnv({billingCycle: cycle});
    return cycle;
}
