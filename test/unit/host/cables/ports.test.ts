import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joined } from 'passfob/commands/joined';
import { FobError } from 'passfob/errors';
import { addressText, readAddress } from 'passfob/transports/discover';
import { formOf } from 'passfob/transports/hid-forms';
import { type PortFound, portNamed, portsOf, type SystemPort } from 'passfob/transports/ports';
import { watchPorts } from 'passfob/transports/watch-ports';
import { expect, it, onTestFinished } from 'vitest';
import { CoreFob } from '../kit/core-fob.ts';
import { atHand } from '../kit/workplace.ts';

const form = formOf(0xff00, 1);
if (form === undefined) throw new Error('pico-hid has a form');
const hid = (path: string, serialNumber: string | undefined, usbId = '0483:5740') => ({
  path,
  usbId,
  serialNumber,
  form,
});
const listed = (ports: readonly PortFound[]) =>
  ports.map(({ address, isLikely }) => `${addressText(address)}${isLikely ? ' likely' : ''}`);

it('ports on Linux: boards first, serial before HID; a foreign device on the page of frames is unlikely', () => {
  const serial: SystemPort[] = [
    { path: '/dev/ttyS0' },
    { path: '/dev/ttyACM0', vendorId: '0483', productId: '5740', serialNumber: '3041' },
    { path: '/dev/ttyUSB0', vendorId: '1A86', productId: '7523' },
  ];
  const devices = [hid('/dev/hidraw3', undefined, '046d:c52b'), hid('/dev/hidraw1', '3041')];
  expect(listed(portsOf(serial, devices, 'linux'))).toEqual([
    'serial:/dev/ttyACM0 likely',
    'hid:/dev/hidraw1 likely',
    'serial:/dev/ttyS0',
    'serial:/dev/ttyUSB0',
    'hid:/dev/hidraw3',
  ]);
});

it('a Raspberry Pi Pico is likely, though its USB id tells no program; the debug probe made of one is not', () => {
  const serial: SystemPort[] = [
    { path: '/dev/ttyACM0', vendorId: '2E8A', productId: '000A', serialNumber: 'E660' },
    { path: '/dev/ttyACM1', vendorId: '2e8a', productId: '000c' },
    { path: '/dev/ttyACM2', vendorId: '0483', productId: '5740', serialNumber: '3041' },
  ];
  expect(
    portsOf(serial, [], 'linux').map(({ usbId, isLikely, isShared }) => [usbId, isLikely, isShared]),
  ).toEqual([
    ['2e8a:000a', true, true],
    ['0483:5740', true, false],
    ['2e8a:000c', false, false],
  ]);
});

it('a named port that the system does not list is asked as any', async () => {
  for (const name of ['/dev/does-not-exist', 'tcp:127.0.0.1:7070', 'hid:3041']) {
    const address = readAddress(name);
    const unknown = { usbId: undefined, usbSerial: undefined, isLikely: true, isShared: false };
    expect(await portNamed(address)).toEqual({ address, ...unknown });
  }
});

it('ports on macOS: the call-out name of each, once', () => {
  const board = { vendorId: '0483', productId: '5740', serialNumber: '3041' };
  const serial: SystemPort[] = [
    { path: '/dev/tty.Bluetooth-Incoming-Port' },
    { path: '/dev/tty.usbmodem3041', ...board },
    { path: '/dev/cu.usbmodem3041', ...board },
  ];
  expect(listed(portsOf(serial, [hid('DevSrvsID:4295034821', '3041')], 'darwin'))).toEqual([
    'serial:/dev/cu.usbmodem3041 likely',
    'hid:DevSrvsID:4295034821 likely',
    'serial:/dev/cu.Bluetooth-Incoming-Port',
  ]);
});

it('ports on Windows: COM ports, and the path of a HID collection unchanged', () => {
  const serial: SystemPort[] = [
    { path: 'COM1' },
    { path: 'COM12', vendorId: '0483', productId: '5740', serialNumber: '3041' },
  ];
  const path =
    '\\\\?\\HID#VID_0483&PID_5740&MI_02&Col02#8&1a2b&0&0001#{4d1e55b2-f16f-11cf-88cb-001111000030}';
  const ports = portsOf(serial, [hid(path, '3041')], 'win32');
  expect(listed(ports)).toEqual(['serial:COM12 likely', `hid:${path} likely`, 'serial:COM1']);
  for (const { address } of ports) expect(readAddress(addressText(address))).toEqual(address);
  expect(readAddress('\\\\.\\COM12')).toEqual({ kind: 'serial', path: 'COM12' });
  expect(readAddress('serial:\\\\.\\com3')).toEqual({ kind: 'serial', path: 'com3' });
  expect(readAddress('\\\\.\\pipe\\fob')).toEqual({ kind: 'serial', path: '\\\\.\\pipe\\fob' });
});

