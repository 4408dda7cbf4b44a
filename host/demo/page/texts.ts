/** Every English text of the demo's page. */
export const pageTexts = {
  title: 'Passfob demo',
  lead: 'A fob that makes one-time passcodes, the log-in page that takes them, and what its operator sees.',
  skip: 'Skip to',
  fobFacts: (serial: string, board: string, firmware: string) =>
    `Fob ${serial}, board ${board}, firmware ${firmware}, simulated`,
  portFacts: (port: string) => `paired and enrolled over ${port}`,
  stepsHeading: 'Three steps',
  fob: {
    name: 'The fob',
    heading: 'Hold the button',
    text: 'Click it, or press Space on it: the display wakes. Then hold it for a second: it shows a passcode of six digits. A short press goes on to the next entry.',
  },
  login: {
    name: 'The log-in page',
    heading: 'Type the passcode',
    before: 'The user name is ',
    after: '. The passcode is accepted. Go back and type the same one again: now it is refused.',
  },
  operator: {
    name: 'The operator’s pane',
    heading: 'See the alert',
    text: 'The log-in page says no more than “not accepted”. Here the operator sees why: a passcode was used again, whose, of which fob, and from where.',
  },
  done: 'Done',
  doneAloud: (step: number) => `Step ${step} is done.`,
  ended: 'The demo has ended. Start it again with npm start, then open the new address.',
  footer:
    'Three wrong passcodes lock the account for a minute. The three panes are sites of their own; this page only frames them and never sees a passcode.',
} as const;
