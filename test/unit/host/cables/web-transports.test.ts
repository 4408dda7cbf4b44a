import {
  chooseWebBluetooth,
  chooseWebHid,
  chooseWebSerial,
  connect,
  grantedWebHid,
  grantedWebSerial,
  openWebBluetooth,
  openWebHid,
  openWebSerial,
  type Transport,
} from 'passfob/browser';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CoreFob } from '../kit/core-fob.ts';
import { failure } from '../kit/failure.ts';
import { BluetoothOfBrowser } from './web/bluetooth.ts';
import { HidOfBrowser } from './web/hid.ts';
import { SerialOfBrowser } from './web/serial.ts';
import type { Wire } from './web/wire.ts';

/** The far end is a fob's core. */
function wireTo(fob: CoreFob): Wire {
  const { transport } = fob.plugIn();
  return { send: text => void transport.send(text), onText: listener => void transport.onText(listener) };
}

const reasonOf = (transport: Transport) => new Promise(resolve => transport.onClose(resolve));

it('Web Serial carries a hello, with the speed and the modem lines of the other serial transport', async () => {
  const fob = new CoreFob();
  const serial = new SerialOfBrowser(wireTo(fob));
  const port = await chooseWebSerial(serial);
  const client = connect(await openWebSerial(port));
  expect((await client.hello()).serialBytes).toEqual(fob.serial);
  expect(serial.port.baudRate).toBe(115_200);
  expect(serial.port.signals).toEqual([{ dataTerminalReady: true, requestToSend: true }]);
  await client.close();
  expect(serial.port.readable).toBeNull();
  expect(serial.port.heard).toBe(0);
  const again = connect(await openWebSerial(port));
  expect((await again.hello()).serialBytes).toEqual(fob.serial);
});

it('Web Serial asks for Espruino boards and the Raspberry Pi Pico, and takes no other program of Raspberry Pi', async () => {
  const serial = new SerialOfBrowser(wireTo(new CoreFob()));
  await chooseWebSerial(serial);
  expect(serial.filters).toEqual([{ usbVendorId: 0x0483 }, { usbVendorId: 0x2e8a, usbProductId: 0x000a }]);
  serial.port.vendor = 0x2e8a;
  serial.port.product = 0x000c;
  expect(await grantedWebSerial(serial)).toEqual([]);
  serial.port.product = 0x000a;
  expect(await grantedWebSerial(serial)).toEqual([serial.port]);
});

it('Web Serial sends a port of a Raspberry Pi Pico a newline, and a hello only where a fob acknowledges it', async () => {
  const fob = new CoreFob();
  const wire = wireTo(fob);
  const sent: string[] = [];
  let hear: (text: string) => void = () => undefined;
  const withAnswers = (isFob: boolean): Wire => ({
    send(text) {
      sent.push(text);
      if (!isFob) return hear('\r\n>>> ');
      hear('\x06');
      wire.send(text);
    },
    onText(listener) {
      hear = listener;
      wire.onText(listener);
    },
  });
  const portOf = (isFob: boolean) => {
    const { port } = new SerialOfBrowser(withAnswers(isFob));
    return Object.assign(port, { vendor: 0x2e8a, product: 0x000a });
  };
  const python = portOf(false);
  expect((await failure(openWebSerial(python))).kind).toBe('no-answer');
  expect([sent, python.readable]).toEqual([['\n'], null]);
  const client = connect(await openWebSerial(portOf(true)));
  expect((await client.hello()).serialBytes).toEqual(fob.serial);
});

it('Web Serial works without modem lines, and continues after a break', async () => {
  const serial = new SerialOfBrowser(wireTo(new CoreFob()), false);
  const client = connect(await openWebSerial(serial.port));
  await client.hello();
  serial.port.stumble();
  await client.hello();
  expect(serial.port.signals).toEqual([]);
});

it('Web Serial reports that the fob was unplugged', async () => {
  const serial = new SerialOfBrowser(wireTo(new CoreFob()));
  const transport = await openWebSerial(serial.port);
  const reason = reasonOf(transport);
  serial.port.unplug();
  expect(await reason).toMatchObject({ kind: 'unplugged' });
  expect((await failure(transport.send('x'))).message).toBe('The fob at Web Serial was unplugged.');
});

