import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// Long enough to read it and to change one's mind
const UNDO_DELAY = 10000;
// Of what the user sees by then
const SOFT_RELOAD = {type: "ir.actions.client", tag: "soft_reload"};

/**
 * Tells what a button did, with the way back where there is one: what a method of the
 * server returns.
 *
 * @param {Object} env
 * @param {{params: {message: string, undo: Object | undefined}}} action
 */
function tellDone(env, {params: {message, undo}}) {
    const {action, notification, orm} = env.services;
    const options = {type: "success"};
    if (undo) {
        options.autocloseDelay = UNDO_DELAY;
        options.buttons = [
            {
                name: _t("Undo"),
                primary: true,
                onClick: async () => {
                    close();
                    const result = await orm.call(undo.model, undo.method, undo.args);
                    notification.add(_t("Undone"), {type: "info"});
                    const isAction =
                        result && typeof result === "object" && result.type;
                    await action.doAction(isAction ? result : SOFT_RELOAD);
                },
            },
        ];
    }
    const close = notification.add(message, options);
    return {type: "ir.actions.act_window_close"};
}

registry.category("actions").add("billing_done", tellDone);
