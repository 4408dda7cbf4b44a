import { buttonTexts } from 'passfob/button-texts';

/** The help page, and the list of addresses in text. */
export const helpTexts = {
  title: 'Help',
  link: 'Help',
  own: 'Your fobs',
  parts: [
    {
      heading: 'Your fob',
      sentences: [
        `Your fob is a small device with a button that shows passcodes. ${buttonTexts.typePasscode} Each passcode works once.`,
        'It needs no network. If it asks for a PIN, enter it on the fob; nobody at the help desk needs to know it, and nobody will ask you for it.',
        'Have you lost it? Report it on your page at once, or call the help desk.',
      ],
    },
    {
      heading: 'Approving on the fob',
      sentences: [
        'Where the fob is connected to a computer on which the Passfob agent runs, you can approve a log-in on the fob instead of typing a passcode: the fob shows the service, your user name and a number of two digits.',
        `Approve only a log-in that you have just started, and only where the number is the one on your screen. ${buttonTexts.approve} ${buttonTexts.decline} ${buttonTexts.report} Report what you did not start. Where the place that you log in to shows no number, the fob shows none either: then approve only if you have started to log in just now.`,
        `${buttonTexts.pinFirst} If nothing arrives, type a passcode: that always works.`,
      ],
    },
  ],
  network: {
    heading: 'For network staff',
    sentences: [
      'Agents and browsers open connections to this service only, by TLS, and keep a WebSocket open; agents poll where none gets through. Nothing connects to them, and nothing goes through anybody else’s cloud.',
      'Behind a proxy, agents use HTTPS_PROXY and NO_PROXY, or their own setting. The proxy has to allow CONNECT to these hosts, and to keep connections open that are silent for half a minute.',
      'These are all the addresses that have to be let through:',
    ],
    hosts: 'Hosts and ports',
    noHosts: 'The administrator has not set the public address yet.',
    ranges: 'Address ranges',
    noRanges: 'None are published: let the hosts through by name.',
    version: 'Version',
    json: 'The list as JSON',
    text: 'The list as text',
  },
  textHead: (version: string, changed: string) =>
    `# Passfob addresses, version ${version}, changed ${changed}`,
} as const;
