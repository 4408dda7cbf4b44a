import { FobError } from '../errors.ts';
import { TCP_PORT_MAX } from '../limits.ts';
import { openHid } from './hid.ts';
import { openSerial } from './serial.ts';
import { openTcp, tcpName } from './tcp.ts';
import type { Transport } from './transport.ts';

/** The address of a fob. */
export type Address =
  | { readonly kind: 'serial'; readonly path: string }
  /** A system path, or the serial number of the board's USB port. */
  | { readonly kind: 'hid'; readonly name: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Reads an address: `serial:PATH`, a bare path (`/dev/ttyACM0`, `COM3`), `hid:PATH` or `hid:` and the serial number of
 * a USB port, or `tcp:HOST:PORT` (an IPv6 host in brackets).
 * @throws FobError `bad-input`
 */
export function readAddress(text: string): Address {
  const tcp = /^tcp:(?:\[([\da-f:.]+)\]|([^:[\]/]+)):(\d{1,5})$/i.exec(text);
  if (tcp) {
    const port = Number(tcp[3]);
    if (port >= 1 && port <= TCP_PORT_MAX) return { kind: 'tcp', host: tcp[1] ?? tcp[2] ?? '', port };
  }
  const hid = /^hid:(.+)$/i.exec(text);
  if (hid?.[1]) return { kind: 'hid', name: hid[1] };
  const serial = /^(?:serial:)?([./].*|COM\d+|\\\\\.\\.+)$/i.exec(text);
  // serialport adds Windows' device prefix itself.
  if (serial?.[1]) return { kind: 'serial', path: serial[1].replace(/^\\\\\.\\(?=COM\d+$)/i, '') };
  throw new FobError('bad-input', {
    sentence: 'The port is not an address that passfob knows.',
    next: 'Write it as /dev/ttyACM0, serial:COM3, hid:/dev/hidraw0 or tcp:HOST:PORT.',
  });
}

/** Formats an address as `readAddress` accepts it. */
export function addressText(address: Address): string {
  if (address.kind === 'serial') return `serial:${address.path}`;
  return address.kind === 'hid' ? `hid:${address.name}` : tcpName(address.host, address.port);
}

/** @throws FobError `port-absent`, `port-busy`, `port-forbidden`, `port-failed` */
export function openTransport(address: Address): Promise<Transport> {
  if (address.kind === 'serial') return openSerial(address.path);
  return address.kind === 'hid' ? openHid(address.name) : openTcp(address.host, address.port);
}
