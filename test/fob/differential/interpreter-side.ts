import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { about, type BenchAnswer, Interpreter, losesBytes } from '../../kit/interpreter.ts';
import { BIRTH, type Order, preludeOf, type Side } from './side.ts';
import { preparedImage } from './simulator-side.ts';

/** The file in which the Linux build keeps its Storage. */
const FLASH = 'espruino.flash';
/** Files that the image writes, among those of the interpreter and of this driver. */
const OF_IMAGE = /^(?:page\d+|rtc|witness)$/;

type Place = 'flash' | 'memory';

/** An interpreter with the image in its Storage, ready to be copied for each scenario. */
export class Flashed {
  readonly binary: string;
  readonly folder: string;
  readonly version: string;
  readonly title: string;
  readonly from: Place;

  private constructor(binary: string, folder: string, version: string, title: string, from: Place) {
    this.binary = binary;
    this.folder = folder;
    this.version = version;
    this.title = title;
    this.from = from;
  }

  /** @param from where the image runs; by itself out of flash where the variables have no room for it */
  static async make(binary: string, from?: Place): Promise<Flashed> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-differential-'));
    const interpreter = new Interpreter([binary], folder);
    const build = await about(interpreter);
    await interpreter.flash({ ...preparedImage(build.version), birth: BIRTH });
    const bits = build.variableBytes < 27 ? '32-bit' : '64-bit';
    const where = from ?? (bits === '32-bit' ? 'flash' : 'memory');
    const loses = losesBytes(build) ? ', in packets since it loses bytes' : '';
    return new Flashed(
      binary,
      folder,
      build.version,
      `Espruino ${build.version} ${build.commit}, ${bits}, out of ${where}${loses}`,
      where,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The image on the real interpreter. */
export class InterpreterSide implements Side {
  private readonly interpreter: Interpreter;
  private readonly folder: string;
  private readonly from: Place;
  private readonly version: string;
  private back = '';

  private constructor(interpreter: Interpreter, folder: string, from: Place, version: string) {
    this.version = version;
    this.interpreter = interpreter;
    this.folder = folder;
    this.from = from;
    interpreter.onText = text => {
      this.back += text;
    };
  }

  static async make({ binary, folder: template, from, version }: Flashed): Promise<InterpreterSide> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-differential-'));
    copyFileSync(join(template, FLASH), join(folder, FLASH));
    const side = new InterpreterSide(new Interpreter([binary], folder), folder, from, version);
    await side.start();
    return side;
  }

  private start(): Promise<void> {
    // Out of flash the prelude is part of the loader.
    const prelude = this.from === 'memory' ? preludeOf(this.version) : '';
    return this.interpreter.start({ from: this.from, prelude });
  }

  order(order: Order): Promise<BenchAnswer> {
    return this.interpreter.order(order);
  }

  async send(text: string): Promise<string> {
    this.back = '';
    await this.interpreter.send(text);
    return this.back;
  }

  async cut(): Promise<void> {
    await this.interpreter.settled();
    await this.interpreter.stop();
    await this.start();
  }

  files(): ReadonlyMap<string, Uint8Array> {
    const names = readdirSync(this.folder).filter(name => OF_IMAGE.test(name));
    return new Map(names.map(name => [name, readFileSync(join(this.folder, name))]));
  }

  flash(): Uint8Array {
    return readFileSync(join(this.folder, FLASH));
  }

  console(): string {
    return this.interpreter.output;
  }

  async close(): Promise<void> {
    await this.interpreter.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
