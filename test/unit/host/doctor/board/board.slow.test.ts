import * as boards from '@passfob/firmware/boards/limits';
import * as core from '@passfob/firmware/core/base/limits';
import { PICO } from '@passfob/simulator/board/wiring/pico';
import { boardText } from 'passfob/cli/board-test';
import { maintain } from 'passfob/commands/maintain';
import { BUS, PARTS } from 'passfob/doctor/board/bus';
import { pressFinding } from 'passfob/doctor/board/button';
import { rateBounds } from 'passfob/doctor/board/clock';
import { SPARE_PAGE, sizeFinding } from 'passfob/doctor/board/eeprom';
import { checkVersion, defectOf } from 'passfob/doctor/board/interpreter';
import { EEPROM_WRITE_SECONDS, FRAMES, SILENCE_MS } from 'passfob/doctor/board/limits';
import { boardReport } from 'passfob/doctor/board/report';
import { selfTest } from 'passfob/doctor/board/self-test';
import { BOARD_TEXTS } from 'passfob/doctor/board/texts';
import { BoardConsole } from 'passfob/flash/console';
import { afterAll, describe, expect, it } from 'vitest';
import { Board } from '../../../../system/flash/kit.ts';
import { accountsOn, enrolled, flashed, onFob, ownerOf } from '../../../../system/flash/owner.ts';
import { failure } from '../../kit/failure.ts';
import { statesOf, type Tested, tested } from './kit.ts';

const GOOD = {
  version: 'ok',
  memory: 'ok',
  supply: 'ok',
  random: 'ok',
  lines: 'ok',
  display: 'ok',
  // Its first battery has just been put in.
  clock: 'warning',
  eeprom: 'ok',
  wire: 'ok',
  rate: 'ok',
  button: 'ok',
};

/** A board whose own program spoils something before the test begins. */
const spoilt = (program: string) => new Board('pico', { '.boot1': Buffer.from(program) });

const said: string[] = [];

async function testedBoard(...given: Parameters<typeof tested>): Promise<Tested> {
  const result = await tested(...given);
  said.push(...result.findings.map(({ sentence }) => sentence));
  return result;
}

it('the self-test finds a soldered board good', async () => {
  const board = new Board();
  const result = await testedBoard(board, { frames: FRAMES });
  expect(statesOf(result)).toEqual(GOOD);
  expect(result.of('eeprom')?.values).toMatchObject({ bytes: 4_096, isHeld: true, isRestored: true });
  expect(result.of('wire')?.values).toMatchObject({ frames: 200, lost: 0, unpacedFrames: 40 });
  expect(result.of('button')?.values.held).toBeGreaterThan(140);
  expect(result.progress.at(-1)).toEqual({ event: 'press-wanted', seconds: 20, isDisplayLit: true });
  expect(board.fob.violations).toEqual([]);
  expect(board.fob.consoleText()).not.toMatch(/Uncaught|ERROR/);
});

it('the self-test writes to one spare page, restores it, and writes no flash', async () => {
  const board = new Board('pico', { notes: Buffer.from('my own') });
  const before = board.store.load()?.slice();
  const { eepromWrites, ...flash } = board.fob.wear();
  const first = eepromWrites.slice();
  await testedBoard(board);
  const { eepromWrites: after, ...flashAfter } = board.fob.wear();
  expect(after.flatMap((writes, page) => (writes === first[page] ? [] : [page]))).toEqual([25]);
  expect(flashAfter).toEqual(flash);
  const [one, other] = [before, board.store.load()].map(memory => Buffer.from(memory ?? []).subarray(128));
  expect(other?.equals(one ?? Buffer.alloc(0))).toBe(true);
});

