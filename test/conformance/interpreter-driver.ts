import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { type BenchAnswer, Interpreter, READ_CHARS } from '../kit/interpreter.ts';
import { secret } from '../kit/secrets.ts';
import { BenchDriver, type BenchOrder } from './bench-driver.ts';

/** The bench image on the real Espruino interpreter. */
export class InterpreterDriver extends BenchDriver {
  readonly interpreter: Interpreter;
  private readonly folder: string;
  private cable: Transport | undefined;

  private constructor(interpreter: Interpreter, folder: string) {
    super();
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
      packetChars: READ_CHARS,
      write: async text => this.interpreter.send(text),
      release: async () => {},
    });
    this.interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
    this.cable = paced(cable.transport);
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
