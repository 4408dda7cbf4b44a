import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliMain } from '../../../unit/host/kit/simulated-fob.ts';
import { passfobHere } from '../../../unit/host/kit/terminal.ts';
import { until } from './time.ts';

const guard = fileURLToPath(new URL('guard.mjs', import.meta.url));

/** A user's folder, and the agents that run for it; all of it is removed when the scope ends. */
export class Workstation implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'passfob-agent-'));
  /** The guard records connections in this file. */
  readonly connections = join(this.home, 'connections');
  private readonly running: RunningProgram[] = [];

  /**
   * Runs a command to its end in this process.
   * @param typed keyboard input, sent at the prompt; without it there is no keyboard
   */
  async run(args: readonly string[], environment: Readonly<Record<string, string>> = {}, typed?: string) {
    const ended = await passfobHere(args, {
      environment: { PASSFOB_HOME: this.home, ...environment },
      ...(typed !== undefined && { typed: ['(y/N)', typed] }),
    });
    keep(`${ended.stdout}${ended.stderr}`);
    return ended;
  }

  /** Starts `passfob agent --json`. */
  start(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): RunningProgram {
    const inherited = Object.entries(process.env).filter(([name]) => !/^PASSFOB_|proxy$/i.test(name));
    const program = new RunningProgram(
      spawn(process.execPath, ['--import', guard, cliMain, 'agent', '--json', ...args], {
        env: {
          ...Object.fromEntries(inherited),
          PASSFOB_HOME: this.home,
          PASSFOB_TEST_CONNECTIONS: this.connections,
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    this.running.push(program);
    return program;
  }

  /** Everything that agents here connected to, looked up or sent datagrams to, each once. */
  connectedTo(): string[] {
    const lines = existsSync(this.connections) ? readFileSync(this.connections, 'utf8').split('\n') : [];
    return [...new Set(lines)].filter(line => line !== '' && line !== 'local').sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.running) await program.kill('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** `passfob agent --json` as a process. */
export class RunningProgram {
  readonly child: ChildProcess;
  private printed = '';
  private errors = '';
  private code: number | undefined;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', chunk => {
      this.printed += chunk;
    });
    child.stderr?.on('data', chunk => {
      this.errors += chunk;
    });
    child.once('close', (code, signal) => {
      this.code = code ?? (signal === null ? -1 : -2);
      keep(this.output);
    });
  }

  get output(): string {
    return `${this.printed}${this.errors}`;
  }

  /** The lines so far. */
  events(): readonly Readonly<Record<string, unknown>>[] {
    return this.printed
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until it has printed a line with these fields. */
  async said(fields: Readonly<Record<string, unknown>>): Promise<void> {
    const isIt = (line: Readonly<Record<string, unknown>>) =>
      Object.entries(fields).every(([name, value]) => line[name] === value);
    await until(() => {
      if (this.code !== undefined) throw new Error(`the agent ended: ${this.output}`);
      return this.events().some(isIt);
    }, JSON.stringify(fields));
  }

  /** @returns its exit code */
  async ended(): Promise<number> {
    await until(() => this.code !== undefined, 'the end of the agent');
    return this.code ?? -1;
  }

  async kill(signal: NodeJS.Signals): Promise<number> {
    if (this.code === undefined) this.child.kill(signal);
    return this.ended();
  }
}

/** Keeps the output for the search for secrets. */
function keep(printed: string): void {
  const folder = process.env.PASSFOB_OUTPUT_DIR;
  if (folder) appendFileSync(join(folder, 'passfob-printed'), printed);
}