it.each([
  ['display', { display: false }],
  ['clock', { clock: false }],
  ['eeprom', { eeprom: 'none' }],
] as const)('the self-test names the %s that is not connected', async (check, parts) => {
  const result = await testedBoard(new Board('pico', {}, undefined, { parts }));
  const { rate: _, ...withoutRate } = GOOD;
  const expected = check === 'clock' ? withoutRate : GOOD;
  expect(statesOf(result)).toEqual({ ...expected, [check]: 'problem' });
  expect(result.of(check)?.next).toContain('SCL to B8, SDA to B9');
});

it('the self-test says that nothing answers where no part is connected', async () => {
  const parts = { display: false, clock: false, eeprom: 'none' } as const;
  const result = await testedBoard(new Board('pico', {}, undefined, { parts }));
  expect(result.of('display')?.sentence).toBe(
    'No part answers on the bus, and no resistor of a module pulls it up.',
  );
  expect(result.findings.map(({ check }) => check)).not.toContain('rate');
});

it('the self-test finds a wire of the bus that is held low, and asks no part', async () => {
  const board = spoilt('var r=digitalRead;digitalRead=function(p){return p==B9?0:r(p)}');
  const result = await testedBoard(board);
  expect(result.of('lines')?.sentence).toBe('The bus is held low: SDA (B9). Nothing on it can answer.');
  expect(result.of('display')).toBeUndefined();
});

it('the self-test recognises an AT24C256', async () => {
  const result = await testedBoard(new Board('pico', {}, undefined, { parts: { eeprom: 'AT24C256' } }));
  expect(result.of('eeprom')?.sentence).toBe('The EEPROM keeps what is written: AT24C256, 32768 bytes.');
});

it('the self-test finds an EEPROM that drops what is written, and one that keeps something else', async () => {
  const onWrite = (does: string) =>
    spoilt(
      `(function(w){I2C1.writeTo=function(a,d){if(a==87&&d.length>2){${does}}return w.call(I2C1,a,d)}})(I2C1.writeTo)`,
    );
  expect((await testedBoard(onWrite('return'))).of('eeprom')?.sentence).toBe(
    'The EEPROM answers, but does not keep what is written.',
  );
  expect((await testedBoard(onWrite('d[2][7]=0;d[2][8]=0'))).of('eeprom')?.sentence).toBe(
    'The EEPROM kept something else than was written.',
  );
});

it.each([1, 3.5, 10])(
  'the self-test waits long enough for the EEPROM %d s after a start, when the clock of the board is not yet steady',
  async seconds => {
    const board = new Board();
    board.fob.advance(seconds * 1_000);
    expect([(await testedBoard(board)).of('eeprom')?.state, board.fob.violations]).toEqual(['ok', []]);
  },
);

it('the self-test asks a slow EEPROM again, and one that never answers after a write a bounded number of times', async () => {
  // Espruino's driver waits so long for an acknowledge.
  const waits = 'var e=getTime()+1.2;while(getTime()<e);throw new InternalError("Timeout on I2C")';
  const busyFor = (seconds: number) =>
    spoilt(
      `(function(w,t){I2C1.writeTo=function(a,d){if(a==87&&getTime()<t){${waits}}` +
        `if(a==87&&d.length>2)t=getTime()+${seconds};return w.call(I2C1,a,d)}})(I2C1.writeTo,0)`,
    );
  const slow = await testedBoard(busyFor(0.016));
  expect(slow.of('eeprom')?.sentence).toBe('The EEPROM keeps what is written: AT24C32, 4096 bytes.');
  expect((await testedBoard(busyFor(3_600))).of('eeprom')).toMatchObject({
    state: 'problem',
    sentence: expect.stringContaining('Timeout on I2C'),
  });
});

it.each([
  [400, 'problem'],
  [-400, 'problem'],
  [40, 'ok'],
])('the self-test measures a clock that runs %i ppm fast within its bounds', async (driftPpm, state) => {
  const board = new Board('pico', {}, undefined, { driftPpm });
  const result = await testedBoard(board, { seconds: 120, isPressed: false });
  const { ppmFrom, ppmTo } = result.of('rate')?.values ?? {};
  expect(ppmFrom).toBeLessThanOrEqual(driftPpm);
  expect(ppmTo).toBeGreaterThanOrEqual(driftPpm);
  expect(Number(ppmTo) - Number(ppmFrom)).toBeLessThan(300);
  expect(result.of('rate')?.state).toBe(state);
});

