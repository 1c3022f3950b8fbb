import {router} from "@web/core/browser/router";
import {SearchModel} from "@web/search/search_model";
import {formatUrl, readUrl} from "./billing_cycle_url";

/**
 * The search of a section: its rows are of a cycle, which is kept where the filters are
 * kept. Another cycle is another search on the same list.
 */
export class BillingCycleSearchModel extends SearchModel {
    async load(config) {
        const {
            billing_cycle_section: section,
            billing_cycle_date: cycleDate,
            billing_cycle_fixed: isFixed = false,
        } = config.context || {};
        this.section = section;
        // A list of its own, such as the invoices that were just created
        this.isFixed = isFixed;
        this.cycleDate = cycleDate || false;
        this.cycleConfig = {};
        const url = this.getNewUrl(config);
        if (section && !isFixed) {
            this.cycleDate =
                config.state?.cycleDate ?? (url ? url.cycle : this.cycleDate);
            // The action of a menu knows no cycle, that of the server has its rows
            if (cycleDate === undefined || this.cycleDate !== (cycleDate || false)) {
                await this.fetchCycle(this.cycleDate);
            }
        }
        await super.load({
            ...config,
            ...this.cycleConfig,
            context: {...config.context, ...this.cycleConfig.context},
        });
        if (url) {
            this.applyUrl(url);
        }
    }

    reload(config = {}) {
        // Whoever has the view rendered anew knows the action, not the cycle
        return super.reload({
            ...config,
            ...this.cycleConfig,
            context: {...config.context, ...this.cycleConfig.context},
        });
    }

    exportState() {
        return {...super.exportState(), cycleDate: this.cycleDate};
    }

    /**
     * @param {string | false} cycleDate ISO date, false for the current cycle
     */
    async openCycle(cycleDate) {
        await this.fetchCycle(cycleDate);
        this.cycleDate = cycleDate;
        await this.reload({
            context: this.globalContext,
            groupBy: this.globalGroupBy,
            orderBy: this.globalOrderBy,
        });
        this.search();
    }

    async fetchCycle(cycleDate) {
        const {domain, context} = await this.orm.call(
            "project.billing.period",
            "get_cycle_action",
            [this.section, cycleDate]
        );
        this.cycleConfig = {domain, context};
    }

    // --------------------------------------------------------------------- URL

    /**
     * @returns {Object | null} what the URL asks for, unless this screen wrote it: who
     *     opens the action again, by its menu, begins anew
     */
    getNewUrl(config) {
        const url =
            config.state || this.isFixed ? null : readUrl(router.current, this.section);
        const {billing_cycle: store} = this.env.services;
        return url && !store.isWritten(this.section, formatUrl(url)) ? url : null;
    }

    /**
     * @returns {Object} keys of the URL
     */
    writeUrl() {
        const active = this.getSearchItems((item) => item.isActive && item.name);
        const names = (...types) =>
            active.filter((item) => types.includes(item.type)).map((item) => item.name);
        const keys = formatUrl({
            cycle: this.cycleDate,
            filters: names("filter"),
            groups: names("groupBy", "dateGroupBy"),
        });
        this.env.services.billing_cycle.setWritten(this.section, keys);
        return keys;
    }

    applyUrl({filters, groups}) {
        const items = this.getSearchItems((item) => item.name);
        for (const name of [...filters, ...groups]) {
            const item = items.find((known) => known.name === name);
            if (!item || item.isActive) {
                continue;
            }
            if (item.type === "dateGroupBy") {
                this.toggleDateGroupBy(item.id);
            } else if (["filter", "groupBy"].includes(item.type)) {
                this.toggleSearchItem(item.id);
            }
        }
    }
}
