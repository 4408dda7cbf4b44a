import { helpAt } from 'passfob/cli/command-help';
import { commandTable } from 'passfob/cli/table';

/** The document with the table of commands, which `npm run docs` makes from their definitions. */
export const COMMANDS_DOCUMENT = 'docs/cli.md';

const BEGIN = '<!-- command-table -->';
const END = '<!-- /command-table -->';

/** Pages and sections that say more about a command. */
export const PAGES: Readonly<Record<string, string>> = {
  activate: '#activating',
  agent: 'agent-program.md',
  batch: 'provisioning.md',
  code: '#passcodes',
  doctor: '#the-self-test-of-a-board',
  enroll: '#enrolling',
  flash: 'flashing.md',
  'handover give': '#the-inventory',
  import: '#importing',
  'inventory list': '#the-inventory',
  'pin policy': '#the-pin',
  rename: '#names-of-accounts',
  serve: 'operations.md',
  'service bounce': 'records.md#mail-to-users',
  'service radius-client': 'radius.md',
};

/** Returns a row for each command: its words, what it does, its own options. */
async function commandRows(): Promise<string[]> {
  const optionsOf = async (path: readonly string[]) => (await helpAt(path)).options;
  const common = (await optionsOf([])).map(({ name }) => name);
  const ofService = (await optionsOf(['serve'])).map(({ name }) => name);
  const rows: string[] = [];
  for (const { name, words, describe, runs, takeOver } of await commandTable()) {
    if (!runs) continue;
    const shared = name.startsWith('service ') ? [...common, ...ofService] : common;
    const options = takeOver === undefined ? await optionsOf(name.split(' ')) : [];
    const own = options
      .filter(option => !shared.includes(option.name))
      .map(({ name: option, letter }) => `\`${letter === undefined ? '' : `-${letter} `}--${option}\``);
    const page = PAGES[name];
    const more = page === undefined ? '' : ` ([more](${page}))`;
    rows.push(`| \`passfob ${words.replaceAll('|', '\\|')}\` | ${describe}${more} | ${own.join(', ')} |`);
  }
  return rows;
}

/** Returns the document with the table as the definitions give it. @throws without the two markers */
export async function withCommandTable(document: string): Promise<string> {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`${COMMANDS_DOCUMENT} has no ${BEGIN} … ${END}`);
  const heading = ['| command | what it does | options of its own |', '|---|---|---|'];
  return [before, BEGIN, '\n\n', [...heading, ...(await commandRows())].join('\n'), '\n\n', END, after].join(
    '',
  );
}
