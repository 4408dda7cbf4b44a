import { fromReport, toReports } from '@passfob/protocol/reports';
import { connect } from 'passfob/client';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { bytes } from './kit.ts';
import type { UsbipClient } from './usbip-client.ts';
import { plugged, setUp } from './usbip-kit.ts';

const STALL = -32;
/** Carries frames over an endpoint in both directions, as a driver would. */
function overEndpoint(
  computer: UsbipClient,
  endpoint: number,
  toPackets: (text: string) => Uint8Array[],
  toText: (packet: Buffer) => string,
): Transport {
  const cable = pipe({
    name: 'usb',
    write: async text => {
      for (const packet of toPackets(text)) await computer.out(endpoint, packet).done;
    },
    release: async () => {},
  });
  const fetch = async () => {
    while (!computer.socket.destroyed) {
      const { data } = await computer.in(endpoint, 64).done;
      cable.receive(Buffer.from(toText(data), 'latin1'));
    }
  };
  void fetch();
  return cable.transport;
}

const LATIN1 = (packet: Buffer) => packet.toString('latin1');

/** Echoes the input of the serial port. */
const ECHO = 'E.setConsole(null,{force:true});USB.on("data", d => USB.write(d));';
const TYPIST = `E.setConsole(null,{force:true});E.setUSBHID({reportDescriptor:[5,1,9,6,0xa1,1,0xc0]});
USB.on("data", d => USB.write(E.sendUSBHID([0,0,d.charCodeAt(0),0,0,0,0,0]) ? "y" : "n"));`;

it('USB/IP lists the device and its interfaces', async () => {
  const { computer, front, client } = await plugged();
  const list = await computer.list();
  expect(list.subarray(0, 12).toString('hex')).toBe('011100050000000000000001');
  expect(list.subarray(12 + 256, 12 + 259).toString()).toBe('1-1');
  expect(list.subarray(12 + 288).toString('hex')).toBe(
    '000000010000000100000002048357400200ef020101010302020100' + '0a000000' + '03000000',
  );
  await front.unplug();
  expect((await (await client()).list()).toString('hex')).toBe('011100050000000000000000');
});

it('USB/IP gives the device to one client, by its name only, while it is plugged in and has power', async () => {
  const { computer, front, client, fob } = await plugged();
  expect(await (await client()).import('1-2')).toBe(4);
  expect(await computer.import()).toBe(0);
  expect(await (await client()).import()).toBe(2);
  await front.unplug();
  await computer.closed;
  expect(await (await client()).import()).toBe(4);
  await front.replug();
  const second = await client();
  expect(await second.import()).toBe(0);
  fob.cutPower();
  await second.closed;
  expect(await (await client()).import()).toBe(4);
  fob.powerOn();
  expect(await (await client()).import()).toBe(0);
});

it('USB/IP reports when the device is free again', async () => {
  let times = 0;
  const { front, fob } = await plugged({}, { onAvailable: () => times++ });
  await front.unplug();
  await front.replug();
  fob.cutPower();
  fob.powerOn();
  fob.advance(1000);
  expect(times).toBe(2);
});