it('the self-test finds a clock that stands still, and a chip that is no DS3231', async () => {
  const answers = (registers: string) =>
    spoilt(
      `(function(r){I2C1.readFrom=function(a,n){return a==104?[${registers}].slice(0,n):r.call(I2C1,a,n)}})(I2C1.readFrom)`,
    );
  const still = await testedBoard(answers('1,2,3,4,5,6,7,0,0,0,0,0,0,0,4,0,0,20,0'));
  expect(still.of('rate')?.sentence).toBe('The clock chip does not count seconds.');
  expect(still.of('clock')?.sentence).toBe('The clock chip has kept its time; it measures 20 °C.');
  const other = await testedBoard(answers('1,2,3,4,5,6,7,0,0,0,0,0,0,0,4,0,0,100,0'));
  expect(other.of('clock')?.sentence).toBe('The chip at 0x68 is no DS3231: it measures 100 °C.');
  const noise = await testedBoard(answers('255,255,255,4,5,6,7,0,0,0,0,0,0,0,4,0,0,20,0'));
  expect(noise.of('clock')?.sentence).toBe('The chip at 0x68 is no DS3231: its registers hold no time.');
});

it('the self-test finds a broken random number generator', async () => {
  expect((await testedBoard(spoilt('E.hwRand=function(){return 5}'))).of('random')?.sentence).toBe(
    'The random number generator is broken: it always gives the same number.',
  );
});

it('the self-test says which supply and which memory are too small', async () => {
  const board = new Board();
  board.fob.setSupply(2.6);
  expect((await testedBoard(board)).of('supply')).toMatchObject({
    state: 'warning',
    sentence: 'The supply is 2.6 V, not about 3.3 V.',
  });
  const small = spoilt('process.memory=function(){return{total:2756,free:2000}}');
  expect((await testedBoard(small)).of('memory')?.state).toBe('problem');
});

it('the self-test counts the frames that the cable loses', async () => {
  const board = new Board();
  let packets = 0;
  board.onTheWay = text => (/^[\w+/]{63}$/.test(text) && ++packets % 10 === 0 ? text.slice(1) : text);
  const result = await testedBoard(board, { frames: 40 });
  const { lost } = result.of('wire')?.values ?? {};
  expect(lost).toBe(Math.floor(packets / 10));
  expect(lost).toBeGreaterThan(1);
  expect(result.of('wire')?.state).toBe('problem');
});

it('the self-test says that nobody pressed the button, that it is down, or that it was left out', async () => {
  const silent = await testedBoard(new Board(), { report: () => undefined });
  expect(silent.of('button')?.sentence).toBe('Nobody pressed the button within 20 s, or it does not work.');
  const held = new Board();
  held.fob.keyDown();
  expect((await testedBoard(held)).of('button')?.sentence).toBe('The button is down without a hand on it.');
  expect((await testedBoard(new Board(), { isPressed: false })).of('button')?.state).toBe('unknown');
});

it('the self-test quotes an exception of the board, and goes on', async () => {
  const result = await testedBoard(spoilt('E.getAnalogVRef=function(){throw "no reference"}'));
  expect(statesOf(result)).toEqual({ ...GOOD, supply: 'problem' });
  expect(result.of('supply')?.sentence).toBe('The board could not do this: no reference');
});

it('the self-test refuses another kind of board', async () => {
  expect((await failure(tested(new Board('banglejs2')))).message).toBe(
    'The self-test is for an Espruino Pico (PICO_R1_3), and this board says that it is BANGLEJS2.',
  );
});

