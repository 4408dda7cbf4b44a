import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { cliMain, type SimulatedFob, simulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { keep } from './studio.ts';
import { COLUMNS, Terminal, terminalSvg } from './terminal.ts';

const LOOKS = { TERM: 'xterm-256color', FORCE_COLOR: '1' };
/** The same fob in every run. */
const SEED = '18';

/** What a person does when a command has said this. */
interface Answer {
  readonly after: string;
  readonly do: (type: (text: string) => void) => Promise<unknown> | unknown;
}

/** A person in a folder of their own, at a terminal. */
class Session {
  readonly terminal = new Terminal();
  readonly folder = temporaryFolder('pictures');
  private readonly environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.folder, 'inventory'), { mode: 0o700 });
    this.environment = environment;
  }

  /** Runs a command on a pseudo-terminal, and gives each answer when its question stands there. */
  async run(line: string, ...answers: readonly Answer[]): Promise<void> {
    this.terminal.write(`\x1b[2m$\x1b[0m \x1b[1m${line}\x1b[0m\r\n`);
    const command = line.replace(/^passfob/, `"${process.execPath}" "${cliMain}"`);
    const child = spawn('script', ['-qfec', `stty cols ${COLUMNS} rows 40; ${command}`, '/dev/null'], {
      cwd: this.folder,
      env: { ...process.env, ...LOOKS, PASSFOB_HOME: './inventory', ...this.environment },
    });
    const waiting = [...answers];
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.terminal.write(text);
      said += text;
      const [next] = waiting;
      if (next === undefined || !said.includes(next.after)) return;
      waiting.shift();
      said = '';
      void next.do(typed => child.stdin.write(typed));
    });
    const code = await new Promise<number | null>(resolve => child.once('close', resolve));
    expect([line, code, waiting.length]).toEqual([line, 0, 0]);
  }
}

async function owner(): Promise<{ session: Session; fob: SimulatedFob }> {
  const fob = await simulatedFob('--seed', SEED);
  onTestFinished(() => fob.close());
  const session = new Session({ PASSFOB_PORT: './fob' });
  symlinkSync(fob.pty ?? '', join(session.folder, 'fob'));
  return { session, fob };
}

it('takes a terminal from the blank fob to its first passcode', async () => {
  const { session, fob } = await owner();
  await session.run('passfob devices');
  await session.run('passfob pair', {
    after: 'Code on the screen',
    do: async type => type(`${await fob.code()}\r`),
  });
  await session.run(
    'passfob enroll --generate --issuer Example --label alice --out alice.uri --plain-seeds',
    { after: 'unencrypted', do: type => type('y\r') },
  );
  await session.run('passfob code', { after: 'hold its button', do: () => fob.approve() });
  keep(
    'terminal-first-passcode.svg',
    terminalSvg('From a blank fob to its first passcode in a terminal', session.terminal),
  );
});

it('takes what doctor says', async () => {
  const session = new Session();
  await session.run('passfob doctor');
  keep('terminal-doctor.svg', terminalSvg('What passfob doctor says of a computer', session.terminal));
});