it('Web Serial finds a board that was chosen before, and neither other ports nor boards that are gone', async () => {
  const fob = new CoreFob();
  const serial = new SerialOfBrowser(wireTo(fob));
  expect(await grantedWebSerial(serial)).toEqual([]);
  await chooseWebSerial(serial);
  const ofComputer = new SerialOfBrowser(wireTo(new CoreFob())).port;
  ofComputer.vendor = undefined;
  const gone = new SerialOfBrowser(wireTo(new CoreFob())).port;
  gone.unplug();
  serial.granted.unshift(ofComputer, gone);
  const ports = await grantedWebSerial(serial);
  expect(ports).toHaveLength(1);
  for (const port of ports) {
    const client = connect(await openWebSerial(port));
    expect((await client.hello()).serialBytes).toEqual(fob.serial);
  }
  serial.isForbidden = true;
  expect(await failure(grantedWebSerial(serial))).toMatchObject({ kind: 'port-forbidden' });
});

it('Web Serial says why there is no port', async () => {
  const serial = new SerialOfBrowser(wireTo(new CoreFob()));
  await openWebSerial(serial.port);
  expect((await failure(openWebSerial(serial.port))).message).toBe(
    'This page, or another, has the fob open already.',
  );
  const other = new SerialOfBrowser(wireTo(new CoreFob()));
  other.port.refusal = 'NetworkError';
  expect((await failure(openWebSerial(other.port))).message).toBe('The browser cannot open the serial port.');
  other.refusal = 'NotFoundError';
  expect((await failure(chooseWebSerial(other))).message).toBe('No device was chosen.');
  other.refusal = 'SecurityError';
  expect(await failure(chooseWebSerial(other))).toMatchObject({
    kind: 'port-forbidden',
    message: 'The browser does not let this page ask for a device.',
  });
});

it('WebHID carries a hello in the reports of pico-hid', async () => {
  const fob = new CoreFob();
  const hid = new HidOfBrowser(wireTo(fob));
  const device = await chooseWebHid(hid);
  const client = connect(await openWebHid(hid, device));
  expect((await client.hello()).serialBytes).toEqual(fob.serial);
  expect(new Set(hid.device.sent)).toEqual(new Set(['2:63']));
  expect(await failure(openWebHid(hid, device))).toMatchObject({ kind: 'port-busy' });
  await client.close();
  expect([hid.device.opened, hid.device.heard, hid.heard]).toEqual([false, 0, 0]);
});

it('WebHID takes no watch for a fob, because a page cannot write to it by HID', async () => {
  const hid = new HidOfBrowser(wireTo(new CoreFob()));
  hid.device.collections = [
    { usagePage: 1, usage: 6 },
    { usagePage: 0xff00, usage: 2 },
  ];
  hid.granted = [hid.device];
  expect(await grantedWebHid(hid)).toEqual([]);
  expect(await failure(chooseWebHid(hid))).toMatchObject({ kind: 'cancelled' });
});

it('WebHID reports that the fob was unplugged, and ignores other devices', async () => {
  const hid = new HidOfBrowser(wireTo(new CoreFob()));
  const transport = await openWebHid(hid, hid.device);
  const reason = reasonOf(transport);
  hid.unplug({});
  await transport.send('~');
  hid.unplug();
  expect(await reason).toMatchObject({ kind: 'unplugged' });
});

it('WebHID finds a fob that was chosen before, and no other devices', async () => {
  const fob = new CoreFob();
  const hid = new HidOfBrowser(wireTo(fob));
  expect(await grantedWebHid(hid)).toEqual([]);
  const keyboard = new HidOfBrowser(wireTo(new CoreFob())).device;
  keyboard.collections = [{ usagePage: 1, usage: 6 }];
  hid.granted = [keyboard, hid.device];
  const devices = await grantedWebHid(hid);
  expect(devices).toHaveLength(1);
  for (const device of devices) {
    const client = connect(await openWebHid(hid, device));
    expect((await client.hello()).serialBytes).toEqual(fob.serial);
  }
  hid.granted = undefined;
  expect(await failure(grantedWebHid(hid))).toMatchObject({ kind: 'port-forbidden' });
});

