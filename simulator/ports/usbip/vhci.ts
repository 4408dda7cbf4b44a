import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { ATTACH_TIMEOUT_MS } from './limits.ts';
import { DEVICE_ID, FULL_SPEED, IMPORT_ANSWER_BYTES, importRequest, STATUS } from './wire.ts';

const CONTROLLER = '/sys/devices/platform/vhci_hcd.0';

/** A free port of the virtual controller (`VDEV_ST_NULL`), on the hub for our speed. */
const FREE_PORT = /^hs\s+(\d+)\s+004\s/gm;

/** This machine's kernel cannot accept the device; the message says what to do. */
class AttachFailed extends Error {}

/**
 * Plugs the device of a USB/IP server into this machine's kernel, which then talks to the server itself.
 * @throws AttachFailed
 */
export async function attach(host: string, port: number): Promise<void> {
  const free = freePorts();
  const socket = await imported(host, port);
  try {
    handOver(socket, free);
  } finally {
    // The kernel holds its own reference to the connection.
    socket.destroy();
  }
}

function freePorts(): string[] {
  let status: string;
  try {
    status = readFileSync(`${CONTROLLER}/status`, 'latin1');
  } catch {
    throw new AttachFailed(
      'the kernel has no virtual USB controller: run "sudo modprobe vhci_hcd" on a Linux that has this module',
    );
  }
  const ports = [...status.matchAll(FREE_PORT)].map(([, number = '']) => String(Number(number)));
  if (ports.length === 0) throw new AttachFailed('every port of the virtual USB controller is taken');
  return ports;
}

/** Returns a connection on which the device has been requested and granted, and nothing else sent. */
function imported(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    let answer = Buffer.alloc(0);
    const fail = (why: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new AttachFailed(`the USB/IP server at ${host}:${port} ${why}`));
    };
    const timer = setTimeout(() => fail('does not answer'), ATTACH_TIMEOUT_MS);
    socket.on('error', error => fail(`cannot be reached: ${error.message}`));
    socket.on('close', () => fail('closed the connection'));
    socket.on('connect', () => socket.write(importRequest()));
    socket.on('data', bytes => {
      answer = Buffer.concat([answer, bytes]);
      if (answer.length >= 8 && answer.readUInt32BE(4) !== STATUS.ok) fail('does not give its device away');
      if (answer.length < IMPORT_ANSWER_BYTES) return;
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

/** Undocumented parts of a socket in Node: the descriptor, and the end of reading. */
interface Handle {
  readonly fd: number;
  readStop(): void;
}

function handOver(socket: Socket, ports: readonly string[]): void {
  const handle = (socket as unknown as { _handle: Handle })._handle;
  handle.readStop();
  let failure = '';
  for (const port of ports) {
    try {
      writeFileSync(`${CONTROLLER}/attach`, `${port} ${handle.fd} ${DEVICE_ID} ${FULL_SPEED}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      failure = String(code);
      // EBUSY: another device has taken the port meanwhile.
      if (code !== 'EBUSY') break;
    }
  }
  throw new AttachFailed(
    failure === 'EACCES' || failure === 'EPERM'
      ? 'only root may plug in a virtual USB device: run this as root, or attach with "sudo usbip attach"'
      : `the kernel refused the device (${failure})`,
  );
}
