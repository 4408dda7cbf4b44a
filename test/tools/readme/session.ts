import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulatorControl } from '@passfob/demo/play/control';
import { readPairingCode } from '@passfob/demo/play/person';
import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { ran, started } from '../../kit/started.ts';
import type { Block } from './blocks.ts';
import { onTerminal, type Reaction } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SECOND_MS = 1_200;

/** Returns a folder in which passfob is installed, as `npm install <this folder>` leaves it. */
function project(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(join(ROOT, 'host'), join(folder, 'node_modules', 'passfob'));
  // npm makes the program executable where it installs it.
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'host/bin/passfob.js')}" "$@"\n`;
  writeFileSync(join(folder, 'node_modules', '.bin', 'passfob'), program, { mode: 0o755 });
  return folder;
}

/** Runs a block that is a test of `node:test`, which must pass. */
export async function runModule(block: Block): Promise<void> {
  const folder = project();
  writeFileSync(join(folder, 'example.test.mjs'), block.text);
  // Node's runner takes a child of another runner for one of its own, and prints no result.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { stdout } = await ran(process.execPath, ['--test', 'example.test.mjs'], { cwd: folder, env });
  expect(stdout).toMatch(/pass 1\n[\s\S]*fail 0\n/);
}

/** Removes the values that differ from run to run from the lines of a session. */
function withoutValues(line: string): string {
  return line
    .replace(/PF-[A-Z\d]{4}-[A-Z\d]{4}/g, 'PF')
    .replace(/\b[\da-f]{8}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/It is .* this computer \(known to .* s\)\./, 'DIFFERENCE')
    .replace(/^\d{6}$/, 'PASSCODE')
    .replace(/(Code on the screen of the fob:) [a-z0-9 ]+$/, '$1 CODE')
    .replace(/pico \d+\.\d+\.\d+/, 'pico VERSION')
    .replace(/\b\d+ s\b/g, 'N s')
    .trim();
}

/** Lines that a failing test must not print: a typed pairing code, a passcode. */
const isSecret = (line: string) => /Code on the screen|PASSCODE/.test(line);

/** A command line of a session with the lines that it prints. */
interface Step {
  readonly command: string;
  readonly expected: readonly string[];
}

function stepsOf({ text: session }: Block): Step[] {
  return session
    .split(/^\$ /m)
    .slice(1)
    .map(part => {
      const [command = '', ...expected] = part.trimEnd().split('\n');
      return { command, expected };
    });
}

// Does the same as npx where passfob is installed, without its second each time.
const npx = (command: string) => command.replace(/^npx /, '');

/** What a person does at the terminal and at the fob. */
function reactionsAt(control: SimulatorControl): Reaction[] {
  return [
    {
      when: /Code on the screen of the fob/,
      does: async () => `${secret(await readPairingCode(control))}\r`,
    },
    { when: /\(y\/N\)/i, does: () => 'y\r' },
    {
      when: /When PF-\S+ asks, hold its button/,
      does: async () => {
        await control.untilScreen(({ text: lines }) => lines.includes('Hold: yes  Press: no'), 'ask');
        await new Promise(resolve => setTimeout(resolve, 800));
        await control.ask({ do: 'press', heldMs: SECOND_MS });
        return undefined;
      },
    },
  ];
}

/**
 * Runs the sessions of a document in order, with a person at the terminal and at the fob. Each line that a session shows must
 * be printed, in its order.
 *
 * @param start the block that makes the folder `try` and starts the simulated fob
 */
export async function runSession(socat: string, start: Block, sessions: readonly Block[]): Promise<void> {
  const cwd = project();
  const { PASSFOB_DEBUG: _, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    PATH: `${join(cwd, 'node_modules/.bin')}:${inherited.PATH}`,
  };
  const [made, simulate = ''] = start.text.split('\n').filter(line => line.startsWith('$ '));
  expect(made).toBe('$ mkdir try');
  mkdirSync(join(cwd, 'try'));
  // The control lines press the button of the page; any port will do, since other tests run too.
  const [program = '', ...rest] = npx(simulate.slice(2)).replace('8070', '0').split(' ');
  const args = [...rest, '--control', '--exit-with-parent'];
  const { child: simulator } = started(program, args, { cwd, env, endsBy: 'SIGTERM' });
  const control = new SimulatorControl(simulator.stdin, simulator.stdout, new AbortController().signal);
  await control.watch();
  for (const { command, expected } of sessions.flatMap(stepsOf)) {
    const set = /^export (.*)$/.exec(command)?.[1];
    if (set !== undefined) {
      for (const pair of set.split(' ')) env[pair.split('=')[0] ?? ''] = pair.split('=')[1];
      continue;
    }
    const shown = await onTerminal(socat, npx(command), { cwd, env, reactions: reactionsAt(control) });
    expectInOrder(command, shown.split('\n').map(withoutValues), expected.map(withoutValues));
  }
}

/** In this order; the text between them is a prompt that is drawn again. */
function expectInOrder(command: string, lines: readonly string[], expected: readonly string[]): void {
  let at = 0;
  for (const line of expected) {
    const found = lines.findIndex((one, index) => index >= at && one.includes(line));
    expect(
      found,
      `${command}: ${line}\n${lines.filter(one => !isSecret(one)).join('\n')}`,
    ).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
}
