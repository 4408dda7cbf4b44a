/** A page of the navigation: a document of the repository and its short title. */
export interface NavigationPage {
  /** From the root of the repository: `docs/cli.md`. */
  readonly document: string;
  readonly title: string;
}

/** A group of pages under one heading. */
export interface NavigationGroup {
  readonly title: string;
  /** Shown open; the others open with a click, or with one of their pages. */
  readonly isOpen?: boolean;
  readonly pages: readonly NavigationPage[];
}

/** A way into the documents for one kind of reader, shown as a card of the first page. */
export interface Door extends NavigationPage {
  readonly says: string;
}

const page = (document: string, title: string): NavigationPage => ({ document, title });

/** The three doors. */
export const DOORS: readonly Door[] = [
  {
    document: 'docs/start/carry.md',
    title: 'I carry a fob',
    says: 'Set it up, read a passcode, approve a log-in, and what to do when it is lost.',
  },
  {
    document: 'docs/start/it.md',
    title: 'I run IT',
    says: 'Provision fobs, run the service, connect your log-ins, and keep it running.',
  },
  {
    document: 'docs/start/develop.md',
    title: 'I develop',
    says: 'Talk to a fob from your program, test with a simulated one, or change Passfob.',
  },
];

/** Every document of the site, in the order of the side bar. A document that is not there yet is left out. */
export const GROUPS: readonly NavigationGroup[] = [
  {
    title: 'Start',
    isOpen: true,
    pages: [
      page('README.md', 'What Passfob is'),
      page('docs/try.md', 'Try it in a page'),
      ...DOORS,
      page('docs/comparison.md', 'Compared with others'),
      page('docs/upgrading.md', 'Upgrading'),
      page('CHANGELOG.md', 'Changes'),
    ],
  },
  {
    title: 'Fobs',
    isOpen: true,
    pages: [
      page('docs/build-a-fob.md', 'Build a fob'),
      page('docs/first-board.md', 'The first board'),
      page('docs/flashing.md', 'Flash and update'),
      page('docs/screens.md', 'Screens and keys'),
      page('docs/boards.md', 'Boards'),
      page('docs/boards/pico.md', 'Espruino Pico'),
      page('docs/boards/rpi-pico.md', 'Raspberry Pi Pico'),
      page('docs/boards/espruino-wifi.md', 'Espruino WiFi'),
      page('docs/boards/pico-hid.md', 'Espruino Pico as HID'),
      page('docs/boards/banglejs2.md', 'Bangle.js 2'),
      page('docs/boards/bench.md', 'The bench'),
      page('docs/espruino-rpi.md', 'Espruino for Raspberry Pi'),
    ],
  },
  {
    title: 'Provision',
    isOpen: true,
    pages: [
      page('docs/cli.md', 'Command line'),
      page('docs/provisioning.md', 'A tray of fobs'),
      page('docs/care.md', 'Care of fobs'),
      page('docs/formats.md', 'Files of other programs'),
      page('docs/errors.md', 'Errors and exit codes'),
    ],
  },
  {
    title: 'The service',
    isOpen: true,
    pages: [
      page('docs/operations.md', 'Operate it'),
      page('docs/console.md', 'The console'),
      page('docs/activation-page.md', 'Pages for users'),
      page('docs/agent-program.md', 'Approving: the agent'),
      page('docs/push.md', 'Approvals in applications'),
      page('docs/radius.md', 'RADIUS'),
      page('docs/integrations/freeradius.md', 'With FreeRADIUS'),
      page('docs/integrations/openvpn.md', 'With OpenVPN'),
      page('docs/integrations/nginx.md', 'With nginx'),
      page('docs/integrations/pam.md', 'With PAM'),
      page('docs/records.md', 'Alerts, mail, audit'),
    ],
  },
  {
    title: 'Develop',
    pages: [
      page('docs/api.md', 'The HTTP API'),
      page('docs/protocol.md', 'The protocol'),
      page('docs/carrier.md', 'Relays on the wire'),
      page('docs/simulator.md', 'The simulator'),
      page('docs/scenarios.md', 'Scenarios, control, traces'),
      page('docs/virtual-board.md', 'The virtual board'),
      page('CONTRIBUTING.md', 'Contribute'),
      page('docs/contribute/tests.md', 'Tests and made files'),
      page('docs/contribute/documents.md', 'Documents and the site'),
      page('docs/contribute/command.md', 'Add a command'),
      page('docs/contribute/view.md', 'Add a view'),
      page('docs/contribute/route.md', 'Add a route'),
      page('docs/contribute/format.md', 'Add a format'),
      page('docs/add-a-board.md', 'Add a board'),
      page('docs/contribute/chip.md', 'Add a chip'),
      page('docs/contribute/language.md', 'Add a language'),
      page('docs/contribute/migration.md', 'Add a migration'),
      page('docs/contribute/inliner.md', 'The inliner'),
      page('docs/architecture.md', 'Architecture'),
      page('docs/design-notes.md', 'Design notes'),
      page('docs/dependencies.md', 'Dependencies'),
      page('docs/releasing.md', 'Releasing'),
      page('docs/performance.md', 'Performance'),
      page('docs/capacity.md', 'How far one machine goes'),
      page('test/unit/wire/README.md', 'Bytes of the wire'),
    ],
  },
  {
    title: 'Security',
    pages: [
      page('SECURITY.md', 'Report a vulnerability'),
      page('docs/threat-model.md', 'Threat model'),
      page('docs/asvs.md', 'Against OWASP ASVS'),
    ],
  },
];

