import { helpAt } from 'passfob/cli/command-help';
import { commandTable } from 'passfob/cli/table';
import { tableOf } from '../../tidy/tables.ts';
import { type MadePart, quoted } from './part.ts';

/** Pages and sections that say more about a command. */
const PAGES: Readonly<Record<string, string>> = {
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

/** A row for each command: its words, what it does, its own options. @throws for a page of a command that does not exist */
async function commandsTable(): Promise<string> {
  const optionsOf = async (path: readonly string[]) => (await helpAt(path)).options;
  const common = (await optionsOf([])).map(({ name }) => name);
  const ofService = (await optionsOf(['serve'])).map(({ name }) => name);
  const commands = await commandTable();
  const lost = Object.keys(PAGES).filter(page => !commands.some(({ name }) => name === page));
  if (lost.length > 0) throw new Error(`no command has the page of ${lost.join(', ')}`);
  const rows: string[][] = [];
  for (const { name, words, describe, runs, takeOver } of commands) {
    if (!runs) continue;
    const shared = name.startsWith('service ') ? [...common, ...ofService] : common;
    const options = takeOver === undefined ? await optionsOf(name.split(' ')) : [];
    const own = options
      .filter(option => !shared.includes(option.name))
      .map(({ name: option, letter }) => `\`${letter === undefined ? '' : `-${letter} `}--${option}\``);
    const page = PAGES[name];
    const more = page === undefined ? '' : ` ([more](${page}))`;
    rows.push([`\`passfob ${words}\``, `${describe}${more}`, own.join(', ')]);
  }
  return tableOf(['command', 'what it does', 'options of its own'], rows);
}

/** The fields of each command's JSON; commands with the same fields share a row. */
async function jsonTable(): Promise<string> {
  const names = new Map<string, string[]>();
  for (const { name, json } of await commandTable())
    if (json !== undefined) names.set(json, [...(names.get(json) ?? []), name]);
  return tableOf(
    ['command', 'fields'],
    [...names].map(([json, same]) => [quoted(same), json]),
  );
}

export const cliParts: readonly MadePart[] = [
  { name: 'commands', make: commandsTable },
  { name: 'command-json', make: jsonTable },
];
