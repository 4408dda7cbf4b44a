import { EXIT_CODES } from './base/exit-codes.ts';
import { helpOf } from './command-line.ts';
import { commandTable } from './table.ts';

/** Returns the manual page passfob(1), in the macros of man(7), from the same texts as `--help`. */
export async function manPage(): Promise<string> {
  const top = await helpOf([]);
  const parts = [
    '.TH PASSFOB 1',
    '.SH NAME',
    'passfob \\- provisions and manages one-time-password fobs',
    '.SH SYNOPSIS',
    '.B passfob',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...(await commandsOf(top)),
    '.SH COMMON OPTIONS',
    'A command takes some of them; its \\-\\-help lists them.',
    ...optionLines(top),
    '.SH EXIT STATUS',
    ...Object.values(EXIT_CODES).flatMap(({ code, meaning }) => entry(String(code), meaning)),
    '.SH ENVIRONMENT',
    ...entry('PASSFOB_HOME', 'Folder of the inventory.'),
    ...entry('PASSFOB_PORT', 'Where the fob is, in place of --port.'),
    ...entry('PASSFOB_SERVICE_…', 'Settings of the service, named in docs/operations.md.'),
    ...entry('PASSFOB_DEBUG', 'Prints the place in the code with an internal error.'),
    '.SH FILES',
    ...entry(
      'inventory.db, inventory.key',
      'The data of this owner about its fobs, and the key that encrypts the data.',
    ),
  ];
  return `${parts.join('\n')}\n`;
}

async function commandsOf(top: string): Promise<string[]> {
  const lines: string[] = [];
  // Compared with their descriptions, because --port of a service differs from --port of a fob.
  const general = new Set(optionsIn(top).map(String));
  for (const { name, words, describe, runs, takeOver } of await commandTable()) {
    if (!runs) continue;
    // A command run by another program documents itself in its own help.
    const help = takeOver === undefined ? await helpOf(name.split(' ')) : '';
    lines.push(...entry(words, describe), ...ownOptions(help, general));
  }
  return lines;
}

function ownOptions(help: string, general: ReadonlySet<string>): string[] {
  const own = optionsIn(help).filter(option => !general.has(String(option)));
  if (own.length === 0) return [];
  return ['.RS', ...own.flatMap(([option, description]) => entry(option, description)), '.RE'];
}

function optionLines(help: string): string[] {
  return optionsIn(help).flatMap(([option, description]) => entry(option, description));
}

function optionsIn(help: string): [string, string][] {
  return [...help.matchAll(/^\s+((?:-\w, )?--[\w-]+) {2,}(\S.*)$/gm)].map(([, name = '', said = '']) => [
    name,
    said.replace(/\s+/g, ' ').replace(/ \[(?:string|number|boolean)\]/, ''),
  ]);
}

function entry(term: string, text: string): string[] {
  return ['.TP', `.B ${escaped(term)}`, escaped(text)];
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
