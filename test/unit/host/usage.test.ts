import { readArguments } from 'passfob/cli/arguments';
import { type CommandHelp, helpAt, placeholder } from 'passfob/cli/command-help';
import { commandTable } from 'passfob/cli/table';
import type { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { failure } from './kit/failure.ts';
import { asked, passfobHere } from './kit/terminal.ts';

const refusal = (args: readonly string[]): Promise<FobError> => failure(readArguments(args, {}));

it.each([
  [['lst'], 'Did you mean: passfob list? Otherwise run: passfob --help'],
  [['enrol', '--generate'], 'Did you mean: passfob enroll? Otherwise run: passfob --help'],
  [['--port', 'COM3', 'lsit'], 'Did you mean: passfob list? Otherwise run: passfob --help'],
  [
    ['inventory', 'shwo', 'x'],
    'Did you mean: passfob inventory show? Otherwise run: passfob inventory --help',
  ],
  [['frobnicate'], 'Run: passfob --help'],
  [['list', '--prot', 'COM3'], 'Did you mean --port? Run: passfob list --help'],
  [['enroll', '--frobnicate'], 'Run: passfob enroll --help'],
  [['enroll', '--generate'], 'Run: passfob enroll --help'],
  [['pin', 'policy', '1234'], 'Run: passfob pin policy --help'],
  [['pin', 'policy', '--digits', '3'], 'Run: passfob pin policy --help'],
  [['inventory'], 'Run: passfob inventory --help'],
  [['move', 'alice', 'up'], 'Write: passfob move <account> <position>. Run: passfob move --help'],
  [['code', 'alice', '--all'], 'Write: passfob code [account]. Run: passfob code --help'],
])('%j is answered with the intended command, or its help', async (args, next) => {
  expect((await refusal(args)).next).toBe(next);
});

it.each([
  [['inventory', 'list', '--port', 'COM3'], '--port'],
  [['inventory', 'show', 'PF-7Q4M-K2XZ', '--dry-run'], '--dry-run'],
  [['handover', 'take', 'file', '--fob', 'PF-7Q4M-K2XZ', '--trace'], '--fob, --trace'],
  [['doctor', '--fob', 'PF-7Q4M-K2XZ'], '--fob'],
  [['agent', 'status', '--device', 'COM3'], '--device'],
  [['service', 'status', '--url', 'https://otp.example.org', '--port', '1'], '--port'],
  [['serve', '--trace'], '--trace'],
])('%j names a common option that the command does not use', async (args, options) => {
  const error = await refusal(args);
  expect(error.kind).toBe('usage');
  expect(error.message).toBe(`This command does not take ${options}.`);
});

const said = async (...args: string[]) => (await passfobHere(args)).stdout;

it('the help recommends one of the options that choose a fob', async () => {
  const help = (await said('list', '--help')).replace(/\s+/g, ' ');
  expect(help).toMatch(/--device which fob \(use this one\)/);
  expect(help.match(/which --device takes as well/g)).toHaveLength(2);
});

it('the command line knows -h, -V, -v and version', async () => {
  const version = await said('--version');
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const word of ['-V', '-v', 'version']) expect(await said(word)).toBe(version);
  expect(await readArguments(['list', '--version'], {})).toEqual({ help: version.trimEnd() });
  expect(await readArguments(['pin', '-h'], {})).toEqual(await readArguments(['pin', '--help'], {}));
  expect(await readArguments(['pin', '-h'], {})).toHaveProperty(
    'help',
    expect.stringContaining('passfob pin'),
  );
});

it('letters stand for options, alone, together and with a value behind them', async () => {
  const read = (...args: string[]) => asked(args);
  expect(await read('erase', '-y', '-p', 'COM3')).toEqual(await read('erase', '--yes', '--port', 'COM3'));
  expect(await read('-p=COM3', 'erase', '-yn')).toEqual(
    await read('erase', '--yes', '--dry-run', '--port', 'COM3'),
  );
  expect(await read('list', '-d', 'PF-7Q4M-K2XZ')).toEqual(await read('list', '-s', 'PF-7Q4M-K2XZ'));
  const made = await read('enroll', '-g', '-i', 'Example', '-l', 'alice', '-o', 'f', '--plain-seeds');
  expect(made).toMatchObject({ source: { issuer: 'Example', label: 'alice' }, out: { path: 'f' } });
  expect((await refusal(['list', '-z'])).message).toBe('passfob list does not know the option -z.');
  expect((await refusal(['list', '-p', 'a', '-p', 'b'])).message).toBe('--port can be given only once.');
});

it('an error is JSON after -j too, alone or among other letters', async () => {
  for (const args of [
    ['lst', '-j'],
    ['-nj', 'lst'],
    ['lst', '--json'],
  ]) {
    expect(JSON.parse(await said(...args))).toMatchObject({ ok: false, error: { kind: 'usage' } });
  }
});

it('no error repeats a mistyped command or option, which may be a password', async () => {
  for (const args of [['lst'], ['pin', 'polcy'], ['list', '--correct-horse-battery-staple']]) {
    const { message, next } = await refusal(args);
    expect(`${message} ${next}`).not.toMatch(/lst|polcy|horse/);
  }
});

it('a secret on the command line is called exposed, as a key URI is, and not repeated', async () => {
  const error = await refusal(['enroll', '--secret', 'GEZDGNBVGY3TQOJQ', '--label', 'alice']);
  expect(error.next).toBe(
    'Treat it as exposed. Then pipe in a new one with: passfob enroll --secret - --label NAME',
  );
  expect(error.message).toMatch(/^A secret on the command line can be read by every program/);
  expect(error.message + error.next).not.toContain('GEZDG');
});

interface WrongUse {
  readonly args: readonly string[];
  /** What the error says, with the option or argument at fault. */
  readonly says: string;
}

