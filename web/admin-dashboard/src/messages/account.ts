/** The sentences of one's own account: the second step of a sign-in, the second factor, invitations, sign-ins. */

export const code = {
  authenticator: {
    label: "Code of your authenticator",
    hint: "The six digits your phone shows now. Each code works once.",
    short: "The code has six digits.",
    other: "I do not have my phone",
  },
  recovery: {
    label: "Recovery code",
    hint: "One of the ten codes you kept when you set up your authenticator. Each works once.",
    short: "A recovery code has ten letters and digits.",
    other: "I have my phone",
  },
  submit: "Sign in",
  busy: "Signing in",
  back: "Begin again",
}

export const stepUp = {
  title: "Confirm with a code",
  lead: "This touches money, roles, keys or settings. The code covers the next five minutes.",
  label: code.authenticator.label,
  hint: code.authenticator.hint,
  short: code.authenticator.short,
  confirm: "Confirm",
}

export const enrol = {
  title: "Set up your authenticator",
  lead: "Staff sign in with a second factor: six digits of an app on your phone, such as Aegis, Google Authenticator or 1Password.",
  scan: "Scan this with the app",
  scanAlt: "A QR code for your authenticator app",
  type: "Or type this key into it",
  copyKey: "Copy the key",
  openApp: "Open it in an app on this device",
  confirm: "Then write the six digits it shows",
  submit: "Switch it on",
  gone: "This page begins at the sign-in. Sign in once more to set up your authenticator.",
  signIn: "Go to the sign-in",
}

export const recovery = {
  title: "Keep your recovery codes",
  lead: "Each of them lets you in once when your phone is gone. They are shown now and never again: print them, or keep them in a password manager.",
  list: "Recovery codes",
  copy: "Copy all codes",
  save: "Save as a file",
  file: "zimmer-recovery-codes.txt",
  fileHead: (email: string) => `Zimmer recovery codes of ${email}, each works once:`,
  kept: "I have kept them",
}

export const invitation = {
  title: "Join Zimmer's staff",
  lead: "Choose a password. Then you set up an authenticator on your phone.",
  name: "Your name",
  nameMissing: "Write your name.",
  password: "Password",
  passwordHint: "At least 12 characters; a short sentence makes a good password.",
  passwordShort: "At least 12 characters.",
  passwordLong: "At most 128 characters.",
  accept: "Join",
  accepting: "Joining",
  gone: "This link has been used or is too old, or a part of it is missing. Ask the manager who invited you for a new one.",
  signIn: "I have an account: sign in",
}

export const me = {
  title: "Your account",
  facts: "You",
  name: "Name",
  email: "E-mail",
  role: "Role",
  since: "Since",
  twofa: "Second factor",
  twofaLead:
    "A code of your authenticator is asked for when you sign in, and before money, roles, keys or settings are touched.",
  twofaOff: "You have no second factor. On this machine the dashboard lets you do without.",
  setUp: "Set up an authenticator",
  replace: "Take another phone",
  replaceLead: "You need your password and a code of the phone you have, or a recovery code.",
  anew: "New recovery codes",
  anewLead: "The ones you have stop working.",
  password: "Your password",
  passwordMissing: "Write your password.",
  oldCode: "Code of the phone you have, or a recovery code",
  oldCodeShort: "Six digits, or the ten signs of a recovery code.",
  next: "Next",
  makeCodes: "Make new codes",
  replaced: "The new authenticator is on. You were signed out everywhere else.",
  passwordTitle: "Password",
  newPassword: "New password",
  newPasswordHint: "At least 12 characters; a short sentence makes a good password.",
  newPasswordShort: "At least 12 characters.",
  newPasswordCommon: "Many people use this one, or it is made of your name. Choose another.",
  passwordLead: "You stay signed in here and are signed out everywhere else.",
  changePassword: "Change the password",
  currentPassword: "The password you have",
  savePassword: "Save the new password",
  passwordChanged: "The new password is saved.",
  sessions: "Where you are signed in",
  sessionsLead: "End what you do not know, and then choose another password.",
  here: "this window",
  panels: { user: "Customers' panel", admin: "Dashboard" },
  unknownPlace: "unknown address",
  unknownBrowser: "Unknown browser",
  lastUsed: (when: string) => `Last used ${when}`,
  end: "Sign out there",
  ended: "That window is signed out.",
  endAll: "Sign out everywhere",
  endAllLead: "You are signed out here too, and in the customers' panel.",
}
