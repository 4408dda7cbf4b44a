/**
 * Runs inside the guest: opens devices by the host's transports and passes their bytes on, so that heavy work stays
 * outside, where JavaScript is some twenty times faster. Commands and answers are lines of JSON.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { attach } from '@passfob/simulator/ports/usbip/vhci';
import { listHidDevices, openHid } from 'passfob/transports/hid';
import { openSerial } from 'passfob/transports/serial';
import type { Transport } from 'passfob/transports/transport';
import { PATIENCE_MS } from '../../kit/patience.ts';
import type { Answer, Command, DeviceKind } from './agent-phrases.ts';
import { BondedWatch } from './bluez.ts';
import { Programs, ran } from './programs.ts';

const LOOK_EVERY_MS = 50;

const [host = '', port = ''] = process.argv.slice(2);
const outside = connect({ host, port: Number(port), noDelay: true });
const say = (answer: Answer) => outside.write(`${JSON.stringify(answer)}\n`);

const channels = new Map<number, Transport>();
const programs = new Programs(say);
let watch: BondedWatch | undefined;

/** The names that the kernel's drivers give a device. */
const NAMES: Readonly<Record<DeviceKind, RegExp>> = { serial: /^ttyACM\d+$/, hid: /^hidraw\d+$/ };

async function nameOf(kind: DeviceKind): Promise<string | undefined> {
  return (await readdir('/dev')).find(name => NAMES[kind].test(name));
}

/** Returns the path of a device with frames. */
async function pathOf(kind: DeviceKind): Promise<string | undefined> {
  const name = await nameOf(kind);
  if (name === undefined) return undefined;
  return kind === 'serial' ? `/dev/${name}` : (await listHidDevices())[0]?.path;
}

/** Waits for a device until the kernel has set it up. */
async function waited(
  kind: DeviceKind,
  look: (kind: DeviceKind) => Promise<string | undefined>,
): Promise<string> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    const found = await look(kind);
    if (found !== undefined) return found;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`no ${kind} device appeared`);
}

/** Reads reports of the first HID device, from `/dev/hidraw`: one a read. */
async function listen(channel: number): Promise<void> {
  const name = await waited('hid', nameOf);
  const stream = createReadStream(`/dev/${name}`);
  stream.on('data', data => say({ event: 'report', channel, bytes: [...Buffer.from(data)] }));
  // The device is unplugged.
  stream.on('error', () => undefined);
  await once(stream, 'open');
}

async function gone(kind: DeviceKind): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    if ((await nameOf(kind)) === undefined) return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`the ${kind} device did not go`);
}

async function open(channel: number, kind: DeviceKind): Promise<void> {
  const path = await waited(kind, pathOf);
  const transport = await (kind === 'hid' ? openHid(path) : openSerial(path));
  channels.set(channel, transport);
  transport.onText(text => say({ event: 'text', channel, text }));
  transport.onClose(reason => {
    channels.delete(channel);
    say({ event: 'closed', channel, kind: reason?.kind ?? null });
  });
}

async function dialled(to: string, at: number): Promise<Socket> {
  const socket = connect({ host: to, port: at, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function join(inside: number, beyond: number): Promise<void> {
  connected(await dialled('127.0.0.1', inside), await dialled(host, beyond));
}

function connected(near: Socket, far: Socket): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

async function lead(at: number): Promise<void> {
  const server = createServer({ noDelay: true }, near =>
    connected(near, connect({ host, port: at, noDelay: true })),
  );
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
}

async function perform(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'attach':
      return attach(host, command.port);
    case 'open':
      return open(command.channel, command.kind);
    case 'send':
      return channels.get(command.channel)?.send(command.text);
    case 'close':
      return channels.get(command.channel)?.close();
    case 'appeared':
      return waited(command.kind, pathOf);
    case 'listen':
      return listen(command.channel);
    case 'gone':
      return gone(command.kind);
    case 'run':
      return ran(command.args);
    case 'start':
      return programs.start(command.program, command.command);
    case 'tell':
      return programs.tell(command.program, command.text);
    case 'kill':
      return programs.kill(command.program);
    case 'write':
      await mkdir(dirname(command.path), { recursive: true });
      return writeFile(command.path, command.text);
    case 'lead':
      return lead(command.port);
    case 'join':
      return join(command.port, command.outside);
    case 'bond':
      watch = await BondedWatch.connect(command.address, command.reportMap, value =>
        say({ event: 'written', bytes: [...value] }),
      );
      return undefined;
    case 'notify':
      return watch?.notify(command.bytes);
    case 'unbond':
      return watch?.disconnect();
    case 'exit':
      process.exit(command.code);
  }
}

createInterface({ input: outside }).on('line', line => {
  const { id, ...command } = JSON.parse(line) as Command & { id: number };
  perform(command).then(
    value => say({ id, value }),
    (error: Error & { kind?: string }) => say({ id, error: error.message, kind: error.kind }),
  );
});
// Without its parent the agent has nothing to do.
outside.on('close', () => process.exit(1));