it('USB/IP answers standard requests, and stalls unknown ones', async () => {
  const { computer } = await plugged();
  expect(await computer.import()).toBe(0);
  const hex = async (request: number, value: number, index = 0, length = 255) => {
    const { status, data } = await computer.get(request, value, index, length);
    return status === 0 ? data.toString('hex') : status;
  };
  expect(await hex(0x8006, 0x0100, 0, 8)).toBe('12010002ef020140');
  expect(await hex(0x8006, 0x0300)).toBe('04030904');
  const text = (await computer.get(0x8006, 0x0302, 0x0409)).data.subarray(2).toString('utf16le');
  expect(text).toBe('pico simulated by Passfob');
  const serial = (await computer.get(0x8006, 0x0303, 0x0409)).data.subarray(2).toString('utf16le');
  expect(serial).toMatch(/^[0-9a-f]{24}$/);
  expect(await hex(0x8000, 0)).toBe('0100');
  expect(await hex(0x8008, 0)).toBe('00');
  for (const [request, value] of [
    [0x8006, 0x0600],
    [0x8006, 0x0304],
    [0x8006, 0x0201],
    [0x810a, 0],
    [0xa121, 0],
    [0xc0ff, 0],
  ] as const) {
    expect(await hex(request, value)).toBe(STALL);
  }
  expect((await computer.set(0x0009, 2)).status).toBe(STALL);
  expect((await computer.out(1, bytes('not yet')).done).status).toBe(STALL);
  expect((await computer.set(0x0009, 1)).status).toBe(0);
  expect(await hex(0x8008, 0)).toBe('01');
  expect(await hex(0x810a, 0, 2)).toBe('00');
  expect(await hex(0x8100, 0, 2)).toBe('0000');
  expect(await hex(0x8100, 0, 3)).toBe(STALL);
  expect((await computer.set(0x010b, 0, 1)).status).toBe(0);
  expect((await computer.set(0x010b, 1, 1)).status).toBe(STALL);
  expect((await computer.set(0x0201, 0, 0x81)).status).toBe(0);
});

it('USB/IP keeps the line coding, and accepts a break only where the device announces it', async () => {
  const { computer } = await setUp();
  expect((await computer.get(0xa121)).data.toString('hex')).toBe('80250000000008');
  const coding = Buffer.from('00c20100000008', 'hex');
  expect((await computer.set(0x2120, 0, 0, coding)).status).toBe(0);
  expect((await computer.get(0xa121)).data).toEqual(coding);
  expect((await computer.set(0x2120, 0, 0, coding.subarray(1))).status).toBe(STALL);
  expect((await computer.set(0x2122, 3)).status).toBe(0);
  expect((await computer.set(0x2123, 0xffff)).status).toBe(STALL);
  const other = await setUp({}, { offersBreak: true });
  expect((await other.computer.set(0x2123, 0xffff)).status).toBe(0);
});

it('USB/IP keeps transfers until there is data, ends several in order, and returns unlinked ones', async () => {
  const { computer } = await setUp({ image: { '.bootcde': bytes(ECHO) } });
  const urbs = [computer.in(1, 3), computer.in(1, 64), computer.in(1, 64)];
  const [first, second, third] = urbs as [(typeof urbs)[0], (typeof urbs)[0], (typeof urbs)[0]];
  expect((await computer.out(1, new Uint8Array(0)).done).status).toBe(0);
  expect(await computer.out(1, bytes('abcdef')).done).toMatchObject({ status: 0, length: 6 });
  expect((await first.done).data.toString()).toBe('abc');
  expect((await second.done).data.toString()).toBe('def');
  expect(await computer.unlink(third)).toBe(-104);
  expect(await computer.unlink(first)).toBe(0);
  await computer.out(1, bytes('kept')).done;
  expect((await computer.in(1, 64).done).data.toString()).toBe('kept');
  expect((await computer.in(1, 0).done).status).toBe(0);
  const notification = computer.in(2, 8);
  await computer.get(0x8000);
  expect(await computer.unlink(notification)).toBe(-104);
  expect((await computer.in(5, 8).done).status).toBe(STALL);
  expect((await computer.out(2, bytes('x')).done).status).toBe(STALL);
});

it('USB/IP drops data that the last program did not fetch', async () => {
  const { computer } = await setUp({ image: { '.bootcde': bytes(ECHO) } });
  await computer.set(0x2122, 3);
  await computer.out(1, bytes('old')).done;
  await computer.set(0x2122, 0);
  await computer.set(0x2122, 3);
  await computer.out(1, bytes('new')).done;
  expect((await computer.in(1, 64).done).data.toString()).toBe('new');
});

it('USB/IP reports a short answer where that is an error', async () => {
  const { computer } = await setUp();
  const setup = Buffer.from('8006000100004000', 'hex');
  expect(await computer.in(0, 64, setup, 1).done).toMatchObject({ status: -121, length: 18 });
});

