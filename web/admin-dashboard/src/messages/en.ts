/** The sentences of the dashboard's frame. Each feature has its own beside these. */

export const en = {
  brand: "Zimmer",
  dashboard: "Zimmer staff",
  pageTitle: (title: string) => `${title} · Zimmer staff`,
  skipToContent: "Skip to the content",

  nav: {
    label: "Sections",
    open: "Open the sections",
    close: "Close the sections",
    home: "Home",
    users: "Users",
    automations: "Automations",
    payments: "Payments",
    adjustments: "Token adjustments",
    tickets: "Tickets",
    settings: "Settings",
    audit: "Audit",
    system: "System",
    me: "Me",
    account: "Me: your account",
    ownPage: "Your account",
    signOut: "Sign out",
    theme: "Appearance",
    themes: { system: "Like the device", light: "Light", dark: "Dark" },
  },

  roles: { customer: "Customer", support: "Support", technical: "Technical", manager: "Manager" },

  common: {
    loading: "Loading",
    retry: "Try again",
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    copied: "Copied",
    copy: (what: string) => `Copy ${what}`,
    requestNumber: "Request number",
    requestNumberCopy: "Copy the request number",
    unreachableTitle: "Zimmer cannot be reached",
    messages: "Messages",
    optional: "optional",
    none: "–",
    yes: "Yes",
    no: "No",
    platform: "Zimmer itself",
  },

  list: {
    search: "Search",
    all: "All",
    clear: "Clear the filters",
    more: "Show more",
    end: "That is all of them.",
    csv: "Download CSV",
    downloading: "Preparing the file",
    nothing: "Nothing matches these filters.",
    from: "From",
    to: "To",
    back: "Back to the list",
  },

  notAllowed: {
    title: "Not for your role",
    lead: (role: string) =>
      `This page is not part of what the role ${role} does. A manager can change your role.`,
    home: "Go to the home page",
  },

  notFound: {
    title: "There is no such page",
    lead: "The address may be mistyped, or the page may have moved.",
    home: "Go to the home page",
  },

  account: {
    title: "Sign in",
    heading: "Zimmer staff",
    lead: "Sign in with your staff account.",
    email: "E-mail",
    password: "Password",
    showPassword: "Show the password",
    hidePassword: "Hide the password",
    emailWrong: "Write a whole e-mail address, such as name@example.com.",
    passwordMissing: "Write your password.",
    signIn: "Sign in",
    signingIn: "Signing in",
    alreadyIn: (name: string) => `You are signed in as ${name}.`,
    goOn: "Go on to the dashboard",
    codeLead: "The password was right. Now a code of your authenticator.",
  },
}