it('the self-test of an owned fob in maintenance leaves vault and keys alone, and the fob runs again', async () => {
  const board = new Board();
  const { context } = ownerOf(() => board);
  await flashed(context, board);
  await enrolled(context, board, ['anna', 'ben']);
  await onFob(board, fob => maintain(context, fob));
  board.fob.advance(1_000);
  expect(statesOf(await testedBoard(board))).toEqual(GOOD);
  board.fob.advance(1_000);
  expect(await onFob(board, async fob => fob.hello.state)).toBe('owned');
  expect([await accountsOn(context, board), board.fob.violations]).toEqual([['anna', 'ben'], []]);
});

it.each(['eeprom', 'wire', 'rate', 'button'] as const)(
  'a cable that is pulled during the check of %s ends the self-test with an error, and the board by itself',
  async check => {
    const board = new Board();
    let sent = 0;
    const error = await failure(
      tested(board, {}, progress => {
        if (progress.event !== 'check' || progress.check !== check) return;
        board.onTheWay = text => {
          if (++sent === 4) board.unplug();
          return text;
        };
      }),
    );
    expect(error.kind).toBe('unplugged');
    board.onTheWay = text => text;
    // The interpreter's clock loses up to a second while a crystal starts, and the board restarts.
    board.fob.advance(SILENCE_MS + 5_000);
    const repl = await BoardConsole.open(await board.port.open(), 400);
    expect(await repl.evaluate('typeof PFk+typeof PFw+digitalRead(BTN1)')).toBe('undefinedundefined0');
    await repl.close();
  },
);

it('a cancelled self-test ends the programs on the board', async () => {
  const board = new Board();
  const cancel = new AbortController();
  const error = await failure(
    tested(board, { signal: cancel.signal }, progress => {
      if (progress.event === 'check' && progress.check === 'eeprom') cancel.abort();
    }),
  );
  expect(error.kind).toBe('cancelled');
  const repl = await BoardConsole.open(await board.port.open(), 400);
  expect(await repl.evaluate('typeof PFk')).toBe('undefined');
  await repl.close();
});

it('the table and the report of a self-test name no chip and use no colour', async () => {
  const board = new Board();
  const repl = await BoardConsole.open(await board.port.open(), 400);
  const chip = String(await repl.evaluate('getSerial()'));
  const result = await selfTest(repl, {
    seconds: 5,
    frames: 4,
    isPressed: false,
    watch: { now: () => board.fob.now(), pause: async ms => board.fob.advance(ms) },
    report: () => undefined,
  });
  const report = boardReport(result, '0.1.0', 0);
  expect(report).toMatchObject({
    format: 'passfob-board-report',
    version: 1,
    at: '1970-01-01T00:00:00.000Z',
    board: { build: 'PICO_R1_3', interpreter: '2v29', serial: expect.stringMatching(/^PF-/) },
  });
  expect(report.checks.map(({ check }) => check)).toEqual(Object.keys(GOOD));
  const text = boardText(result);
  expect(text).toMatch(/^✓ ok {8}EEPROM {13}The EEPROM keeps/m);
  expect(text).toMatch(/^! warning {3}clock chip {9}\S/m);
  expect(text).toMatch(/^– left out {2}button/m);
  expect(text).not.toContain('\x1b');
  for (const shown of [text, JSON.stringify(report)]) {
    for (const part of chip.split('-')) expect(shown).not.toContain(part);
  }
});

