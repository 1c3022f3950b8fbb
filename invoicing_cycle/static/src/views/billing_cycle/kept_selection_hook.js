/**
 * Keeps what is ticked when the same rows are read again, as after an action on them:
 * what is created is confirmed next, and then sent.
 *
 * @param {Object} model relational model of a list
 * @param {boolean} [tickAll] whether all rows are ticked when they are first shown
 */
export function useKeptSelection(model, tickAll = false) {
    const {onWillLoadRoot, onRootLoaded} = model.hooks;
    const getKey = ({domain, groupBy, offset}) =>
        JSON.stringify([domain, groupBy, offset]);
    let before = null;

    model.hooks.onWillLoadRoot = (config) => {
        onWillLoadRoot(config);
        const isSame = model.isReady && getKey(config) === getKey(model.config);
        before = isSame ? model.root : null;
    };

    model.hooks.onRootLoaded = async (root) => {
        await onRootLoaded(root);
        if (tickAll) {
            tickAll = false;
            tick(root, () => true, root.count > root.records.length);
        } else if (before && before !== root) {
            // Also what was ticked while they were read
            const ids = new Set((before.selection || []).map(({resId}) => resId));
            tick(root, ({resId}) => ids.has(resId), before.isDomainSelected);
        }
        before = null;
    };
}

function tick(root, isTicked, isAll) {
    const records = root.records.filter(isTicked);
    for (const record of records) {
        record.toggleSelection(true);
    }
    if (isAll && records.length) {
        root.selectDomain(true);
    }
}
