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
        'It needs no network. If it asks for a PIN, enter it on the fob. The help desk does not need your PIN and never asks for it.',
        'Have you lost it? Report it on your page at once, or call the help desk.',
      ],
    },
    {
      heading: 'Approving on the fob',
      sentences: [
        'If the fob is connected to a computer that runs the Passfob agent, you can approve a log-in on the fob instead of typing a passcode. The fob shows the service, your user name and a number of two digits.',
        `Approve only a log-in that you have just started, and only if the fob shows the number on your screen. ${buttonTexts.approve} ${buttonTexts.decline} ${buttonTexts.report} Report a log-in that you did not start. If the log-in page shows no number, the fob shows none either: approve only if you have just started to log in.`,
        `${buttonTexts.pinFirst} If nothing arrives, type a passcode: that always works.`,
      ],
    },
  ],
  network: {
    heading: 'For network staff',
    sentences: [
      'Agents and browsers connect to this service only, by TLS, and keep a WebSocket open. An agent polls if no WebSocket gets through. Nothing connects to them, and no third party’s cloud is involved.',
      'Behind a proxy, agents use HTTPS_PROXY and NO_PROXY, or their own setting. The proxy must allow CONNECT to these hosts, and must keep connections open that are idle for 30 seconds.',
      'Allow connections to these addresses. No others are needed:',
    ],
    hosts: 'Hosts and ports',
    noHosts: 'The administrator has not set the public address yet.',
    ranges: 'Address ranges',
    noRanges: 'None are published: allow the hosts by name.',
    version: 'Version',
    json: 'The list as JSON',
    text: 'The list as text',
  },
  textHead: (version: string, changed: string) =>
    `# Passfob addresses, version ${version}, changed ${changed}`,
} as const;
