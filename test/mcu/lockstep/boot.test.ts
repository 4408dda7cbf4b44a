import { readFileSync } from 'node:fs';
import { basename, delimiter } from 'node:path';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { firmwareOf, programmed } from '@passfob/simulator/mcu/board/firmware';
import { Powered } from '@passfob/simulator/mcu/board/powered';
import { afterAll, expect, it } from 'vitest';
import { describeNeeds, type Need } from '../../kit/tools.ts';
import { BootRecording } from './boot-recording.ts';
import { compileOracle, needsUnicorn } from './oracle.ts';
import { makeRecordedCore } from './recorded-core.ts';

const SEED = 1;
/** Espruino's prompt comes within a second after the computer has found the board. */
const BOOT_US = 1_500_000;

/** The need for builds of Espruino for the Pico, beside Unicorn. */
function needsFirmware(): Need<{ readonly gcc: string; readonly paths: readonly string[] }> {
  const { name, found: gcc } = needsUnicorn();
  const paths = (process.env.ESPRUINO_ARM ?? '').split(delimiter).filter(Boolean);
  const found = gcc !== undefined && paths.length > 0 ? { gcc, paths } : undefined;
  return { name: `${name} and ESPRUINO_ARM=<paths to builds for the Pico>`, found };
}

/** I2C without any part. */
const NO_PARTS = {
  isHeld: false,
  missesEnd: false,
  start: () => 0,
  address: () => false,
  write: () => false,
  read: () => 0xff,
  stop: () => {},
  abandon: () => {},
};

describeNeeds(needsFirmware(), 'real firmware', ({ gcc, paths }) => {
  const oracle = compileOracle(gcc);
  afterAll(() => oracle.remove());

  it.each(paths.map(path => [basename(path), path] as const))('%s boots beside Unicorn', (_name, path) => {
    const flash = programmed(firmwareOf(readFileSync(path)));
    const original = flash.slice();
    let recording: BootRecording | undefined;
    let text = '';
    const board = new Powered({
      startUs: 0,
      seed: SEED,
      randomness: makeRandomness(SEED, 'chip'),
      flash,
      uniqueId: new Uint8Array(12).fill(1),
      i2c1: NO_PARTS,
      supplyVolts: () => 3.3,
      skipsIdle: false,
      send: (_port, bytes) => {
        text += Buffer.from(bytes).toString('latin1');
      },
      onReport: () => {},
      makeCore(options) {
        const made = new BootRecording({ flash: original, ram: options.ram });
        recording = made;
        return makeRecordedCore(options, made);
      },
    });
    board.plug(true);
    const beganMs = performance.now();
    board.runUntil(BOOT_US);
    const ranMs = performance.now();
    expect(recording?.compare(oracle)).toBeUndefined();
    const comparedMs = performance.now() - ranMs;
    console.log(recording?.counts, { ranMs: ranMs - beganMs, comparedMs }, text);
    expect(text).toContain('>');
  });
});
