/** The sentences of the business settings. */

export const settings = {
  title: "Settings",
  lead: "What holds for the whole business, from the next request on.",
  changedBy: "Changed last by",
  changedOn: (when: string) => `, ${when}.`,
  neverChanged: "Nobody has changed them yet.",
  history: "All changes",
  readOnly: "Only managers change these settings.",

  groups: {
    gifts: "Trial tokens",
    purchases: "Purchases",
    staff: "Staff",
    notices: "Notices",
    gateway: "Bank gateway",
    maintenance: "Maintenance",
  },

  fields: {
    demo_tokens: {
      label: "Trial tokens",
      hint: "What a customer gets with each automation that is added. None at 0.",
    },
    demo_days: {
      label: "Days of the trial",
      hint: "So many days after the automation was added, its trial tokens can no longer be spent.",
    },
    minimum_amount: {
      label: "Smallest purchase",
      hint: "Purchases of less are refused, and packages that cost less are not offered.",
    },
    maximum_amount: { label: "Largest purchase", hint: "Purchases of more are refused." },
    max_open_payments: {
      label: "Open payments at once",
      hint: "How many unfinished payments a customer may have. One more is refused.",
    },
    approval_threshold: {
      label: "Tokens one manager may approve",
      hint: "Corrections of more tokens than this need two managers.",
    },
    low_balance_default: {
      label: "Low balance, in tokens",
      hint: "Customers are warned below it, unless they set a line of their own. 0 warns nobody.",
    },
    gateway_paused: {
      label: "Purchases are paused",
      hint: "Nobody can start a purchase. Those that were started are finished.",
    },
    gateway_message: {
      label: "Why they are paused",
      hint: "For the staff: it stands on the system page. Customers read a fixed sentence.",
    },
    maintenance: {
      label: "Maintenance",
      hint: "Kept for later. It closes nothing and no customer sees it yet.",
    },
    maintenance_message: {
      label: "What customers will read",
      hint: "Kept for later, in Persian. No customer sees it yet.",
    },
  },

  consequences: {
    demo_tokens: "Holds for automations added from now on. Customers keep the tokens they have.",
    demo_days: "Holds for automations added from now on. Trials that run keep their last day.",
    minimum_amount: "Smaller purchases are refused at once.",
    maximum_amount: "Larger purchases are refused at once.",
    max_open_payments: "Payments that are open stay open. It counts when the next one is started.",
    approval_threshold: "Holds for requests made from now on. Open ones keep what they need.",
    low_balance_default: "Holds from the next use of a token on. Customers' own lines stay.",
    gateway_paused: {
      on: "Nobody can start a purchase until somebody turns this off.",
      off: "Customers can buy again at once, unless the bank is away.",
    },
    gateway_message: "The staff reads it on the system page.",
    maintenance: {
      on: "Nothing follows from it yet: the panel stays open.",
      off: "Nothing follows from it.",
    },
    maintenance_message: "Nothing follows from it yet.",
  },

  on: "On",
  off: "Off",
  emptyText: "nothing",
  save: "Save the changes",
  unchanged: "Nothing is changed.",
  confirmTitle: "Save these changes?",
  confirmLead: "They hold from the next request on, for everybody.",
  change: (label: string, before: string, after: string) => `${label}: ${before} → ${after}`,
  saved: "The settings are saved.",
  wholeNumber: (least: string, most: string) => `Write a whole number from ${least} to ${most}.`,
  crossed: "The smallest purchase must not be larger than the largest.",
  textLong: "At most 500 letters.",
  notTaken: "This was not accepted.",
  toman: "toman",
  changedMeanwhile: (who: string) =>
    `${who} has changed the settings since you opened them. Saving changes only what you changed.`,
  somebody: "Somebody",
  startAgain: "Start from theirs",
}
