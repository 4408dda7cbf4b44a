import type { SimulatedFob } from '@passfob/simulator/base/fob';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { describe, expect, it } from 'vitest';
import { writePackets } from '../../kit/packets.ts';
import { bytes, lines, QUIET, run } from './kit.ts';

const LISTEN = `${QUIET}var s = require("Storage"), come = "";
  USB.on("data", function (chunk) {
    come += chunk;
    if (come.charCodeAt(come.length - 1) !== 0) return;
    var code = come.slice(0, -1);
    come = "";
    eval(code);
  });`;
const tell = (fob: SimulatedFob, code: string) => writePackets(fob.link, bytes(`${code}\0`));

/** Returns the same board each time: its history up to the cut is in its store. */
function prepared(seed: number, ...steps: string[]): SimulatedFob {
  const fob = run(LISTEN, { seed, storage: memoryStore() });
  for (const step of steps) tell(fob, step);
  return fob;
}

function ask(fob: SimulatedFob, code: string): string {
  const before = lines(fob).length;
  tell(fob, code);
  return lines(fob)
    .slice(before)
    .join('|')
    .replace(/^Compacting... /, '');
}

/** Returns the operations that a step takes, and the files that are left when the power goes in each of them. */
function cutEverywhere(seed: number, prepare: string, step: string, question: string): string[] {
  const whole = prepared(seed, prepare);
  const before = whole.operations;
  tell(whole, step);
  const count = whole.operations - before;
  return Array.from({ length: count }, (_, index) => {
    const fob = prepared(seed, prepare);
    fob.cutPowerAtOperation(index + 1);
    tell(fob, step);
    expect(fob.powered).toBe(false);
    fob.powerOn();
    return ask(fob, question);
  });
}

describe('power cuts during a rewrite of a file', () => {
  const question = 'var v = s.read("k"); print(v === undefined ? "gone" : v.replace(/\\xff+/, "~"))';

  it('a power cut in a rewrite never leaves the old version once its header is marked, and reports no error', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const results = cutEverywhere(
        seed,
        's.write("k", "OLDOLDOLDOLDOLD1")',
        's.write("k", "NEWNEWNEWNEWNEW2")',
        question,
      );
      expect(results).toHaveLength(3);
      for (const [index, result] of results.entries())
        seen.add(`${index + 1}: ${result.replace(/^NEW.*~$/, 'prefix')}`);
      // The mark may not have been made yet; after it, the old file is gone for good.
      expect(results.slice(1).join()).not.toContain('OLD');
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        '1: OLDOLDOLDOLDOLD1',
        '1: gone',
        '2: gone',
        '2: ~',
        '3: ~',
        '3: prefix',
        '3: NEWNEWNEWNEWNEW2',
      ]),
    );
  });

  it('after a power cut in a rewrite the file can be written and read', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (let index = 1; index <= 3; index++) {
        const fob = prepared(seed, 's.write("k", "OLD")');
        fob.cutPowerAtOperation(index);
        tell(fob, 's.write("k", "NEW")');
        fob.powerOn();
        // A torn header makes Storage unsound: then all of it is erased, with the image, as on the board.
        if (ask(fob, 'print("alive")') !== 'alive') continue;
        expect(ask(fob, 's.write("k", "LAST"); print(s.read("k"))')).toBe('LAST');
      }
    }
  });
});

describe('power cuts in a compaction', () => {
  // Three pages: trash at the front, then three files that have to move.
  const prepare = `s.write("t", new Uint8Array(7000)); s.write("A", new Uint8Array(9000).fill(65)); s.write("B", new Uint8Array(9000).fill(66));
    s.write("C", new Uint8Array(9000).fill(67)); s.erase("t");`;
  const whole = (name: string, code: number) =>
    `(function () { var v = s.read("${name}"); if (v === undefined) return "LOST"; for (var i = 0; i < v.length; i++) if (v.charCodeAt(i) !== ${code}) return "BAD"; return "ok" })()`;
  const question = `print("A=" + ${whole('A', 65)} + " B=" + ${whole('B', 66)} + " C=" + ${whole('C', 67)})`;

  it('a power cut in a compaction loses everything between first and last point, as measured on the interpreter', () => {
    const ends = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const results = cutEverywhere(seed, prepare, 's.compact()', question);
      expect(results.length).toBeGreaterThan(4);
      // The image itself is in Storage: a board that lost it does not answer.
      expect(results.slice(1, -1).join('')).toBe('');
      ends.add(results.at(0) ?? '').add(results.at(-1) ?? '');
    }
    // The first operation may not have begun, the last may have been done.
    expect([...ends].sort()).toEqual(['', 'A=ok B=ok C=ok']);
  });

  it('after a power cut in a compaction the next boot reports that Storage is corrupt and erases it', () => {
    const fob = prepared(3, prepare);
    fob.cutPowerAtOperation(2);
    tell(fob, 's.compact()');
    fob.powerOn();
    expect(fob.consoleText()).toContain('Storage is corrupt.\nErasing Storage Area...\nErase complete.\n');
    expect(ask(fob, 'print("alive")')).toBe('');
  });

  it('a compaction without a power cut keeps the files', () => {
    const fob = prepared(1, prepare, 's.compact()');
    expect(ask(fob, question)).toBe('A=ok B=ok C=ok');
    expect(ask(fob, 'print(s.getStats().trashBytes)')).toBe('0');
    expect(fob.violations).toEqual([]);
  });
});
