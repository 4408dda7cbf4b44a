import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { firmwareOf, programmed } from '@passfob/emulator/board/firmware';
import { KINDS } from '@passfob/emulator/board/kinds';
import { Powered } from '@passfob/emulator/board/powered';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { afterAll, expect, it } from 'vitest';
import { describeNeeds, needsEspruinosArm } from '../../../kit/tools.ts';
import { BootRecording } from './boot-recording.ts';
import { compileOracle, needsUnicorn } from './oracle.ts';
import { makeRecordedCore } from './recorded-core.ts';

/** A busy machine takes its time for a hundred million instructions on either side. */

const SEED = 1;
/** Within this time the computer has found the board, and the board shows its prompt. */
const BOOT_US = 1_300_000;
/** Lines for the interpreter, short enough for one packet, with the time for each. */
const LINES = [
  'echo(0);var s=0;for(var i=1;i<200;i++)s+=Math.sin(i)/i;',
  'var a=[];for(i=0;i<40;i++)a.push((i*7919)%101+"x");a.sort();',
  'print(s.toFixed(6),a[5],require("crypto").SHA1("a")[3]);',
  'setTimeout(()=>print("later",analogRead(A0)>=0),20);',
];
const LINE_US = 120_000;

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

/** Boots a firmware, gives it the lines, and returns everything that its core did and what the computer received. */
function boot(path: string) {
  const flash = programmed(firmwareOf(readFileSync(path)));
  const original = flash.slice();
  let recording: BootRecording | undefined;
  let text = '';
  const board = new Powered({
    startUs: 0,
    seed: SEED,
    randomness: makeRandomness(SEED, 'chip'),
    flash,
    ramBytes: KINDS.pico.ramBytes,
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
  board.runUntil(BOOT_US);
  for (const [index, line] of LINES.entries()) {
    board.receive('USB', Buffer.from(`${line}\n`));
    board.runUntil(BOOT_US + (index + 1) * LINE_US);
  }
  return { recording, text };
}

describeNeeds(needsUnicorn(), 'real firmware on the virtual board', gcc => {
  const oracle = compileOracle(gcc);
  afterAll(() => oracle.remove());

  describeNeeds(needsEspruinosArm(), 'beside Unicorn', paths => {
    it.each(paths.map(path => [basename(path), path] as const))('boots and computes: %s', (_name, path) => {
      const { recording, text } = boot(path);
      expect(recording?.compare(oracle)).toBeUndefined();
      // Each access, entry and return of these has been compared.
      expect(recording?.counts.instructions).toBeGreaterThan(50_000_000);
      expect(recording?.counts.entry).toBeGreaterThan(1000);
      expect(text).toContain('1.070776 21x 55');
      expect(text).toContain('later true');
    });
  });
});