const at = (text: string, usbSerial?: string): PortFound => ({
  address: readAddress(text),
  usbId: '0483:5740',
  usbSerial,
  isLikely: true,
  isShared: false,
});
const tty = at('serial:/dev/ttyACM0', '3041');
const raw = at('hid:/dev/hidraw0', '3041');
const found = async (fob: CoreFob, port: PortFound) => ({
  at: port,
  found: { ...(await atHand(fob)), address: addressText(port.address) },
});
const silent = (port: PortFound, kind: 'no-answer' | 'port-forbidden') => ({
  at: port,
  found: { address: addressText(port.address), error: new FobError(kind, { subject: 'x' }) },
});
const kept = (asked: Parameters<typeof joined>[0]) =>
  joined(asked).kept.map(one => ('client' in one ? one.addresses : one.error.kind));

it('a fob at several ports is listed once, the preferred port first, the rest spare', async () => {
  const fob = new CoreFob();
  const asked = [await found(fob, tty), await found(fob, raw)];
  expect(kept(asked)).toEqual([['serial:/dev/ttyACM0', 'hid:/dev/hidraw0']]);
  expect(joined(asked).spare).toEqual([asked[1]?.found]);
  expect(kept([await found(fob, at('/dev/x')), await found(fob, raw)])).toEqual([
    ['serial:/dev/x', 'hid:/dev/hidraw0'],
  ]);
});

it('two boards with the same serial are two fobs', async () => {
  const fob = new CoreFob();
  const twoPorts = [await found(fob, tty), await found(fob, at('serial:/dev/ttyACM1'))];
  expect(kept(twoPorts)).toEqual([['serial:/dev/ttyACM0'], ['serial:/dev/ttyACM1']]);
  const twoBoards = [await found(fob, tty), await found(fob, at('hid:/dev/hidraw0', '9999'))];
  expect(kept(twoBoards)).toEqual([['serial:/dev/ttyACM0'], ['hid:/dev/hidraw0']]);
  expect(kept([await found(fob, tty), await found(new CoreFob(), raw)])).toHaveLength(2);
});

it('the silent port of an answering board is not reported, every other silent port is', async () => {
  const fob = await found(new CoreFob(), raw);
  expect(kept([silent(tty, 'no-answer'), fob])).toEqual([['hid:/dev/hidraw0']]);
  expect(kept([silent(tty, 'port-forbidden'), fob])).toEqual(['port-forbidden', ['hid:/dev/hidraw0']]);
  expect(kept([silent(at('/dev/ttyACM1', '77'), 'no-answer'), fob])).toEqual([
    'no-answer',
    ['hid:/dev/hidraw0'],
  ]);
  expect(kept([silent(at('/dev/ttyACM1'), 'no-answer'), fob])).toEqual(['no-answer', ['hid:/dev/hidraw0']]);
});

it('the port watcher reports arrivals and departures, and a device that was replugged between two reads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passfob-ports-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ttyACM0');
  writeFileSync(path, 'first');
  const port: PortFound = {
    address: { kind: 'serial', path },
    usbId: undefined,
    usbSerial: undefined,
    isLikely: false,
    isShared: false,
  };
  const other: PortFound = { ...port, address: { kind: 'hid', name: 'DevSrvsID:1' } };
  const looks = [
    () => [port],
    () => [port, other],
    () => {
      writeFileSync(`${path}.new`, 'second');
      renameSync(`${path}.new`, path);
      return [port, other];
    },
    () => [],
  ];
  const said: string[] = [];
  const ending = new AbortController();
  const name = ({ address }: PortFound) => (address.kind === 'hid' ? 'hid' : readFileSync(path, 'utf8'));
  await watchPorts(
    found => said.push(`+ ${name(found)}`),
    gone => {
      said.push(`- ${gone.address.kind}`);
      if (looks.length === 0 && said.filter(one => one.startsWith('-')).length === 3) ending.abort();
    },
    ending.signal,
    async () => looks.shift()?.() ?? [],
  );
  expect(said).toEqual(['+ first', '+ hid', '- serial', '+ second', '- serial', '- hid']);
});

it('the port watcher ends at once by its signal, and with the error of a listener', async () => {
  const ending = new AbortController();
  const watch = watchPorts(
    () => {},
    () => {},
    ending.signal,
    async () => [],
  );
  setTimeout(() => ending.abort());
  await watch;
  const port = portsOf([{ path: '/dev/ttyS0' }], [], 'linux');
  const failing = watchPorts(
    () => {
      throw new Error('enough');
    },
    () => {},
    new AbortController().signal,
    async () => port,
  );
  await expect(failing).rejects.toThrow('enough');
});
