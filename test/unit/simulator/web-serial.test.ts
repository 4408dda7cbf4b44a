import { randomBytes } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { boot, type Fob, plugIntoPage, type WebSerialOptions } from '@passfob/simulator';
import { chooseWebSerial, connect, grantedWebSerial, openWebSerial, type WebSerial } from 'passfob/browser';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';

/** What a page has of the platform; its functions of the test are called with copies, as over a wire. */
class EmulatedPage {
  private readonly world = createContext({
    DOMException,
    Event,
    EventTarget,
    ReadableStream,
    TypeError,
    Uint8Array,
    WritableStream,
    navigator: {},
  });

  get serial(): WebSerial & EventTarget {
    return runInContext('navigator.serial', this.world);
  }

  async exposeFunction(name: string, callback: (...values: never[]) => unknown): Promise<void> {
    const copy = (value: unknown) => (value === undefined ? undefined : structuredClone(value));
    this.world[name] = async (...values: unknown[]) => copy(await callback(...(values.map(copy) as never[])));
  }

  async addInitScript({ content }: { readonly content: string }): Promise<void> {
    runInContext(content, this.world);
  }
}

let fob: Fob;
let page: EmulatedPage;
beforeEach(() => {
  fob = boot({ board: 'pico', files: { birth: secret(new Uint8Array(randomBytes(32))) } });
  page = new EmulatedPage();
});
afterEach(() => fob.close());

async function plugged(options?: WebSerialOptions) {
  const port = await plugIntoPage(page, fob, options);
  return { port, serial: page.serial };
}

it('a page chooses the port, talks to the fob, closes it and finds it again without a question', async () => {
  const { port, serial } = await plugged();
  expect(await grantedWebSerial(serial)).toEqual([]);
  const client = connect(await openWebSerial(await chooseWebSerial(serial)));
  expect(port.isOpen).toBe(true);
  expect(await client.hello()).toMatchObject({ board: 'pico', state: 'blank' });
  await client.close();
  expect(port.isOpen).toBe(false);
  const [granted] = await grantedWebSerial(serial);
  if (granted === undefined) throw new Error('no port');
  const again = connect(await openWebSerial(granted));
  expect(await again.startPairing()).toBe(180);
  expect(fob.screen().text[0]).toBe('Pairing');
  await again.close();
});

it('a person who closes the list of ports leaves the page without one', async () => {
  const { port, serial } = await plugged();
  port.isChosen = false;
  await expect(chooseWebSerial(serial)).rejects.toMatchObject({ kind: 'cancelled' });
  port.isChosen = true;
  expect((await chooseWebSerial(serial)).getInfo()).toEqual({ usbVendorId: 0x0483, usbProductId: 0x5740 });
});

it('a pulled cable ends the connection of the page, tells it, and can be put back', async () => {
  const { port, serial } = await plugged({ isGranted: true });
  const [found] = await grantedWebSerial(serial);
  if (found === undefined) throw new Error('no port');
  const client = connect(await openWebSerial(found));
  await client.hello();
  const told: string[] = [];
  for (const name of ['connect', 'disconnect']) serial.addEventListener(name, () => told.push(name));
  port.unplug();
  await expect(client.hello()).rejects.toMatchObject({ kind: 'unplugged' });
  expect(fob.sleeping || fob.powered).toBe(true);
  expect(await grantedWebSerial(serial)).toEqual([]);
  await expect(openWebSerial(found)).rejects.toMatchObject({ kind: 'port-failed' });
  port.plugIn();
  fob.advance(1_000);
  await expect.poll(() => told).toEqual(['disconnect', 'connect']);
  const again = connect(await openWebSerial(found));
  expect(await again.hello()).toMatchObject({ board: 'pico' });
  await again.close();
});

it('a port that is open cannot be opened again, and one in use cannot be closed', async () => {
  const { serial } = await plugged();
  const found = await chooseWebSerial(serial);
  const transport = await openWebSerial(found);
  await expect(openWebSerial(found)).rejects.toMatchObject({ kind: 'port-busy' });
  await expect(found.close()).rejects.toThrow('A stream is locked.');
  await transport.close();
  await expect(found.open({ baudRate: 0 })).rejects.toThrow('baudRate is missing');
});

it('two fobs are two ports of one page', async () => {
  const other = boot({ board: 'pico', seed: 2 });
  await plugIntoPage(page, fob, { isGranted: true });
  await plugIntoPage(page, other, { isGranted: true });
  const serials: string[] = [];
  for (const found of await grantedWebSerial(page.serial)) {
    const client = connect(await openWebSerial(found));
    serials.push((await client.hello()).serial);
    await client.close();
  }
  expect(new Set(serials).size).toBe(2);
});

it('a board without a serial port for frames is refused', async () => {
  const watch = boot({ board: 'banglejs2' });
  await expect(plugIntoPage(page, watch)).rejects.toThrow('use pico');
});