/** The libraries whose types the reference describes: the name in `@module`, declarations, title, purpose. */
export const LIBRARIES = [
  {
    page: 'client',
    types: 'host/dist/client/index.d.ts',
    title: 'passfob/client',
    says: 'a client for a fob, over any transport',
  },
  {
    page: 'client/browser',
    types: 'host/dist/client/browser.d.ts',
    title: 'passfob/browser',
    says: 'the same client over Web Serial and WebHID',
  },
  {
    page: 'protocol',
    types: 'host/dist/protocol.d.ts',
    title: 'passfob/protocol',
    says: 'commands, codes and layouts of the wire',
  },
  {
    page: 'simulator',
    types: 'host/dist/simulator.d.ts',
    title: 'passfob/simulator',
    says: 'a simulated fob that runs the firmware, for tests',
  },
  {
    page: 'emulator',
    types: 'emulator/dist/index.d.ts',
    title: '@passfob/emulator',
    says: "a microcontroller that runs Espruino's own firmware",
  },
] as const;

/** Returns the short title of a document of the site. */
export function titleOf(document: string): string | undefined {
  return GROUPS.flatMap(({ pages }) => pages).find(one => one.document === document)?.title;
}

/** The document that a page of the site is made from has this path there; `undefined` for what is no page. */
export function pageOf(document: string): string | undefined {
  if (!GROUPS.some(({ pages }) => pages.some(one => one.document === document))) return undefined;
  if (document.startsWith('docs/')) return document.slice('docs/'.length);
  return `project/${document
    .toLowerCase()
    .replace(/\/readme\.md$/, '.md')
    .replaceAll('/', '-')}`;
}

/** Returns the address of a document's page on the site, without the ending `.html`. */
export const linkOf = (document: string): string => `/${(pageOf(document) ?? '').replace(/\.md$/, '')}`;

/** Words with which a subject of the HTTP API begins, where their capital letters are not those of a sentence. */
const SPELLINGS: Readonly<Record<string, string>> = { Api: 'API', Pins: 'PINs', Radius: 'RADIUS' };

/** Returns the title of a subject of the HTTP API: a tag of its description, such as `api-keys`. */
export function subjectOf(tag: string): string {
  const [first = '', ...others] = tag.split('-');
  const begin = first.charAt(0).toUpperCase() + first.slice(1);
  return [SPELLINGS[begin] ?? begin, ...others].join(' ');
}