describe('the judgement of the self-test', () => {
  it('a release with the loss of bytes is named, and an old one refused', () => {
    const of = (version: string) => {
      const finding = checkVersion(version);
      said.push(finding.sentence);
      return [finding.state, finding.sentence.includes('loses bytes')];
    };
    expect([of('2v20'), of('1v99')]).toEqual([
      ['problem', false],
      ['problem', false],
    ]);
    expect([of('2v25'), of('2v26'), of('2v29')]).toEqual([
      ['ok', false],
      ['ok', true],
      ['ok', true],
    ]);
    expect([of('2v29.277'), of('2v30'), of('3v1')]).toEqual([
      ['ok', false],
      ['ok', false],
      ['ok', false],
    ]);
  });

  it('random words are refused that repeat, stand still in a bit, or are not balanced', () => {
    const good = Array.from(crypto.getRandomValues(new Uint32Array(64)), word => word | 0);
    expect(defectOf(good)).toBeUndefined();
    expect(defectOf([...good.slice(1), good[5] ?? 0])).toBe('it repeats numbers');
    expect(defectOf(good.map(word => word | 16))).toBe('a bit never changes');
    expect(defectOf(good.map((word, at) => (at % 2 ? word : -1 - at)))).toBe(
      'ones and zeros are not balanced',
    );
  });

  it('the bounds of a rate are those that every pair of changes allows', () => {
    expect(
      rateBounds([
        { count: 0, fromMs: 0, toMs: 10 },
        { count: 100, fromMs: 100_000, toMs: 100_005 },
      ]),
    ).toEqual({ from: -50, to: 101 });
    expect(rateBounds([{ count: 0, fromMs: 0, toMs: 10 }])).toBeUndefined();
    // The last change cannot be early for one of the others and late for the other.
    expect(
      rateBounds([
        { count: 0, fromMs: 0, toMs: 1 },
        { count: 1, fromMs: 1_500, toMs: 1_501 },
        { count: 2, fromMs: 2_000, toMs: 2_001 },
      ]),
    ).toBeUndefined();
  });

  it('EEPROMs of 8 and 16 kB are refused, which the firmware would take for larger ones', () => {
    for (const bytes of [8_192, 16_384]) expect(sizeFinding(bytes, {}).state).toBe('problem');
    for (const bytes of [4_096, 32_768, 65_536]) expect(sizeFinding(bytes, {}).state).toBe('ok');
    said.push(sizeFinding(8_192, {}).sentence);
  });

  it('a press is measured from its first contact, and bounces that outlast the debounce are named', () => {
    const edges = (...at: number[]) => at.map((atMs, index) => ({ atMs, level: 1 - (index % 2) }));
    expect(pressFinding(edges(0, 1, 3, 200, 202, 203)).values).toEqual({
      held: 200,
      bounces: 4,
      bounceMs: 3,
    });
    const bouncy = pressFinding(edges(0, 10, 20, 35, 40, 300));
    expect([bouncy.state, bouncy.values.bounceMs]).toEqual(['warning', 40]);
    said.push(bouncy.sentence);
  });

  it("the self-test's facts are those of the firmware and of the board", () => {
    expect(PARTS.map(({ address }) => address)).toEqual([
      boards.SSD1306_ADDRESS,
      boards.DS3231_ADDRESS,
      boards.AT24C32_ADDRESS,
    ]);
    const { scl, sda } = PICO.i2c ?? {};
    expect(BUS).toEqual({ scl, sda, bitrate: boards.I2C_BITRATE });
    expect(EEPROM_WRITE_SECONDS).toBe(boards.AT24C32_WRITE_SECONDS);
    const page = SPARE_PAGE.address / boards.AT24C32_PAGE_BYTES;
    expect([SPARE_PAGE.address, SPARE_PAGE.bytes]).toEqual([boards.PROBE_ADDRESS, boards.AT24C32_PAGE_BYTES]);
    // Behind the press journal, before the records.
    expect(page).toBe(core.PRESSES_PAGE + core.PRESSES_PAGES);
    expect(page).toBe(core.SYSTEM_PAGES - 1);
  });

  afterAll(() => {
    const untold = Object.entries(BOARD_TEXTS).filter(([name, [words]]) => {
      const pattern = words.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.*');
      return !RARE.includes(name) && !said.some(sentence => new RegExp(`^${pattern}$`).test(sentence));
    });
    expect(untold.map(([name]) => name)).toEqual([]);
  });
});

/** A board that falls silent is in `silent.slow.test.ts`; uneven answers need a busy computer. */
const RARE = ['silent', 'rate-uneven'];
