/** Every English text of the demo's page. */
export const pageTexts = {
  title: 'Passfob demo',
  lead: 'A fob, an application to log in to, the administrator’s console, and the user’s mail.',
  skip: 'Skip to',
  fobFacts: (serial: string, board: string, firmware: string) =>
    `Fob ${serial}, board ${board}, firmware ${firmware}, simulated,`,
  portFacts: (port: string) => `enrolled by its user over ${port}.`,
  stepsHeading: 'Four steps',
  fob: {
    name: 'The fob',
    pressed: {
      heading: 'Hold the button',
      text: (user: string) =>
        `The button is on the picture: click it, or use the space bar. Press the button until the fob shows “${user}”. Then hold the button for a second: a passcode appears. The entry “push” is for step 3.`,
    },
  },
  login: {
    name: 'The log-in page',
    /** The name of the example application. */
    application: 'Example application',
    refused: {
      heading: 'Type the passcode',
      before: 'The user name is ',
      after: '. The passcode is accepted. Log out, and type the same one again: it is refused.',
    },
    approved: {
      heading: 'Or select Autosend',
      text: 'With the user name alone. If the fob shows the same user and number, hold its button for a second.',
    },
  },
  operator: {
    name: 'The administrator’s console',
    enter: 'Enter the console',
    alertShown: {
      heading: 'See the alert',
      text: (button: string) =>
        `Select “${button}”. The log-in page says no more than “not accepted”. The alert in the console says why: a passcode was used again, whose, of which fob, and from where.`,
      /** The words of the button on the service's page. */
      button: 'Sign in with this link',
    },
  },
  outbox: {
    name: 'The user’s mail',
    heading: 'How the user got her fob',
    text: (address: string) =>
      `The service’s messages to ${address}. No mail server is set, so they stay here. The first message held an activation, which enrolled the fob when the demo began. That message is gone, because its link is used up.`,
    none: 'There are no messages.',
    to: 'To',
    sent: 'Sent',
  },
  done: 'Done',
  doneAloud: (step: number) => `Step ${step} is done.`,
  ended: 'The demo has ended. Start it again with npm start, then open the new address.',
  footer:
    'Three wrong passcodes lock the account for a minute. The panes are sites of their own; this page only frames them and never sees a passcode.',
} as const;
