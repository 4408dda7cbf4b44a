import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { helpAt } from 'passfob/cli/command-help';
import { COMPLETED_NAMES, completions } from 'passfob/cli/completion';
import { completionScript } from 'passfob/cli/completion-scripts';
import { commandTable } from 'passfob/cli/table';
import { openInventory } from 'passfob/inventory/inventory';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds, tool } from '../../kit/tools.ts';
import { addFob } from './kit/inventory-rows.ts';
import { cliMain, needsBuild } from './kit/simulated-fob.ts';

/** The last label would run a program if a shell evaluated it. */
const ACCOUNTS = ['alice@example.org', 'it\'s "me"', '$(touch $HOME/evaluated)`touch $HOME/evaluated`'];
const FOBS = [
  ['PF-7Q4M-K2XZ', 'Ada Lovelace'],
  ['PF-EPS6-2222', null],
  ['PF-QPZR-Y9X8', 'Grace'],
] as const;

const home = temporaryFolder('test', afterAll);
beforeAll(async () => {
  const inventory = openInventory(home);
  for (const [place, [serial, holder]] of FOBS.entries())
    await addFob(inventory, { serial, holder, label: ACCOUNTS[place] ?? '' });
  await inventory.close();
  for (const file of ['accounts.csv', 'report.csv']) writeFileSync(join(home, file), '');
});

/** The completions of the last word. */
async function offered(...words: string[]): Promise<string[]> {
  return (await completions(words, { PASSFOB_HOME: home })).map(({ value }) => value);
}

it.each([
  [[''], ['devices', 'pair', 'inventory', 'handover', 'completion']],
  [['inv'], ['inventory']],
  [
    ['inventory', ''],
    ['list', 'show', 'assign', 'unassign', 'backup', 'restore', 'rekey'],
  ],
  [
    ['inventory', 're'],
    ['restore', 'rekey'],
  ],
  [['clock', '--se'], ['--set']],
  [['clock', '--set', '--ea'], ['--each']],
  [
    ['pin', 'policy', '--typing', ''],
    ['never', 'allowed', 'enter'],
  ],
  [['completion', 'z'], ['zsh']],
])('completion of %j offers the fitting words', async (words, expected) => {
  expect(await offered(...words)).toEqual(expect.arrayContaining(expected));
});

it('completion offers nothing where nothing fits', async () => {
  expect(await offered('inventory', 'nothing-like-it')).toEqual([]);
  expect(await offered('--typing', '')).not.toContain('never');
  expect(await offered('enroll', '--digits', '')).toEqual([]);
});

it('completion offers only options that the command takes', async () => {
  const general = ['--help', '--version', '--json'];
  const options = async (...command: string[]) => (await offered(...command, '--')).sort();
  expect(await options('inventory', 'show')).toEqual([...general].sort());
  expect(await options('inventory', 'rekey')).toEqual([...general, '--dry-run'].sort());
  expect(await options('service', 'status')).toEqual([...general, '--url', '--ca'].sort());
  const ofDoctor = ['--device', '--port', '--udev-rules', '--board', '--seconds', '--no-press', '--report'];
  expect(await options('doctor')).toEqual([...general, ...ofDoctor].sort());
  expect(await options('completion')).toEqual([...general].sort());
  expect(await options('list')).toEqual(expect.arrayContaining(['--device', '--trace', '--dry-run']));
});

it('completion offers no option of a fob for a command about the inventory, the service or the agent', async () => {
  for (const group of ['inventory', 'handover', 'service', 'agent']) {
    for (const { value: command } of (await helpAt([group])).commands) {
      const { options } = await helpAt([group, command]);
      expect(
        options.filter(({ name }) => ['device', 'fob', 'trace'].includes(name)),
        `${group} ${command}`,
      ).toEqual([]);
    }
  }
});

it('serials and holders are offered where a fob is named, each with what the inventory knows', async () => {
  expect(await offered('inventory', 'show', '')).toEqual([
    ...FOBS.map(([serial]) => serial),
    'Ada Lovelace',
    'Grace',
  ]);
  expect(await offered('handover', 'give', 'PF-7Q4M-K2XZ', 'PF-E')).toEqual(['PF-EPS6-2222']);
  expect(await offered('list', '-d', 'Ad')).toEqual(['Ada Lovelace']);
  expect(await offered('list', '--fob=PF-7')).toEqual(['--fob=PF-7Q4M-K2XZ']);
  expect(await completions(['list', '-s', 'PF-7'], { PASSFOB_HOME: home })).toEqual([
    { value: 'PF-7Q4M-K2XZ', about: 'Ada Lovelace, 1 account' },
  ]);
});

