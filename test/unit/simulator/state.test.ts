import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootOptions, StateStore } from '@passfob/simulator/base/fob';
import { boot } from '@passfob/simulator/fob/boot';
import { fileStore, memoryStore } from '@passfob/simulator/recording/state/stores';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { bytes, I2C, lines, QUIET, run } from './kit.ts';

const COUNT = `${QUIET}var s = require("Storage"), n = +(s.read("n") || 0); print(n, getSerial()); s.write("n", "" + (n + 1));`;

describe('state files', () => {
  let path: string;
  beforeEach(() => {
    path = join(temporaryFolder('state', onTestFinished), 'fob');
  });
  const open = () => run(COUNT, { storage: fileStore(path) });

  it('a state file keeps a fob across processes, even one that was not closed', () => {
    const first = open();
    const second = open();
    second.close();
    const third = open();
    third.close();
    expect([first, second, third].map(fob => lines(fob)[0]?.split(' ')[0])).toEqual(['0', '1', '2']);
    const serials = [first, second, third].map(fob => lines(fob)[0]?.split(' ')[1]);
    expect(new Set(serials).size).toBe(1);
    expect(serials[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  });

  it('a state file is for its owner only', () => {
    open().close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('a state file continues with the time it was closed at', () => {
    const fob = open();
    fob.advance(86_400_000);
    const closedAt = fob.now();
    fob.close();
    const again = open();
    // Booting takes some time itself.
    expect(again.now() - closedAt).toBeLessThan(100);
    expect(again.now()).toBeGreaterThanOrEqual(closedAt);
    again.close();
  });

  it('a file that is no state file is refused and left as it was', () => {
    writeFileSync(path, 'dear diary');
    expect(() => fileStore(path)).toThrow('is not the memory of a simulated fob');
    expect(readFileSync(path, 'latin1')).toBe('dear diary');
    expect(() => fileStore(join(path, '..', 'no', 'such', 'folder'))).toThrow();
  });

  it('a state file of another board, layout or length is refused', () => {
    open().close();
    const refused = (storage: ReturnType<typeof fileStore>, board: 'pico' | 'bench' = 'pico') =>
      expect(() => boot({ board, image: {}, storage }));
    refused(fileStore(path), 'bench').toThrow('this is the memory of a pico board, not of a bench board');
    const image = readFileSync(path);
    writeFileSync(path, image.subarray(0, -1));
    refused(fileStore(path)).toThrow("this fob's memory is not complete");
    image[8] = 9;
    writeFileSync(path, image);
    refused(fileStore(path)).toThrow('layout 9');
    chmodSync(path, 0o600);
  });
});

it('a state in memory carries a fob into another boot, whose image is not written again', () => {
  const storage = memoryStore();
  run(COUNT, { storage }).close();
  const again = run('print("another image")', { storage });
  expect(lines(again)[0]).toMatch(/^1 /);
});

it('a state in memory has files flashed beside the image', () => {
  const fob = run('print(require("Storage").read("birth").length)', {
    files: { birth: new Uint8Array(32) },
  });
  expect(lines(fob)).toEqual(['32']);
});

it('a state in memory has another serial for another seed, and on the bench that of the interpreter', () => {
  const serial = (seed: number) => lines(run('print(getSerial())', { seed }))[0];
  expect(serial(1)).toBe(serial(1));
  expect(serial(1)).not.toBe(serial(2));
  expect(lines(run('print(getSerial())', { board: 'bench' }))).toEqual(['00000000-addeadde-addeadde']);
});

it('a store is synchronised after each operation and each setting of the clock, and not for counts', () => {
  const events: string[] = [];
  const memory = memoryStore();
  const storage: StateStore = {
    load: () => memory.load(),
    write(offset, data) {
      events.push(offset === 36 || offset === 48 ? 'count' : 'data');
      memory.write(offset, data);
    },
    sync: () => events.push('sync'),
  };
  const transfers = {
    a: 'I2C1.writeTo(0x57,[0,0,1])',
    b: 'I2C1.writeTo(0x68,[0,1,2,3])',
    c: 'I2C1.writeTo(0x68,0);I2C1.readFrom(0x68,7)',
  };
  const cases = Object.entries(transfers).map(([name, code]) => `if(c=="${name}"){${code}}`);
  const fob = run(`${QUIET}${I2C}USB.on("data",function(c){${cases.join('')};USB.write("done")})`, {
    storage,
  });
  fob.link.onData(() => events.push('done'));
  const eventsOf = (request: string) => {
    events.length = 0;
    fob.link.write(bytes(request));
    fob.advance(20);
    return events.filter((event, at) => event !== events[at - 1]);
  };
  expect(eventsOf('a')).toEqual(['count', 'data', 'sync', 'done']);
  expect(eventsOf('b')).toEqual(['data', 'sync', 'done']);
  expect(eventsOf('c')).toEqual(['done']);
  events.length = 0;
  fob.close();
  expect(events).toEqual(['count']);
});

it('the randomness of a board is real without a seed, and can be real beside one', () => {
  const source = 'print(getSerial(), E.hwRand(), E.hwRand(), Math.random())';
  const values = (options: Pick<BootOptions, 'seed' | 'random'>) => {
    const fob = boot({ board: 'pico', image: { '.bootcde': bytes(source) }, ...options });
    fob.close();
    return lines(fob)[0];
  };
  const real = [
    values({}),
    values({}),
    values({ seed: 1, random: 'real' }),
    values({ seed: 1, random: 'real' }),
  ];
  expect(new Set(real.flatMap(line => line?.split(' '))).size).toBe(16);
  expect(values({ seed: 5 })).toBe(values({ seed: 5 }));
  expect(values({ random: 'seed' })).toBe(values({ seed: 1 }));
  const asked = boot as (options: object) => unknown;
  expect(() => asked({ board: 'pico', random: 'dice' })).toThrow("random is 'real' or 'seed'");
});

it('a seed decides how memories tear, also where the randomness of the board is real', () => {
  const source = `${QUIET}${I2C}USB.on("data",()=>I2C1.writeTo(0x57,[0,0,1,2,3,4,5,6,7,8]))`;
  const contents = (seed: number) => {
    const storage = memoryStore();
    const fob = run(source, { seed, random: 'real', storage });
    fob.cutPowerAtOperation(1);
    fob.link.write(bytes('x'));
    expect(fob.powered).toBe(false);
    return Buffer.from(storage.load()?.subarray(128, 160) ?? []).toString('hex');
  };
  expect(contents(3)).toBe(contents(3));
  expect(new Set([1, 2, 3, 4, 5, 6].map(contents)).size).toBeGreaterThan(2);
});

it('a state in memory makes hwRand differ from boot to boot on pico, and not on the bench', () => {
  const boots = (board: 'pico' | 'bench') => {
    const fob = run('print(E.hwRand(), Math.random())', { board });
    fob.cutPower();
    fob.powerOn();
    return new Set(lines(fob)).size;
  };
  const resets = run(
    'print(E.hwRand()); if (!require("Storage").read("x")) { require("Storage").write("x", "x"); E.reboot() }',
  );
  expect(new Set(lines(resets)).size).toBe(2);
  expect(boots('pico')).toBe(2);
  expect(boots('bench')).toBe(1);
});

const FILES = 'var fs = require("fs");';

it('files of the bench are written, read, listed and removed', () => {
  const source = `${FILES}fs.writeFileSync("a", "text"); fs.writeFileSync("b", new Uint8Array([255, 0])); fs.writeFileSync("a", "new");
      print(fs.readFileSync("a"), fs.readFileSync("b").charCodeAt(0), fs.readdirSync().join()); fs.unlinkSync("a");
      try { fs.readFileSync("a") } catch (e) { print(e.message) } try { fs.unlinkSync("a") } catch (e) { print(e.message) }`;
  const fob = run(source, { board: 'bench' });
  expect(lines(fob)).toEqual([
    'new 255 .,..,a,b',
    'Could not open file : UNKNOWN',
    'Unable to delete file : UNKNOWN',
  ]);
  expect(fob.operations).toBe(4);
});

it('files of the bench are old, new or a prefix of the new after a cut', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const source = `${FILES}Serial1.setup(9600); Serial1.on("data", () => fs.writeFileSync("a", "NEWER")); try { print(fs.readFileSync("a")) } catch (e) { fs.writeFileSync("a", "OLD") }`;
    const fob = run(source, { board: 'bench', seed });
    fob.cutPowerAtOperation(1);
    fob.link.write(bytes('x'));
    expect(fob.powered).toBe(false);
    fob.powerOn();
    seen.add(lines(fob)[0] ?? '');
  }
  expect([...seen].sort()).toEqual(['', 'N', 'NE', 'NEW', 'NEWE', 'NEWER', 'OLD']);
});

it('the real clock runs timers by the machine, and does not take advance or press', async () => {
  const fob = run(`${QUIET}setInterval(() => USB.write("due"), 5);`, { clock: 'real' });
  expect(() => fob.advance(1)).toThrow('a real clock moves by itself');
  expect(() => fob.press()).toThrow('virtual clock');
  const text = await new Promise<string>(resolve => {
    fob.link.onData(data => resolve(Buffer.from(data).toString()));
    // The fob's own timer does not keep a process alive.
    const hold = setInterval(() => {}, 1000);
    fob.onScreen(() => clearInterval(hold));
    fob.link.onData(() => clearInterval(hold));
  });
  // On a busy machine several may be due at once.
  expect(text).toMatch(/^(due)+$/);
  expect(Math.abs(fob.now() - Date.now())).toBeLessThan(10_000);
  fob.close();
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300])(
  'a state file whose time is %d is refused',
  time => {
    const storage = memoryStore();
    boot({ board: 'pico', seed: 1, crystal: false, image: {}, storage }).close();
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, time, true);
    // The time when the state was stored, in the header of the file.
    storage.write(48, bytes);
    expect(() => boot({ board: 'pico', seed: 1, crystal: false, storage })).toThrow(
      /is damaged: it has no time/,
    );
  },
);
