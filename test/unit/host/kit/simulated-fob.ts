import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { TOO_SOON } from '@passfob/firmware/core/base/texts';
import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import { readPairingCode } from '@passfob/protocol/pairing';
import { PtyUnavailable, ptyFront } from '@passfob/simulator/ports/pty';
import { onTestFinished } from 'vitest';
import { built, needsBuilt } from '../../../kit/built.ts';
import { secret } from '../../../kit/secrets.ts';
import { type Need, tool } from '../../../kit/tools.ts';

/** The built command line. */
export const cliMain = built('host/dist/program/cli/main.js');

/** The simulator's program, or the emulator's, which has the same options, where it gets a firmware. */
const simulatorMain = (args: readonly string[]) =>
  built(`${args.includes('--firmware') ? 'emulator' : 'simulator'}/dist/main.js`);

/** The processes need the build: the command line, the simulator and the image in it. */
export const needsBuild = needsBuilt(
  'host/dist/program/cli/main.js',
  'simulator/dist/main.js',
  'firmware/dist/image/pico',
);

async function pseudoTerminal(): Promise<true | undefined> {
  try {
    const front = await ptyFront({ write: () => undefined, onData: () => () => undefined });
    await front.close();
    return true;
  } catch (error) {
    if (error instanceof PtyUnavailable) return undefined;
    throw error;
  }
}

export const needsPty: Need<true> = { name: 'a pseudo-terminal', found: await pseudoTerminal() };

/** An account of the system that owns nothing. */
const NOBODY = '65534';

/** The way to run a program as an ordinary user, since root may open everything. */
export const needsOrdinaryUser: Need<readonly string[]> = {
  name: 'a pseudo-terminal, and setpriv where the tests run as root',
  found: needsPty.found && ordinaryUser(),
};

function ordinaryUser(): readonly string[] | undefined {
  if (process.getuid?.() !== 0) return [];
  const setpriv = tool('setpriv');
  return setpriv === undefined ? undefined : [setpriv, '--reuid', NOBODY, '--clear-groups'];
}

/** Longer than an approval takes, where the fob has no other work meanwhile. */
const APPROVE_MS = 1_300;
/** The fob draws the question before it counts the time in which its keys are deaf. */
const DRAWN_MS = 300;
/** How often a person who holds the button reads the screen, and for how long: a press without effect is repeated. */
const LOOK_MS = 50;
const LOOKS_MAX = 100;
const SHORT_MS = 100;
/** More than a wheel of digits has. */
const WHEEL_SYMBOLS = 20;

/** A simulated fob in a separate process; the test controls its screen and button. */
export interface SimulatedFob {
  /** Path of its pseudo-terminal; undefined where the system has none. */
  readonly pty: string | undefined;
  /** `tcp:127.0.0.1:PORT` */
  readonly tcp: string;
  ask(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  screen(): Promise<readonly string[]>;
  /** The pairing code on its screen, as it stands there. */
  code(): Promise<string>;
  /** Holds the button until the question on the screen has been answered. Needs a real clock. */
  approve(): Promise<void>;
  deny(): Promise<void>;
  /** Enters digits, and confirms them, on the wheel that the screen shows. Needs a virtual clock. */
  enter(digits: string): Promise<void>;
  close(): Promise<void>;
}

export async function simulatedFob(...args: string[]): Promise<SimulatedFob> {
  const child = spawn(process.execPath, [simulatorMain(args), '--pty', '--tcp', '0', '--control', ...args]);
  const ready = await readyLine(child);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let turn: Promise<unknown> = Promise.resolve();
  const ask: SimulatedFob['ask'] = request => {
    const answer = turn.then(async () => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error('the simulator ended');
      return JSON.parse(value) as Record<string, unknown>;
    });
    turn = answer.catch(() => undefined);
    return answer;
  };
  const screen = async () => (await ask({ do: 'screen', bitmap: 'none' })).text as string[];
  return {
    pty: ready.pty ?? undefined,
    tcp: `tcp:127.0.0.1:${ready.tcp}`,
    ask,
    screen,
    code: async () => {
      const shown = (await screen()).slice(2).join(' ');
      // Without a code, the words on the screen are no secret.
      if (readPairingCode(shown) === undefined) return shown;
      secret(shown.replaceAll(' ', ''));
      return secret(shown);
    },
    approve: () => answerBy(screen, () => hold(ask, screen)),
    deny: () => answerBy(screen, () => ask({ do: 'press', heldMs: SHORT_MS })),
    async enter(digits) {
      for (const symbol of [...digits, 'ok']) {
        for (let turns = 0; !(await screen()).includes(symbol); turns++) {
          if (turns > WHEEL_SYMBOLS) throw new Error('the wheel does not show what is to be taken');
          await ask({ do: 'press', heldMs: SHORT_MS });
        }
        await ask({ do: 'press', heldMs: APPROVE_MS });
      }
      // The work after the entry may be slow, behind a screen that says so.
      await ask({ do: 'advance', ms: SHORT_MS });
    },
    async close() {
      const ended = new Promise(resolve => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

/** A simulated fob that lives as long as the test. */
export async function fobAtHand(...args: string[]): Promise<SimulatedFob> {
  const fob = await simulatedFob(...args);
  onTestFinished(() => fob.close());
  return fob;
}

const isQuestion = (lines: readonly string[]) => lines.some(line => line.endsWith('?'));

/** Keys are deaf for a moment when a question appears: a press without effect is repeated. */
async function answerBy(screen: SimulatedFob['screen'], press: () => Promise<unknown>): Promise<void> {
  while (isQuestion(await screen())) {
    await wait(PRESS_DEAF_MS + DRAWN_MS);
    await press();
  }
}

/**
 * Holds as long as it takes: a fob that could not read its keys has not yet noticed a hold of a second. A hold that was too soon
 * does nothing.
 */
async function hold(ask: SimulatedFob['ask'], screen: SimulatedFob['screen']): Promise<void> {
  const isHeld = async () => {
    const lines = await screen();
    return isQuestion(lines) && !lines.includes(TOO_SOON);
  };
  await ask({ do: 'keyDown' });
  for (let looks = 0; looks < LOOKS_MAX && (await isHeld()); looks++) await wait(LOOK_MS);
  await ask({ do: 'keyUp' });
  // Else the next hold would be taken for one that was too soon, and a short press is a no.
  for (let looks = 0; looks < LOOKS_MAX && (await screen()).includes(TOO_SOON); looks++) await wait(LOOK_MS);
}

interface Ready {
  readonly pty?: string | null;
  readonly tcp: number;
}

/** Returns the line in which the simulator says where it can be reached. */
function readyLine(child: ChildProcessWithoutNullStreams): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
      if (said.includes('\n')) resolve(JSON.parse(said) as Ready);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`the simulator ended: ${said}`)));
  });
}
