import { boot } from '@passfob/simulator';
import { connect } from 'passfob/client/client';
import { buildAtPrompt, knock } from 'passfob/transports/knock';
import { paced } from 'passfob/transports/paced';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import { expect, it, onTestFinished } from 'vitest';
import { SimulatorDriver } from '../../../fob/conformance/simulator-driver.ts';
import { failure } from '../kit/failure.ts';
import { microPython, SHOWN } from '../kit/strangers.ts';

const PATIENCE = { answerTimeoutMs: 300, sendsMax: 2 };

/** A port with a program that answers each write. */
function portOf(program: (text: string) => readonly string[]): Pipe & { readonly sent: string[] } {
  const sent: string[] = [];
  const port = pipe({
    name: 'port',
    async write(text) {
      sent.push(text);
      for (const piece of program(text)) port.receive(Buffer.from(piece, 'latin1'));
    },
    release: async () => undefined,
  });
  return { ...port, sent };
}

/** The cable of a simulated board, whatever runs on it. */
function cableTo(fob: ReturnType<typeof boot>) {
  const usb = fob.serial('USB');
  const cable = pipe({
    name: 'board',
    async write(text) {
      usb.write(Buffer.from(text, 'latin1'));
      fob.advance(20);
    },
    release: async () => undefined,
  });
  usb.onData(bytes => cable.receive(bytes));
  return cable.transport;
}

it('a fob answers the knock, and then its owner', async () => {
  const { fob } = new SimulatorDriver({}, 'rpi-pico');
  onTestFinished(() => fob.close());
  const cable = cableTo(fob);
  expect(await knock(cable, PATIENCE)).toBe('fob');
  expect(await connect(paced(cable)).hello()).toMatchObject({ board: 'rpi-pico' });
});

it('an Espruino without a fob shows its prompt, and names its build', async () => {
  const fob = boot({ board: 'rpi-pico2', image: {} });
  onTestFinished(() => fob.close());
  const cable = cableTo(fob);
  expect(await knock(cable, PATIENCE)).toBe('prompt');
  expect(await buildAtPrompt(cable, PATIENCE.answerTimeoutMs)).toBe('RP2350_PICO2');
});

it.each(SHOWN)('%s is neither fob nor Espruino, and gets one newline alone', async (_, shown) => {
  const port = portOf(() => shown);
  expect(await knock(port.transport, PATIENCE)).toBe('other');
  expect(port.sent).toEqual(['\n']);
});

it('the prompt of MicroPython is no prompt of Espruino, also where it comes in pieces', async () => {
  const python = microPython();
  const port = portOf(text => [...python.answer(text)]);
  expect(await knock(port.transport, PATIENCE)).toBe('other');
  expect([port.sent, python.harm]).toEqual([['\n'], []]);
});

it('a silent port gets a newline for each try and nothing else', async () => {
  const port = portOf(() => []);
  expect(await knock(port.transport, { answerTimeoutMs: 30, sendsMax: 3 })).toBe('nothing');
  expect(port.sent).toEqual(['\n', '\n', '\n']);
});

it('a program that shows a prompt as Espruino does is asked one printable line, and names no build', async () => {
  const menu = portOf(text => (text === '\n' ? ['\r\n>'] : [`${text}\r\nunknown command\r\n>`]));
  expect(await knock(menu.transport, PATIENCE)).toBe('prompt');
  expect(await buildAtPrompt(menu.transport, 50)).toBeUndefined();
  expect(menu.sent.join('')).toMatch(/^[ -~\n]*$/);
});

it('the knock ends with its signal, and with the port', async () => {
  const ending = new AbortController();
  const port = portOf(() => []);
  setTimeout(() => ending.abort());
  expect((await failure(knock(port.transport, PATIENCE, ending.signal))).kind).toBe('cancelled');
  const knocking = failure(knock(port.transport, PATIENCE));
  await port.transport.close();
  expect((await knocking).kind).toBe('unplugged');
  expect((await failure(knock(port.transport, PATIENCE, ending.signal))).kind).toBe('unplugged');
});
