/** The sentences of the audit room. */

export const audit = {
  title: "Audit",
  lead: "Who of the staff did what to whom, and what was refused. Nobody can change it.",
  ownArea: "You see what concerns automations, keys and the system, and your own acts.",
  caption: "Audit entries",
  empty: "Nobody has done anything yet.",

  actor: "Actor's number",
  action: "Act",
  actionHint: "Whole, such as settings.edit",
  entity: "Kind of thing",
  entityId: "Its number",

  columns: { at: "When", actor: "Who", action: "Act", entity: "Of what", change: "Change" },
  platform: "Zimmer itself",
  refused: (code: string) => `Refused: ${code}`,
  nothing: "–",
  reason: (reason: string) => `Reason: ${reason}`,
  none: "nothing",

  entities: {
    user: "User",
    automation: "Automation",
    "user-automation": "Copy",
    "openai-key": "OpenAI key",
    "service-token": "Service token",
    payment: "Payment",
    adjustment: "Adjustment",
    ticket: "Ticket",
    settings: "Settings",
    reconciliation: "Report",
    sweep: "Sweep",
    "dead-letters": "Dead letters",
  } as Record<string, string>,
}
