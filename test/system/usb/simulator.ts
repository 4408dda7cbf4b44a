import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { root } from '../../tools/tidy/files.ts';
import { program } from './bundles.ts';
import type { Guest } from './guest.ts';
import { GuestProgram } from './guest-program.ts';

export type Board = 'pico' | 'pico-hid';
type Fields = Readonly<Record<string, unknown>>;

/** A simulated device's control channel: its time, its keys and its cable. */
interface Controls {
  /** Sends a line of JSON, and returns the line that answers it. */
  tell(line: string): Promise<string>;
  /** Ends the simulator. */
  finish(): Promise<unknown>;
}

/** `passfob simulate --usbip` as a separate process; its control channel sets its time and keys. */
export class SimulatedDevice {
  /** The port on the simulator's machine that serves it. */
  readonly port: number;
  private readonly controls: Controls;

  private constructor(controls: Controls, ready: string) {
    this.controls = controls;
    const { usbip } = JSON.parse(ready) as { usbip: string };
    this.port = Number(usbip.split(':').at(-1));
  }

  static async start(board: Board, ...options: string[]): Promise<SimulatedDevice> {
    const args = ['simulate', `--board=${board}`, '--usbip=127.0.0.1:0', '--control', ...options];
    const child = spawn(process.execPath, [join(root, 'host/dist/program/cli/main.js'), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const [ready] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
    return new SimulatedDevice(controlsOf(child), ready);
  }

  /** Starts the simulator in the guest, plugged in there: slower, and nothing of it is outside. */
  static async startIn(guest: Guest, board: Board, ...options: string[]): Promise<SimulatedDevice> {
    const args = [`--board=${board}`, '--usbip=127.0.0.1:0', '--attach', '--control', ...options];
    const simulator = await GuestProgram.start(guest, process.execPath, program('simulator'), ...args);
    const [, ready = ''] = await simulator.heard('err', /^(.*)\n/);
    return new SimulatedDevice(simulator, ready);
  }

  /** @throws in the simulator's words where it refuses */
  async do(name: string, fields: Fields = {}): Promise<Fields> {
    const given = JSON.parse(await this.controls.tell(JSON.stringify({ do: name, ...fields }))) as Fields;
    if (given.ok !== true) throw new Error(`${name}: ${given.error}`);
    return given;
  }

  async stop(): Promise<void> {
    await this.controls.finish();
  }
}

function controlsOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Controls {
  const waiting: ((answer: string) => void)[] = [];
  const ended = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.(line));
  child.on('close', () => {
    const answer = JSON.stringify({ ok: false, error: 'the simulator has ended' });
    for (const resolve of waiting.splice(0)) resolve(answer);
  });
  return {
    tell: line =>
      new Promise(resolve => {
        waiting.push(resolve);
        child.stdin.write(`${line}\n`);
      }),
    async finish() {
      child.stdin.end();
      await ended;
    },
  };
}
