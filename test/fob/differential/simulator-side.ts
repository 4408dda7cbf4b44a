import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { BENCH_FLASH_PAGE_BYTES, BENCH_FLASH_PAGES, EEPROM_BYTES } from '@passfob/simulator/base/limits';
import { Files } from '@passfob/simulator/board/chips/files';
import { Operations } from '@passfob/simulator/faults/operations';
import { openMemories } from '@passfob/simulator/recording/state/memories';
import { type BenchAnswer, imageFolder } from '../../kit/interpreter.ts';
import { BIRTH, type Order, preludeOf, type Side } from './side.ts';

const SIZES = { flash: BENCH_FLASH_PAGE_BYTES * BENCH_FLASH_PAGES, eeprom: EEPROM_BYTES };
const NO_CUTS = { seed: 0, count: 0, counted: () => {}, applied: () => {}, powerLost: () => {} };

/** Returns the files of the image, with the prelude of a version in front of the loader. */
export function preparedImage(version: string): Record<string, Uint8Array> {
  const read = (name: string) => readFileSync(join(imageFolder('bench'), name));
  return {
    '.bootcde': Buffer.concat([Buffer.from(`${preludeOf(version)}\n`), read('.bootcde')]),
    app: read('app'),
  };
}

/** The image on the simulator. */
export class SimulatorSide implements Side {
  private readonly store: StateStore = memoryStore();
  private readonly fob: Fob;

  /** @param version of Espruino, which the image reports */
  constructor(version: string) {
    this.fob = boot({
      board: 'bench',
      seed: 1,
      image: preparedImage(version),
      files: { birth: BIRTH },
      storage: this.store,
    });
  }

  async order(order: Order): Promise<BenchAnswer> {
    const answer = this.carried('Serial2', `${JSON.stringify(order)}\n`);
    return JSON.parse(answer) as BenchAnswer;
  }

  async send(text: string): Promise<string> {
    return this.carried('Serial1', text);
  }

  /** Everything is handled when `write` returns: the image sets no timers. */
  private carried(port: 'Serial1' | 'Serial2', text: string): string {
    let back = '';
    const wire = this.fob.serial(port);
    const stop = wire.onData(bytes => {
      back += Buffer.from(bytes).toString('latin1');
    });
    wire.write(Buffer.from(text, 'latin1'));
    stop();
    return back;
  }

  async cut(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
  }

  private memories() {
    return openMemories(this.store, 'bench', SIZES, count => new Uint8Array(count));
  }

  files(): ReadonlyMap<string, Uint8Array> {
    const files = new Files(this.memories().files, new Operations(NO_CUTS));
    return new Map(files.list().map(name => [name, files.read(name) ?? new Uint8Array()]));
  }

  flash(): Uint8Array {
    return this.memories().flash.bytes;
  }

  console(): string {
    return this.fob.consoleText();
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}