/** Options that have a meaning without a value. */
const OPTIONAL_VALUES = ['export-days', 'radius'];

/** @param tried options that were tried with another command */
function wrongUsesOf(path: readonly string[], help: CommandHelp, tried: Set<string>): WrongUse[] {
  const passfob = ['passfob', ...path].join(' ');
  const demanded = help.arguments.filter(({ isDemanded }) => isDemanded);
  const words = demanded.map(one => one.choices[0] ?? '1');
  const uses: WrongUse[] = [];
  for (const { name, letter, isValued, choices } of help.allOptions) {
    const says = `--${name} takes no value but true or false.`;
    if (!isValued) uses.push({ args: [`--${name}=yes`], says });
    if (!isValued && letter !== undefined) uses.push({ args: [`-${letter}=1`], says });
    if (choices.length > 0)
      uses.push({ args: [...words, `--${name}`, 'x'], says: `--${name} takes one of ` });
    else if (isValued && !tried.has(name))
      uses.push({ args: [...words, `--${name}`], says: `--${name} needs a value.` });
    tried.add(name);
  }
  const unknown = `${passfob} does not know the option --frobnicate.`;
  uses.push({ args: [...words, '--frobnicate'], says: unknown });
  if (demanded.length > 0)
    uses.push({ args: [], says: `${passfob} needs ${demanded.map(placeholder).join(' ')}.` });
  for (const argument of help.arguments.slice(0, 1))
    if (argument.choices.length > 0)
      uses.push({ args: Array(demanded.length).fill('x'), says: `${placeholder(argument)} takes one of ` });
  if (help.commands.length === 0 && !help.arguments.some(({ isRepeated }) => isRepeated)) {
    const words = help.arguments.map(({ choices: [first = '1'] }) => first);
    const takes = help.arguments.length === 0 ? 'no words' : help.arguments.map(placeholder).join(' ');
    uses.push({ args: [...words, 'frobnicate'], says: `${passfob} takes ${takes}` });
  }
  return uses;
}

it('each wrong use of each command names the option or argument at fault, and shows the right line', async () => {
  let count = 0;
  const tried = new Set(OPTIONAL_VALUES);
  for (const { name, runs, takeOver } of await commandTable()) {
    if (!runs || takeOver !== undefined) continue;
    const path = name.split(' ');
    const help = await helpAt(path);
    const form = ['passfob', ...path, ...help.arguments.map(placeholder)].join(' ');
    for (const { args, says } of wrongUsesOf(path, help, tried)) {
      const error = await refusal([...path, ...args]);
      const use = [...path, ...args].join(' ');
      expect(error.kind, use).toBe('usage');
      expect(error.message, use).toContain(says);
      const line = help.arguments.length === 0 ? '' : `Write: ${form}. `;
      expect(error.next, use).toBe(`${line}Run: passfob ${name} --help`);
      count++;
    }
  }
  expect(count).toBeGreaterThan(400);
});

it('a value of a number that is none names its option', async () => {
  for (const args of [
    ['enroll', '--generate', '--digits', 'abc'],
    ['import', 'file', '--period', 'x'],
    ['doctor', '--board', '--seconds', 'soon'],
    ['service', 'restore', 'file', '--counter-gap', 'x'],
  ])
    expect((await refusal(args)).message).toBe(`${args.at(-2)} takes a number.`);
  const { message } = await refusal(['move', 'alice', 'up']);
  expect(message).toBe('<position> takes a number.');
});

it('words after -- are arguments, whatever they look like', async () => {
  expect(await asked(['code', '--', 'Gitea'])).toMatchObject({ account: 'Gitea', all: false });
  expect(await asked(['code', '--', '--all'])).toMatchObject({ account: '--all', all: false });
  expect(await asked(['remove', '--yes', '--', 'true'])).toMatchObject({ account: 'true', yes: true });
  expect(await asked(['move', '--', '-x', '2'])).toMatchObject({ account: '-x', position: 2 });
  expect(await asked(['import', '--only', 'a', '--', '-b', '--c'])).toMatchObject({
    source: { files: ['-b', '--c'], only: ['a'] },
  });
  expect(await asked(['--', 'list'])).toMatchObject({ command: 'list' });
  expect((await refusal(['code', 'a', '--', 'b'])).message).toBe(
    'passfob code takes [account] and no further words.',
  );
});

it('true and false are values of an option that takes none, in both of its names', async () => {
  const dryRun = async (...args: string[]) => {
    const parsed = await readArguments(['erase', ...args], {});
    return 'invocation' in parsed && parsed.invocation.choice.wire?.isDryRun === true;
  };
  for (const given of ['-n', '--dry-run', '--dry-run=true', '--dryRun=true', '-n=true', '-yn=true'])
    expect(await dryRun(given), given).toBe(true);
  for (const given of ['--dry-run=false', '--no-dry-run', '-n=false'])
    expect(await dryRun(given), given).toBe(false);
  for (const given of [
    '--dry-run=',
    '--dry-run=TRUE',
    '-n1',
    '-n=',
    '--dryRun=1',
    '-yn=1',
    '--dry-run.x=1',
    '--no-dry-run=1',
    '--port.x=a',
  ])
    expect((await refusal(['erase', given])).kind, given).toBe('usage');
});

it('options that are missing, or exclude each other, are named', async () => {
  expect((await refusal(['service', 'status'])).message).toBe('passfob service status needs --url.');
  expect((await refusal(['handover', 'give', 'PF-7Q'])).message).toBe('passfob handover give needs --out.');
  const { message } = await refusal(['list', '--device', 'a', '--port', 'b']);
  expect(message).toBe('--device and --port exclude each other.');
  expect((await refusal(['list', '-d'])).message).toBe('-d needs a value.');
});
