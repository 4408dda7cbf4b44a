import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Pipe, pipe } from '../../host/transports/pipe.ts';
import { type BenchAnswer, Interpreter } from '../kit/interpreter.ts';
import { secret } from '../kit/secrets.ts';
import type { Driver } from './driver.ts';

const START_UTC = 1_770_000_000;
const PRESS_MS = 100;

/** The bench image on the real Espruino interpreter, its time and key told over Serial2. */
export class InterpreterDriver implements Driver {
  readonly algorithms = [1, 2, 3];
  readonly utcMin = 1;
  readonly utcMax = Number.MAX_SAFE_INTEGER;
  readonly interpreter: Interpreter;
  private readonly folder: string;
  private cable: Pipe | undefined;
  private ms = 0;
  private last: BenchAnswer | undefined;

  private constructor(interpreter: Interpreter, folder: string) {
    this.interpreter = interpreter;
    this.folder = folder;
  }

  static async make(binary: string): Promise<InterpreterDriver> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
    const driver = new InterpreterDriver(new Interpreter([binary], folder), folder);
    await driver.interpreter.flash({ birth: secret(crypto.getRandomValues(new Uint8Array(32))) });
    await driver.start();
    return driver;
  }

  private async start(): Promise<void> {
    await this.interpreter.start();
    const cable = pipe({
      name: 'interpreter',
      write: async text => this.interpreter.send(text),
      release: async () => {},
    });
    this.interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
    this.cable = cable;
    await this.tell({});
  }

  private async tell(order: Record<string, unknown>): Promise<BenchAnswer> {
    const utc = START_UTC + this.ms / 1000;
    this.last = await this.interpreter.order({ ms: this.ms, utc, ...order });
    return this.last;
  }

  get transport() {
    if (!this.cable) throw new Error('the interpreter is not running');
    return this.cable.transport;
  }

  async screen(): Promise<readonly string[]> {
    return (await this.tell({})).screen;
  }

  async press(heldMs = PRESS_MS): Promise<void> {
    await this.tell({ down: true });
    await this.advance(heldMs);
    await this.tell({ down: false });
  }

  /** In the steps that the core asks for, as a board's timer would. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    while (this.ms < end) {
      this.ms = Math.min(end, Math.max(this.ms + 1, this.last?.deadline ?? end));
      await this.tell({});
    }
  }

  async reboot(): Promise<void> {
    await this.interpreter.stop();
    await this.start();
  }

  async loseTime(): Promise<void> {
    await this.tell({ lose: true });
    await this.reboot();
  }

  complaints(): string {
    return /Uncaught[^\n]*|ERROR[^\n]*/.exec(this.interpreter.output)?.[0] ?? '';
  }

  async close(): Promise<void> {
    await this.interpreter.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
