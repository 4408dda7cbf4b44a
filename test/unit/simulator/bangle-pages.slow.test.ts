import { memoryStore, type StateStore } from '@passfob/simulator';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOf, LONG, seedsOf } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { itNeeds, needsEspruino } from '../../kit/tools.ts';
import {
  BYTES,
  copyOf,
  PAGE_BYTES,
  PAGES,
  PAGES_IMAGE,
  PagesBoard,
  type Write,
  written,
} from './bangle-pages-kit.ts';

const BLANK = Buffer.alloc(BYTES, 0xff);
/** Entries of one file: 16,384 bytes less the image and five, by 37. */
const ENTRIES = 276;
const SEEDS = seedsOf(3, 20);

const aWrite = fc
  .record({
    page: fc.nat(PAGES - 1),
    from: fc.nat(PAGE_BYTES - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: PAGE_BYTES }),
  })
  .map(
    ({ page, from, bytes }): Write => ({
      address: page * PAGE_BYTES + from,
      data: bytes.subarray(0, PAGE_BYTES - from),
    }),
  );

/** A page with a unique number and time, so that no two are equal. */
function stamped(index: number): Write {
  const data = Buffer.alloc(PAGE_BYTES, index);
  data.writeUInt32LE(index);
  return { address: ((index * 7) % 40) * PAGE_BYTES, data };
}

interface Worn {
  readonly store: StateStore;
  readonly contents: Buffer;
}

/** Returns the memories after so many writes. */
function worn(writes: number): Worn {
  const store = memoryStore();
  const board = new PagesBoard(1, store);
  let contents: Buffer = BLANK;
  for (let index = 0; index < writes; index++) {
    expect(board.write(stamped(index))).toBe(true);
    contents = written(contents, stamped(index));
  }
  board.fob.close();
  return { store, contents };
}

/** Checks that every cut in the writes of a boot itself leaves the bytes unchanged. */
function cutInBoot(seed: number, store: StateStore, contents: Buffer): void {
  for (let cut = 1; ; cut++) {
    const board = new PagesBoard(seed, copyOf(store));
    board.fob.cutPower();
    board.fob.cutPowerAtOperation(cut);
    board.fob.powerOn();
    const wasCut = !board.fob.powered;
    board.fob.powerOn();
    expect(board.contents().equals(contents)).toBe(true);
    board.fob.close();
    if (!wasCut) return;
  }
}

/** Cuts the power in the first, second, … operation of some writes until they get through. Returns how many. */
function cutEverywhere(seed: number, start: Worn, writes: readonly Write[]): number {
  for (let cut = 1; ; cut++) {
    const store = copyOf(start.store);
    const board = new PagesBoard(seed * 1000 + cut, store);
    board.fob.cutPowerAtOperation(cut);
    let { contents } = start;
    let next = contents;
    for (const write of writes) {
      next = written(contents, write);
      if (board.write(write) !== true) break;
      contents = next;
    }
    const wasCut = !board.fob.powered;
    if (!wasCut) {
      board.fob.close();
      return cut - 1;
    }
    const torn = copyOf(store);
    board.fob.powerOn();
    const found = board.contents();
    expect(Number(board.ask('v()')), `seed ${seed}, cut ${cut}`).toBeLessThan(2);
    expect(
      [contents, next].some(each => each.equals(found)),
      `seed ${seed}, cut ${cut}`,
    ).toBe(true);
    // Nothing of it comes back later, and the pages can be written.
    const more = stamped(9999);
    expect(board.write(more), `seed ${seed}, cut ${cut}`).toBe(true);
    board.fob.cutPower();
    board.fob.powerOn();
    expect(board.contents().equals(written(found, more))).toBe(true);
    expect(board.fob.violations).toEqual([]);
    expect(board.fob.wear().flashErases.every(erases => erases === 0)).toBe(true);
    board.fob.close();
    cutInBoot(seed, torn, found);
  }
}

it('flash pages read as erased before the first write', () => {
  const board = new PagesBoard(1, memoryStore());
  expect(board.contents().equals(BLANK)).toBe(true);
  expect(board.fob.operations).toBe(0);
});

