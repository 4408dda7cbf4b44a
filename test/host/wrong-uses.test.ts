import { readArguments } from 'passfob/cli/arguments';
import { type CommandHelp, helpAt, placeholder } from 'passfob/cli/command-help';
import { commandTable } from 'passfob/cli/table';
import { expect, it } from 'vitest';
import { failure } from './kit/failure.ts';

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
      const error = await failure(readArguments([...path, ...args], {}));
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
    expect((await failure(readArguments(args, {}))).message).toBe(`${args.at(-2)} takes a number.`);
  const { message } = await failure(readArguments(['move', 'alice', 'up'], {}));
  expect(message).toBe('<position> takes a number.');
});

async function asked(...args: string[]): Promise<object> {
  const parsed = await readArguments(args, {});
  if ('help' in parsed) throw new Error('a help was read');
  return { command: parsed.invocation.command, ...parsed.invocation.asked };
}

it('words after -- are arguments, whatever they look like', async () => {
  expect(await asked('code', '--', 'Gitea')).toMatchObject({ account: 'Gitea', all: false });
  expect(await asked('code', '--', '--all')).toMatchObject({ account: '--all', all: false });
  expect(await asked('remove', '--yes', '--', 'true')).toMatchObject({ account: 'true', yes: true });
  expect(await asked('move', '--', '-x', '2')).toMatchObject({ account: '-x', position: 2 });
  expect(await asked('import', '--only', 'a', '--', '-b', '--c')).toMatchObject({
    source: { files: ['-b', '--c'], only: ['a'] },
  });
  expect(await asked('--', 'list')).toMatchObject({ command: 'list' });
  expect((await failure(readArguments(['code', 'a', '--', 'b'], {}))).message).toBe(
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
    expect((await failure(readArguments(['erase', given], {}))).kind, given).toBe('usage');
});

it('options that are missing, or exclude each other, are named', async () => {
  expect((await failure(readArguments(['service', 'status'], {}))).message).toBe(
    'passfob service status needs --url.',
  );
  expect((await failure(readArguments(['handover', 'give', 'PF-7Q'], {}))).message).toBe(
    'passfob handover give needs --out.',
  );
  const { message } = await failure(readArguments(['list', '--device', 'a', '--port', 'b'], {}));
  expect(message).toBe('--device and --port exclude each other.');
  expect((await failure(readArguments(['list', '-d'], {}))).message).toBe('-d needs a value.');
});