it('accounts are offered by their whole names, by their labels once typed, and of the chosen fob alone', async () => {
  expect(await offered('code', '')).toEqual(ACCOUNTS.map(label => `Example:${label}`));
  expect(await offered('code', 'al')).toEqual(['alice@example.org']);
  expect(await offered('remove', '--fob', 'PF-7Q4M-K2XZ', '')).toEqual(['Example:alice@example.org']);
  expect(await offered('move', 'alice@example.org', '')).toEqual([]);
});

it('names are not offered for the service, and there are none without an inventory', async () => {
  expect(await offered('service', 'config', '--port', '')).toEqual([]);
  expect(await completions(['code', ''], { PASSFOB_HOME: join(home, 'absent') })).toEqual([]);
  expect(existsSync(join(home, 'absent'))).toBe(false);
});

it('every name that is completed is an argument or option of some command', async () => {
  const names = new Set<string>();
  for (const { name, takeOver } of await commandTable()) {
    if (takeOver !== undefined) continue;
    const help = await helpAt(name.split(' '));
    for (const one of [...help.options, ...help.arguments]) names.add(one.name);
  }
  expect(COMPLETED_NAMES.filter(name => !names.has(name))).toEqual([]);
});

/** Runs a script of a shell in a folder with two files, with the inventory above. */
async function inShell(shell: string, args: readonly string[], script: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(shell, [...args, script], {
    cwd: home,
    env: { ...process.env, HOME: home, PASSFOB_HOME: home },
  });
  expect(existsSync(join(home, 'evaluated')), 'a label was evaluated').toBe(false);
  return stdout.split('\n').filter(line => line !== '');
}

const needsShell = (name: string) => ({
  name: `${name} and the build`,
  found: (needsBuild.found && tool(name)) || undefined,
});

const quoted = `'${process.execPath}' '${cliMain}'`;

itNeeds(needsShell('bash'), 'bash completes by its script, quotes names and evaluates none', async bash => {
  const script = [
    `passfob() { ${quoted} "$@"; }`,
    completionScript('bash'),
    `try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _passfob; printf '%s\\n' "\${COMPREPLY[*]}"; }`,
    'IFS="|"',
    'try passfob inventory re',
    // Readline breaks words at colons and equal signs.
    "try passfob code 'Example' : al",
    "try passfob code 'Example' : it",
    "try passfob code '\"Example:'",
    'try passfob list --fob = PF-7',
    "try passfob list -d 'Ada\\ L'",
    'try passfob code Example',
    'try passfob import acc',
  ].join('\n');
  expect(await inShell(bash, ['--norc', '--noprofile', '-c'], script)).toEqual([
    'restore|rekey',
    'alice@example.org',
    'it\\\'s\\ \\"me\\"',
    'Example:alice@example.org',
    'PF-7Q4M-K2XZ',
    'Ada\\ Lovelace',
    expect.stringMatching(/^Example:alice@example\.org\|Example:it.*\|Example:\\\$\\\(touch/),
  ]);
});

itNeeds(
  needsShell('fish'),
  'fish completes by its script: commands, names, and files where none fits',
  async fish => {
    const script = [
      `function passfob; ${quoted} $argv; end`,
      completionScript('fish'),
      "complete -C 'passfob inventory re'",
      `complete -C 'passfob code "Example:a'`,
      "complete -C 'passfob import acc'",
    ].join('\n');
    expect(await inShell(fish, ['--no-config', '-c'], script)).toEqual([
      'rekey\tencrypt everything with a new key and delete the old key',
      'restore\trestore a backup, encrypted with a new key',
      'Example:alice@example.org\tPF-7Q4M-K2XZ',
      'accounts.csv',
    ]);
  },
);

itNeeds(
  needsShell('zsh'),
  'zsh completes by its script: commands, names, and files where none fits',
  async zsh => {
    const script = [
      `passfob() { ${quoted} "$@" }`,
      // In place of the parts that need a terminal.
      'compdef() { : }',
      `compadd() { print -r -- "\${(j:|:)\${@[5,-1]}}" }`,
      '_files() { print files }',
      completionScript('zsh'),
      'try() { words=("$@"); CURRENT=$#words; PREFIX="$words[-1]"; _passfob }',
      'try passfob inventory re',
      "try passfob code 'Example:al'",
      "try passfob list -d 'Ada\\ L'",
      'try passfob code Example',
      'try passfob import acc',
    ].join('\n');
    expect(await inShell(zsh, ['-f', '-c'], script)).toEqual([
      'restore|rekey',
      'Example:alice@example.org',
      'Ada Lovelace',
      ACCOUNTS.map(label => `Example:${label}`).join('|'),
      'files',
    ]);
  },
);
