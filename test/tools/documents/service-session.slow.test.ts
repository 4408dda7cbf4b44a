import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPlan } from 'passfob/batch/plan';
import { expect, it } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { ran, started } from '../../kit/started.ts';
import { itNeeds } from '../../kit/tools.ts';
import { blocksOfKind, commandsOf, type DocumentedBlock } from './documented.ts';

const needsProgram = needsBuilt('host/dist/program/cli/main.js', 'service/dist/program/cli/index.js');

type Computer = ReturnType<typeof computer>;

/** A folder with `passfob` on the path, and the service folder of the documents. */
function computer(): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const folder = temporaryFolder('documents');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // npm makes the program executable where it installs it.
  const program = `#!/bin/sh\nexec "${process.execPath}" "${built('host/bin/passfob.js')}" "$@"\n`;
  writeFileSync(join(bin, 'passfob'), program, { mode: 0o755 });
  const { PASSFOB_DEBUG: _, ...inherited } = process.env;
  const folders = { PASSFOB_HOME: join(folder, 'inventory'), PASSFOB_SERVICE_DIR: join(folder, 'service') };
  return { folder, env: { ...inherited, ...folders, PATH: `${bin}:${inherited.PATH}` } };
}

/** Commands that ask the person at the terminal first: nobody sits at the test's. */
const ASKING = /^passfob service application-key\b/;

/** Runs a command line to its end. Output holds secrets, so that only the exit code leaves. */
function exitCodeOf(command: string, { folder, env }: Computer): Promise<number | null> {
  const agreed = ASKING.test(command) ? `${command} --yes` : command;
  return ran('sh', ['-c', agreed], { cwd: folder, env }).then(({ code }) => code);
}

/** Starts a command line that does not end by itself, on a free port, and returns its output up to the administrator's link. */
async function serving(command: string, { folder, env }: Computer): Promise<string[]> {
  // The shell becomes the program, so that the signal reaches it.
  const run = started('sh', ['-c', `exec ${command} --port 0`], { cwd: folder, env, endsBy: 'SIGTERM' });
  const { input } = await run.until(/key=pfo_.*\n/);
  return input.trimEnd().split('\n').map(withoutPlace);
}

/** Replaces what differs between two computers. */
function withoutPlace(line: string): string {
  return line
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:PORT')
    .replace(/key=pfo_.*/, 'key=KEY')
    .replace(/ \/\S+\/service /, ' /PATH/service ');
}

/** The lines of output that a block shows below its command. */
function expectedLines({ text }: DocumentedBlock): string[] {
  return text
    .split('\n')
    .filter(line => !line.startsWith('$ '))
    .map(withoutPlace);
}

itNeeds(
  needsProgram,
  'the commands of a service run in the order of the documents, and its backup is restored',
  async () => {
    const here = computer();
    // The first block starts the service; those of other documents follow while it runs.
    const blocks = blocksOfKind('service').sort(
      (one, other) =>
        Number(other.text.startsWith('$ passfob serve')) - Number(one.text.startsWith('$ passfob serve')),
    );
    const [start, ...others] = blocks;
    if (start === undefined) throw new Error('no document starts a service');
    expect(await serving(commandsOf(start)[0] ?? '', here)).toEqual(expectedLines(start));
    const codes: [string, number | null][] = [];
    for (const block of others)
      for (const command of commandsOf(block))
        codes.push([`${block.path}: ${command}`, await exitCodeOf(command, here)]);
    expect(codes.length).toBeGreaterThan(6);
    expect(codes.filter(([, code]) => code !== 0)).toEqual([]);

    for (const block of blocksOfKind('restored service')) {
      mkdirSync(join(here.folder, 'new-folder'), { mode: 0o700 });
      cpSync(join(here.folder, 'service', 'service.key'), join(here.folder, 'new-folder', 'service.key'));
      const commands = commandsOf(block);
      const serve = commands.pop() ?? '';
      for (const command of commands)
        expect([command, await exitCodeOf(command, here)]).toEqual([command, 0]);
      expect((await serving(serve, here)).at(-1)).toBe('http://127.0.0.1:PORT/operator/enter?key=KEY');
    }
  },
);

itNeeds(
  needsProgram,
  'the configuration files of the documents are accepted by passfob service config',
  async () => {
    const here = computer();
    const blocks = blocksOfKind('service.json');
    for (const { text, title } of blocks) {
      mkdirSync(join(here.folder, 'service'), { recursive: true });
      writeFileSync(join(here.folder, 'service', 'passfob-service.json'), text);
      expect([title, await exitCodeOf('passfob service config', here)]).toEqual([title, 0]);
    }
    writeFileSync(join(here.folder, 'service', 'passfob-service.json'), '{"hots":"0.0.0.0"}');
    expect(await exitCodeOf('passfob service config', here)).toBe(18);
  },
);

it.each(blocksOfKind('plan').map(block => [block.title, block] as const))(
  'the plan is one that passfob batch reads: %s',
  async (_, { text }) => {
    const { folder } = computer();
    const path = join(folder, 'PLAN.csv');
    writeFileSync(path, `${text}\n`);
    const { rows } = await readPlan(path);
    expect(rows).toHaveLength(text.split('\n').length - 1);
  },
);
