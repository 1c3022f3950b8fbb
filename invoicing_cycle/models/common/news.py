"""Screens that are open hear that something has changed, and read it anew."""

#: Where a transaction remembers that it has told.
TOLD = "invoicing_cycle.told"


def tell_screens(env):
    """Have the open screens read anew, once this transaction is stored.

    Once in a transaction, and without what has changed: whoever hears it asks with
    their own rights.
    """
    data = env.cr.precommit.data
    if data.get(TOLD):
        return
    data[TOLD] = True
    # sudo: the word goes to all who may see the screen, whoever has changed something
    group = env.ref("invoicing_cycle.group_invoicing_cycle_user").sudo()
    group._bus_send("billing.cycle", {})
