import { boot } from '@passfob/simulator';
import { expect, it } from 'vitest';
import { bytes, lines, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

/** A keyboard's descriptor, reduced to the items that the simulator reads. */
const KEYBOARD = '[5,1,9,6,0xa1,1,0xc0]';
const WITH_IDS = '[5,1,9,6,0xa1,1,0x85,1,0xc0,6,0,255,9,1,0xa1,1,0x85,2,0xc0]';
const offer = (descriptor: string) => `E.setUSBHID({reportDescriptor:${descriptor}});`;
const SEND = 'USB.on("data", d => print(E.sendUSBHID(JSON.parse(d))));';

it('USB HID takes a report each ten milliseconds, once the computer has set the device up', () => {
  const fob = run(`${QUIET}${offer(KEYBOARD)}${SEND}`);
  const send = (report: number[]) => fob.link.write(bytes(JSON.stringify(report)));
  send([0, 0, 30]);
  fob.advance(120);
  send([0, 0, 31]);
  send([0, 0, 32]);
  fob.advance(10);
  send([0, 0, 33]);
  fob.advance(10);
  expect(lines(fob)).toEqual(['false', 'true', 'false', 'true']);
  expect(fob.keyboard.map(report => [...report.bytes])).toEqual([
    [0, 0, 31],
    [0, 0, 33],
  ]);
  const [first, second] = fob.keyboard;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBe(10);
});

it('USB HID has the descriptor from when the cable went in, and no later one', () => {
  const late = run(`${QUIET}setTimeout(() => {${offer(KEYBOARD)}}, 200);${SEND}`);
  late.advance(300);
  late.link.write(bytes('[0]'));
  late.setUsb(false);
  late.advance(300);
  late.link.write(bytes('[0]'));
  late.setUsb(true);
  late.advance(300);
  late.link.write(bytes('[0]'));
  // With the cable out nothing comes in over it.
  expect(lines(late)).toEqual(['false', 'true']);
});

it('USB HID refuses reports longer than its endpoint, and is absent on boards without it', () => {
  const fob = run(`${QUIET}${offer(KEYBOARD)}setTimeout(() => print(E.sendUSBHID(new Uint8Array(17))), 200)`);
  fob.advance(300);
  expect(lines(fob)).toEqual(['false']);
  const bench = boot({ board: 'bench', image: { '.bootcde': bytes('print(typeof E.sendUSBHID)') } });
  expect(lines(bench)).toEqual(['undefined']);
});

it('USB HID distinguishes keys from frames by the report id where there are ids', () => {
  const image = { '.bootcde': bytes(`${QUIET}${offer(WITH_IDS)}${SEND}`) };
  const fob = boot({ board: 'pico-hid', image });
  fob.advance(150);
  const frames: number[][] = [];
  fob.frames.onData(report => frames.push([...report]));
  fob.link.write(new Uint8Array(0));
  fob.serial('USB').write(bytes('[1,0,0,4]'));
  fob.advance(20);
  fob.serial('USB').write(bytes('[2,1,65]'));
  fob.advance(20);
  fob.serial('USB').write(bytes('[2,1,66]'));
  fob.advance(20);
  expect(fob.keyboard.map(report => [...report.bytes])).toEqual([[0, 0, 4]]);
  expect(frames).toEqual([
    [1, 65],
    [1, 66],
  ]);
});

it('USB HID passes output reports on with their id, on the build that does', () => {
  const source = `${QUIET}${offer(WITH_IDS)}E.on("HID", r => print(r.length, r.charCodeAt(0), r.substr(1, 2)))`;
  const heard = (['pico-hid', 'pico'] as const).map(board => {
    const fob = boot({ board, image: { '.bootcde': bytes(source) } });
    fob.frames.write(bytes('early'));
    fob.advance(150);
    fob.frames.write(bytes('abc'));
    fob.advance(10);
    return lines(fob);
  });
  expect(heard).toEqual([['4 2 ab'], []]);
});

it('the power supply is measured', () => {
  const fob = run(`${QUIET}USB.on("data", () => print(E.getAnalogVRef().toFixed(1)))`);
  for (const volts of [3.3, 2.9]) {
    fob.setSupply(volts);
    fob.link.write(bytes('?'));
  }
  expect(lines(fob)).toEqual(['3.3', '2.9']);
});

prints('exceptions of events')`
  an exception of an event reaches the listener of the image:
    ${QUIET}process.on("uncaughtException", e => print("told", e.message)); setTimeout(() => { throw new Error("oh") }, 10);
    @ advance 20
    > told oh

  an exception of an event is printed where nobody listens:
    ${QUIET}setTimeout(() => { throw "oh" }, 10);
    @ advance 20
    > Uncaught oh

  an exception is printed when the listener throws itself, and the image continues:
    ${QUIET}process.on("uncaughtException", () => { throw "again" });
    setTimeout(() => { throw new Error("oh") }, 10); setTimeout(() => print("alive"), 20)
    @ advance 30
    > Uncaught again
    > alive
`;
