import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SimulatorControl } from '@passfob/demo/play/control';
import { readPairingCode } from '@passfob/demo/play/person';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { itNeeds, needsTool } from '../kit/tools.ts';
import { type Block, blocksOf, testsNamedBy, unmarked } from './blocks.ts';
import { onTerminal, type Reaction } from './terminal.ts';

// A session starts a dozen programs, one after another.
vi.setConfig({ testTimeout: 180_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = blocksOf(README);
const SECOND_MS = 1_200;

const executedAs = (kind: string) => BLOCKS.filter(({ executed }) => executed === kind);
const titleOf = ({ line, text: code }: Block) => `line ${line}: ${code.split('\n')[0]}`;

/** Returns a folder in which passfob is installed, as `npm install <this folder>` leaves it. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(join(ROOT, 'host'), join(folder, 'node_modules', 'passfob'));
  // npm makes the program executable where it installs it.
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'host/bin/passfob.js')}" "$@"\n`;
  writeFileSync(join(folder, 'node_modules', '.bin', 'passfob'), program, { mode: 0o755 });
  return folder;
}

describe('code blocks of the README', () => {
  it('every code block of the README is executed here, or says why it is not', () => {
    expect(unmarked(BLOCKS).map(titleOf)).toEqual([]);
    const known = ['module', 'simulator', 'session'];
    expect(BLOCKS.filter(({ executed }) => executed !== undefined && !known.includes(executed))).toEqual([]);
    expect(known.filter(kind => executedAs(kind).length === 0)).toEqual([]);
  });

  it('a block that another test executes names a test that exists', () => {
    const named = testsNamedBy(BLOCKS);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(executedAs('module').map(block => [titleOf(block), block] as const))(
    'the README block runs: %s',
    async (_, block) => {
      const folder = project();
      writeFileSync(join(folder, 'example.test.mjs'), block.text);
      // Node's runner takes a child of another runner for one of its own, and prints no result.
      const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
      const child = spawn(process.execPath, ['--test', 'example.test.mjs'], { cwd: folder, env });
      const printed = await text(child.stdout);
      expect(printed).toMatch(/pass 1\n/);
      expect(printed).toMatch(/fail 0\n/);
    },
  );
});

/** Removes the values that differ from run to run from the lines of a session. */
function withoutValues(line: string): string {
  return line
    .replace(/PF-[A-Z\d]{4}-[A-Z\d]{4}/g, 'PF')
    .replace(/\b[\da-f]{8}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/It is .* this computer \(known to .* s\)\./, 'DIFFERENCE')
    .replace(/^\d{6}$/, 'PASSCODE')
    .replace(/: (?:·{3} ?){6}$/, ':')
    .replace(/pico \d+\.\d+\.\d+/, 'pico VERSION')
    .replace(/\b\d+ s\b/g, 'N s')
    .trim();
}

/** Lines that a failing test must not print: a typed pairing code, a passcode. */
const isSecret = (line: string) => /Code on the screen|PASSCODE/.test(line);

describe('the session of the README', () => {
  const [start] = executedAs('simulator');
  const [session] = executedAs('session');
  let commands: { command: string; expected: string[] }[] = [];

  beforeAll(() => {
    commands = (session?.text ?? '')
      .split(/^\$ /m)
      .slice(1)
      .map(part => {
        const [command = '', ...expected] = part.trimEnd().split('\n');
        return { command, expected };
      });
  });

  itNeeds(needsTool('socat'), 'the session of the README runs as printed', async socat => {
    const cwd = project();
    const { PASSFOB_DEBUG: _, ...inherited } = process.env;
    const env: NodeJS.ProcessEnv = {
      ...inherited,
      PATH: `${join(cwd, 'node_modules/.bin')}:${inherited.PATH}`,
    };
    // Does the same as npx where passfob is installed, without its second each time.
    const npx = (command: string) => command.replace(/^npx /, '');
    const [made, simulate = ''] = (start?.text ?? '').split('\n').filter(line => line.startsWith('$ '));
    expect(made).toBe('$ mkdir try');
    mkdirSync(join(cwd, 'try'));
    // The control lines press the button of the page; any port will do, since other tests run too.
    const [program = '', ...rest] = npx(simulate.slice(2)).replace('8070', '0').split(' ');
    const simulator = spawn(program, [...rest, '--control', '--exit-with-parent'], { cwd, env });
    onTestFinished(() => {
      simulator.kill();
    });
    const control = new SimulatorControl(simulator.stdin, simulator.stdout, new AbortController().signal);
    await control.watch();

    const typesCode: Reaction = {
      when: /Code on the screen of the fob/,
      does: async () => `${secret(await readPairingCode(control))}\r`,
    };
    const saysYes: Reaction = { when: /\(y\/N\)/i, does: () => 'y\r' };
    const holds: Reaction = {
      when: /Hold the button of the fob/,
      does: async () => {
        await control.untilScreen(({ text: lines }) => lines.includes('Hold: yes  Press: no'), 'ask');
        await new Promise(resolve => setTimeout(resolve, 800));
        await control.ask({ do: 'press', heldMs: SECOND_MS });
        return undefined;
      },
    };
    for (const { command, expected } of commands) {
      const set = /^export (.*)$/.exec(command)?.[1];
      if (set !== undefined) {
        for (const pair of set.split(' ')) env[pair.split('=')[0] ?? ''] = pair.split('=')[1];
        continue;
      }
      const shown = await onTerminal(socat, npx(command), {
        cwd,
        env,
        reactions: [typesCode, saysYes, holds],
      });
      const lines = shown.split('\n').map(withoutValues);
      // In this order; the text between them is a prompt that is drawn again.
      let at = 0;
      for (const line of expected.map(withoutValues)) {
        const found = lines.findIndex((one, index) => index >= at && one.includes(line));
        expect(
          found,
          `${command}: ${line}\n${lines.filter(one => !isSecret(one)).join('\n')}`,
        ).toBeGreaterThanOrEqual(at);
        at = found + 1;
      }
    }
  });
});
