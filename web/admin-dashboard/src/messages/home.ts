/** The sentences of the first page. */

export const home = {
  title: "Home",
  hello: (name: string) => `Hello, ${name}`,
  range: "Range",
  ranges: { today: "Today", "7d": "7 days", "30d": "30 days" },
  asOf: (time: string) => `As of ${time}, Tehran`,

  newCustomers: "New customers",
  activeCustomers: "Active customers",
  tokensUsed: "Tokens used",
  revenue: "Revenue this month",
  openTickets: "Open tickets",
  before: {
    today: (value: string) => `${value} yesterday`,
    "7d": (value: string) => `${value} in the 7 days before`,
    "30d": (value: string) => `${value} in the 30 days before`,
  },
  lastMonth: (value: string) => `${value} in the whole month before`,
  stood: (value: string) => `${value} when the range began`,

  attention: "Needs attention",
  calm: "Nothing needs you now.",
  review: (number: string) => `Payments in review: ${number}`,
  reviewLead: "Payments about which two managers have to decide.",
  unknown: (number: string) => `Payments with an unknown outcome: ${number}`,
  unknownLead: "The bank has not said how they ended. The sweep asks again by itself.",
  uncredited: (number: string) => `Payments paid and not credited: ${number}`,
  uncreditedLead: "Paid payments whose tokens are on their way.",
  deadLetters: (number: string) => `Dead letters: ${number}`,
  deadLettersLead: "Messages that failed too often. Look at the reason, then put them back.",
  deadLettersUnknown: "The queue does not answer",
  deadLettersUnknownLead: "So nobody knows whether there are dead letters.",
  waiting: (number: string) => `Tickets that wait for an answer: ${number}`,
  waitingLead: "Longest waiting first.",

  revenueChart: "Revenue by day",
  revenueOf: "Revenue",
  tokensChart: "Tokens by day",
  day: "Day",
  used: "Used",
  sold: "Sold",

  top: "Most used automations",
  automation: "Automation",
  noUse: "No automation has used tokens in this range.",
}
