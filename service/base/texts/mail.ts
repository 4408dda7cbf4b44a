import { buttonTexts } from 'passfob/button-texts';

/** Mail to users: all its texts, and those that operators read about it. */
export const mailTexts = {
  subjects: {
    activation: (service: string) => `Activate your fob for ${service}`,
    reminder: (service: string) => `Reminder: activate your fob for ${service}`,
    activated: (service: string) => `Your fob for ${service} is active`,
    expired: (service: string) => `Your activation for ${service} has expired`,
    test: (service: string) => `Test mail of ${service}`,
  },
  greeting: (name: string) => `Hello ${name},`,
  leads: {
    activation: (service: string, user: string) =>
      `you can now activate a fob for your account ${user} at ${service}. The fob then shows passcodes for this account. Activate it once, in three steps:`,
    reminder: (service: string, user: string) =>
      `you have not activated the fob for your account ${user} at ${service} yet.`,
    activated: (service: string, user: string) =>
      `the fob for your account ${user} at ${service} is active. ${buttonTexts.showPasscode} Each passcode works once.`,
    expired: (service: string, user: string) =>
      `the activation of a fob for your account ${user} at ${service} was not used in time and has ended. Nothing was changed. If you still want to activate a fob, ask for a new mail.`,
    test: (service: string) => `this mail shows that ${service} can send mail to its users.`,
  },
  lookFor: (moment: string) =>
    `The link and the steps are in a mail that was sent to you on ${moment}. This one holds no link. If you cannot find that mail, ask for a new one.`,
  steps: [
    {
      title: 'Plug in your fob',
      picture: 'A fob with a screen and a button, on a cable to a computer.',
    },
    {
      title: 'Open the link on that computer',
      picture: 'A browser window with an address and a button to go on.',
    },
    {
      title: 'Hold the button of the fob for a second when the page says so',
      picture: 'A fob whose screen shows a passcode in large digits; its button is being held.',
    },
  ],
  plugIn: {
    reserved: (fob: string) => `Use the fob ${fob}, which is reserved for you, and its USB cable.`,
    owned: 'Use the fob that you were given, and its USB cable.',
    blank:
      'Use the fob that you were given, or a new one, and its USB cable. A new one says that it has no owner yet. Do not run the command that it shows: the next step does everything.',
  },
  open: 'In Chrome, Edge or another browser that can talk to USB devices:',
  hold: 'First the fob asks whether to send a passcode. After you hold the button, the page says that your fob is active.',
  /** In front of `hold` if the user may have a blank fob. */
  pairingCode: 'If the fob shows a pairing code, type that code into the page first.',
  otherwise: {
    title: 'Without the link',
    text: 'On the command line, run the following and paste this activation string when you are asked. The page of the link takes it, too. Spaces, line breaks and capital letters do not matter.',
  },
  command: 'passfob activate',
  warning:
    'The link and the activation string are for you alone: do not give them to anyone, not even to the help desk. All programs on a computer share the clipboard: copy the string only where you trust them, and copy something else afterwards.',
  expires: (moment: string) => `The link and the string work once, until ${moment}.`,
  fob: (serial: string, name: string | null) => (name === null ? serial : `${name} (${serial})`),
  activeFob: (fob: string) => `Your fob: ${fob}.`,
  lost: 'If you lose it, tell the help desk at once.',
  unexpected: (contact: string) =>
    `If you did not expect this mail, or if something does not work, ask ${contact}.`,
  helpDesk: 'your help desk',
  signature: (service: string, url: string) => `${service}, ${url}`,
  /** Why a mail was not sent, for other reasons than the mail server. */
  reasons: {
    replaced: 'replaced or withdrawn',
    expired: 'expired before it was sent',
    restored: 'restored from a backup',
    unreadable: 'this key file does not decrypt its text',
  },
} as const;

/** Refusals of this area. */
export const mailRefusals = {
  bad_mail_server: [400, 'The mail server is not complete, or one of its fields is out of range.'],
  bad_mail_password: [400, 'The password at the mail server is missing, empty or too long.'],
  no_mail_server: [409, 'There is no mail server in the settings. Enter one first.'],
  mail_failed: [502, 'The test mail was not sent. Check the server, its certificate and the password.'],
  unknown_mail: [404, 'No mail of this service matches this notification.'],
  mail_destroyed: [409, 'The text of this mail is deleted, or the mail did not go to the local outbox.'],
  bad_bounce: [422, 'This is not a delivery status notification (RFC 3464).'],
} as const;