it('USB/IP plugs the cable in with the client and out with it', async () => {
  const { fob, computer, client } = await plugged({ image: { '.bootcde': bytes(TYPIST) } });
  fob.advance(1000);
  fob.serial('USB').write(bytes('a'));
  const heard: string[] = [];
  fob.serial('USB').onData(data => heard.push(LATIN1(Buffer.from(data))));
  expect(heard).toEqual([]);
  await computer.import();
  await computer.out(0, bytes(''), Buffer.from('0009010000000000', 'hex')).done;
  await computer.out(1, bytes('a')).done;
  expect(heard).toEqual(['y']);
  await computer.close();
  const second = await client();
  expect(await second.import()).toBe(0);
  // Not set up yet: there is no computer to type for.
  fob.serial('USB').write(bytes('b'));
  expect(heard).toEqual(['y', 'n']);
});

it("USB/IP types the image's keys, once the computer polls for them", async () => {
  const { fob, computer } = await setUp({ image: { '.bootcde': bytes(TYPIST) } });
  const say = async (key: string) => {
    const told = computer.in(1, 64);
    await computer.out(1, bytes(key)).done;
    return (await told.done).data.toString();
  };
  expect(await say('a')).toBe('y');
  fob.advance(100);
  expect(await say('b')).toBe('n');
  const report = computer.in(3, 16);
  await computer.get(0x8000);
  fob.advance(10);
  expect([...(await report.done).data]).toEqual([0, 0, 97, 0, 0, 0, 0, 0]);
  expect(await say('c')).toBe('y');
  const short = computer.in(3, 4);
  await computer.get(0x8000);
  fob.advance(10);
  expect((await short.done).status).toBe(-75);
  expect((await computer.set(0x2109, 0x0200, 2, Buffer.of(1))).status).toBe(STALL);
  expect((await computer.get(0x8106, 0x2200, 2)).data.toString('hex')).toBe('05010906a101c0');
});

it('USB/IP keeps reports for a computer that polls again, and none for one that has stopped', async () => {
  const { fob, computer } = await setUp({ image: { '.bootcde': bytes(TYPIST) } });
  const say = async (key: string) => {
    const told = computer.in(1, 64);
    await computer.out(1, bytes(key)).done;
    fob.advance(10);
    return (await told.done).data.toString();
  };
  const first = computer.in(3, 16);
  expect([await say('a'), await say('b'), await say('c')]).toEqual(['y', 'y', 'y']);
  const fetched = [first, computer.in(3, 16), computer.in(3, 16)];
  expect((await Promise.all(fetched.map(urb => urb.done))).map(({ data }) => data[2])).toEqual([97, 98, 99]);
  expect(await computer.unlink(computer.in(3, 16))).toBe(-104);
  expect([await say('d'), await say('e')]).toEqual(['y', 'n']);
});

it('USB/IP carries hello over the serial port', async () => {
  const { computer } = await setUp();
  const transport = overEndpoint(computer, 1, text => [bytes(text)], LATIN1);
  expect((await connect(transport).hello()).state).toBe('blank');
});

it('USB/IP carries hello over HID reports, by the endpoint and by SET_REPORT', async () => {
  const { computer } = await setUp({ board: 'pico-hid', clock: 'real' });
  const packets = (text: string) => toReports(text).map(report => Uint8Array.of(2, ...report));
  const text = (report: Buffer) => (report[0] === 2 ? (fromReport(report.subarray(1)) ?? '') : '');
  const transport = overEndpoint(computer, 3, packets, text);
  expect((await connect(transport).hello()).state).toBe('blank');
  const viaControl: Transport = {
    ...transport,
    async send(frame) {
      for (const packet of packets(frame)) await computer.set(0x2109, 0x0202, 2, Buffer.from(packet));
    },
  };
  expect((await connect(viaControl).hello()).state).toBe('blank');
});
