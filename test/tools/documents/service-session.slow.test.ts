import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readPlan } from 'passfob/batch/plan';
import { expect, it, onTestFinished } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { blocksOfKind, commandsOf, type DocumentedBlock } from './documented.ts';

const needsProgram = needsBuilt('host/dist/cli/main.js', 'service/dist/cli/index.js');

/** A folder with `passfob` on the path, and the service folder of the documents. */
interface Computer {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

function computer(): Computer {
  const folder = temporaryFolder('documents');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // npm makes the program executable where it installs it.
  const program = `#!/bin/sh\nexec "${process.execPath}" "${built('host/bin/passfob.js')}" "$@"\n`;
  writeFileSync(join(bin, 'passfob'), program, { mode: 0o755 });
  const { PASSFOB_DEBUG: _, ...inherited } = process.env;
  return {
    folder,
    env: {
      ...inherited,
      PATH: `${bin}:${inherited.PATH}`,
      PASSFOB_HOME: join(folder, 'inventory'),
      PASSFOB_SERVICE_DIR: join(folder, 'service'),
    },
  };
}

/** Commands that ask the person at the terminal first: nobody sits at the test's. */
const ASKING = /^passfob service application-key\b/;

/** Runs a command line to its end. Output holds secrets, so that only the exit code leaves. */
function exitCodeOf(command: string, { folder, env }: Computer): Promise<number | null> {
  const agreed = ASKING.test(command) ? `${command} --yes` : command;
  const child = spawn('sh', ['-c', agreed], { cwd: folder, env, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** Starts a command line that does not end by itself, on a free port, and returns its output up to the administrator's link. */
async function started(command: string, { folder, env }: Computer): Promise<string[]> {
  // The shell becomes the program, so that the signal reaches it.
  const child = spawn('sh', ['-c', `exec ${command} --port 0`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => ended(child));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(withoutPlace(line));
    if (line.includes('key=pfo_')) break;
  }
  return lines;
}

/** Replaces what differs between two computers. */
function withoutPlace(line: string): string {
  return line
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:PORT')
    .replace(/key=pfo_.*/, 'key=KEY')
    .replace(/ \/\S+\/service /, ' /PATH/service ');
}

function ended(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  return child.kill() ? closed : Promise.resolve();
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
    expect(await started(commandsOf(start)[0] ?? '', here)).toEqual(expectedLines(start));
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
      expect((await started(serve, here)).at(-1)).toBe('http://127.0.0.1:PORT/operator/enter?key=KEY');
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