it('flash pages hold their content through restarts and renewals of their file', LONG, () => {
  const start = worn(ENTRIES - 10);
  fc.assert(
    fc.property(fc.array(fc.oneof(aWrite, fc.constant(undefined)), { maxLength: 40 }), steps => {
      const board = new PagesBoard(1, copyOf(start.store));
      let { contents } = start;
      for (const step of steps) {
        if (step === undefined) {
          board.fob.cutPower();
          board.fob.powerOn();
        } else {
          expect(board.write(step)).toBe(true);
          contents = written(contents, step);
        }
        expect(board.contents().equals(contents)).toBe(true);
      }
      expect(board.fob.violations).toEqual([]);
      board.fob.close();
    }),
    { numRuns: countOf(20, 200) },
  );
});

it('flash pages are not written again where they hold the same content', () => {
  const { store } = worn(3);
  const board = new PagesBoard(1, store);
  const { operations } = board.fob;
  expect(board.write(stamped(2))).toBe(true);
  expect(board.fob.operations).toBe(operations);
});

it('flash pages are old or new after every power cut in the first file that is made', () => {
  const operations = SEEDS.map(seed => cutEverywhere(seed, worn(0), [stamped(1), stamped(2)]));
  expect(Math.min(...operations)).toBeGreaterThan(15);
});

it('flash pages are old or new after every power cut while another file follows a full one', () => {
  const start = worn(ENTRIES);
  const writes = [1, 2, 3, 4].map(index => stamped(1000 + index));
  const operations = SEEDS.map(seed => cutEverywhere(seed, start, writes));
  expect(Math.min(...operations)).toBeGreaterThan(18);
});

it('flash pages begin the same file again, before any other, where the power went in its header', () => {
  const start = worn(ENTRIES);
  const full = written(start.contents, stamped(999));
  for (const seed of Array.from({ length: 60 }, (_, index) => index)) {
    const board = new PagesBoard(seed, copyOf(start.store));
    // The first write made the file: this one is the last that fits.
    expect(board.write(stamped(999))).toBe(true);
    board.fob.cutPowerAtOperation(1);
    expect(board.write(stamped(1000))).toBe(undefined);
    board.fob.powerOn();
    expect(board.ask('k()'), `seed ${seed}`).toBe('true');
    expect(board.write(stamped(1001)), `seed ${seed}`).toBe(true);
    board.fob.cutPower();
    board.fob.powerOn();
    expect(board.contents().equals(written(full, stamped(1001)))).toBe(true);
    expect(board.fob.violations).toEqual([]);
    board.fob.close();
  }
});

it('flash pages refuse a write before Storage would compact itself, and stay readable', () => {
  const store = memoryStore();
  // Room for two files and the margin.
  const board = new PagesBoard(1, store, { junk: new Uint8Array(480_000) });
  let contents: Buffer = BLANK;
  let taken = 0;
  for (; taken < 4 * ENTRIES && board.write(stamped(taken)); taken++)
    contents = written(contents, stamped(taken));
  expect(taken).toBeGreaterThan(ENTRIES);
  expect(taken).toBeLessThan(4 * ENTRIES);
  expect(board.contents().equals(contents)).toBe(true);
  expect(Number(board.ask('f()'))).toBeGreaterThan(4096);
  expect(board.fob.wear().flashErases.every(erases => erases === 0)).toBe(true);
  board.fob.cutPower();
  board.fob.powerOn();
  expect(board.contents().equals(contents)).toBe(true);
});

itNeeds(
  needsEspruino(),
  'flash pages hold their content on the real interpreter, through a renewal of their file',
  async binary => {
    const interpreter = new Interpreter([binary], temporaryFolder('pages'));
    const writes = Array.from({ length: ENTRIES + 20 }, (_, index) => stamped(index));
    const orders = writes.map(
      ({ address, data }) => `w(${address},"${Buffer.from(data).toString('base64')}")`,
    );
    const ask = 'print("<"+r()+">",v(),"FILES",require("Storage").list().join());quit();';
    const wrote = await interpreter.run(`${PAGES_IMAGE};print("DONE",${orders.join('&&')});${ask}`);
    const again = await interpreter.run(`${PAGES_IMAGE};${ask}`);
    const expected = writes.reduce(written, BLANK).toString('base64');
    expect(wrote).toContain('DONE true');
    for (const printed of [wrote, again])
      expect(/<([^>]*)> 1 FILES pages1/.exec(printed)?.[1]).toBe(expected);
  },
);