it('WebHID says why there is no device', async () => {
  const hid = new HidOfBrowser(wireTo(new CoreFob()));
  hid.device.refusal = 'NotAllowedError';
  expect((await failure(openWebHid(hid, hid.device))).message).toBe(
    'The browser cannot open the HID device.',
  );
  hid.device.collections = [{ usagePage: 1, usage: 6 }];
  expect((await failure(openWebHid(hid, hid.device))).message).toBe('The HID device is not a fob.');
  expect((await failure(chooseWebHid(hid))).message).toBe('No device was chosen that may be a fob.');
  hid.chosen = [];
  expect(await failure(chooseWebHid(hid))).toMatchObject({ kind: 'cancelled' });
  hid.chosen = undefined;
  expect(await failure(chooseWebHid(hid))).toMatchObject({ kind: 'port-forbidden' });
});

it('Web Bluetooth carries a hello over the Nordic UART service, in values that every connection takes', async () => {
  const fob = new CoreFob();
  const bluetooth = new BluetoothOfBrowser(wireTo(fob));
  const watch = await chooseWebBluetooth(bluetooth);
  expect(bluetooth.asked).toMatchObject({
    filters: [{ namePrefix: 'Bangle.js' }, { services: ['6e400001-b5a3-f393-e0a9-e50e24dcca9e'] }],
  });
  const transport = await openWebBluetooth(watch);
  await transport.send('no frame'.repeat(7));
  expect(bluetooth.watch.written).toEqual([20, 20, 16]);
  const client = connect(transport);
  expect((await client.hello()).serialBytes).toEqual(fob.serial);
  expect(await failure(openWebBluetooth(watch))).toMatchObject({ kind: 'port-busy' });
  await client.close();
  expect([bluetooth.watch.gatt.connected, bluetooth.watch.heard]).toEqual([false, 0]);
  const again = connect(await openWebBluetooth(watch));
  expect((await again.hello()).serialBytes).toEqual(fob.serial);
});

it('Web Bluetooth reports that the watch has gone', async () => {
  const { watch } = new BluetoothOfBrowser(wireTo(new CoreFob()));
  const transport = await openWebBluetooth(watch);
  const reason = reasonOf(transport);
  watch.leave();
  expect(await reason).toMatchObject({ kind: 'unplugged' });
  expect((await failure(transport.send('x'))).message).toBe('The fob at Web Bluetooth was unplugged.');
  expect(watch.heard).toBe(0);
});

it.each([
  ['connect', 'NetworkError', 'The browser cannot connect to the watch.'],
  ['service', 'NotFoundError', 'The Bluetooth device has no Nordic UART service.'],
  ['notify', 'NotSupportedError', 'The browser cannot connect to the watch.'],
] as const)('Web Bluetooth says why a watch fails at %s, and lets it go', async (step, name, message) => {
  const { watch } = new BluetoothOfBrowser(wireTo(new CoreFob()));
  watch.refusals[step] = name;
  expect(await failure(openWebBluetooth(watch))).toMatchObject({ kind: 'port-failed', message });
  expect([watch.gatt.connected, watch.heard]).toEqual([false, 0]);
  delete watch.refusals[step];
  await connect(await openWebBluetooth(watch)).hello();
});

it('Web Bluetooth gives up on a watch that is not near', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { watch } = new BluetoothOfBrowser(wireTo(new CoreFob()));
  watch.isFar = true;
  const failed = failure(openWebBluetooth(watch));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await failed).toMatchObject({ kind: 'port-failed' });
});

it('Web Bluetooth says why there is no watch', async () => {
  const bluetooth = new BluetoothOfBrowser(wireTo(new CoreFob()));
  bluetooth.refusal = 'NotFoundError';
  expect(await failure(chooseWebBluetooth(bluetooth))).toMatchObject({ kind: 'cancelled' });
  bluetooth.refusal = 'SecurityError';
  expect(await failure(chooseWebBluetooth(bluetooth))).toMatchObject({ kind: 'port-forbidden' });
});
