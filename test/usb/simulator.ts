import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { root } from '../tidy/files.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `passfob simulate --usbip` as a process of its own, its time and keys moved over its control channel. */
export class SimulatedDevice {
  readonly port: number;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly waiting: ((answer: Fields) => void)[] = [];

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, port: number) {
    this.child = child;
    this.port = port;
    createInterface({ input: child.stdout }).on('line', line => this.waiting.shift()?.(JSON.parse(line)));
    child.on('close', () => {
      for (const answer of this.waiting.splice(0)) answer({ ok: false, error: 'the simulator has ended' });
    });
  }

  static async start(board: 'pico' | 'pico-hid', ...options: string[]): Promise<SimulatedDevice> {
    const args = ['simulate', `--board=${board}`, '--usbip=127.0.0.1:0', '--control', ...options];
    const child = spawn(process.execPath, [join(root, 'dist/host/cli/main.js'), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
    const { usbip } = JSON.parse(line) as { usbip: string };
    return new SimulatedDevice(child, Number(usbip.split(':').at(-1)));
  }

  /** @throws in the simulator's words where it refuses */
  async do(name: string, fields: Fields = {}): Promise<Fields> {
    const answer = new Promise<Fields>(resolve => this.waiting.push(resolve));
    this.child.stdin.write(`${JSON.stringify({ do: name, ...fields })}\n`);
    const given = await answer;
    if (given.ok !== true) throw new Error(`${name}: ${given.error}`);
    return given;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.stdin.end();
    await closed;
  }
}
