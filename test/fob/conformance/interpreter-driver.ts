import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from 'passfob/transports/transport';
import { type BenchAnswer, Interpreter } from '../../kit/interpreter.ts';
import { linkOf } from '../../kit/interpreter-link.ts';
import { secret } from '../../kit/secrets.ts';
import { BenchDriver, type BenchOrder } from './bench-driver.ts';

/** The bench image on the real Espruino interpreter. */
export class InterpreterDriver extends BenchDriver {
  readonly interpreter: Interpreter;
  private readonly folder: string;
  private readonly from: 'flash' | 'memory';
  private cable: Transport | undefined;

  private constructor(interpreter: Interpreter, folder: string, from: 'flash' | 'memory') {
    super();
    this.interpreter = interpreter;
    this.folder = folder;
    this.from = from;
  }

  /** @param from where the image runs: as on a board, or out of scripts, which is faster */
  static async make(binary: string, from: 'flash' | 'memory' = 'memory'): Promise<InterpreterDriver> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
    const driver = new InterpreterDriver(new Interpreter([binary], folder), folder, from);
    await driver.interpreter.flash({ birth: secret(crypto.getRandomValues(new Uint8Array(32))) });
    await driver.start();
    return driver;
  }

  private async start(): Promise<void> {
    await this.interpreter.start({ from: this.from });
    this.cable = linkOf(this.interpreter);
    await this.tell();
  }

  protected override order(order: BenchOrder): Promise<BenchAnswer> {
    return this.interpreter.order(order);
  }

  override get transport() {
    if (!this.cable) throw new Error('the interpreter is not running');
    return this.cable;
  }

  override async reboot(): Promise<void> {
    await this.interpreter.stop();
    await this.start();
  }

  override complaints(): string {
    return /Uncaught[^\n]*|ERROR[^\n]*/.exec(this.interpreter.output)?.[0] ?? '';
  }

  override async close(): Promise<void> {
    await this.interpreter.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
