import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { systemCode } from '../../base/errors.ts';
import { recordLimits } from '../../base/limits/records.ts';
import type { SyslogChannel } from './channels.ts';
import { addressesOf, lookupBy } from './lookup.ts';
import { factsOf, type Notice, SendError, type SendNotice, timeOf, titleOf } from './notice.ts';

/** Facility 10, security messages; severity 1 (alert) for alerts that need immediate action, else 4 (warning). */
const FACILITY = 10;
const SEVERITY: Readonly<Record<Notice['kind'], number>> = {
  replay: 1,
  revoked_use: 1,
  spray: 1,
  report: 1,
  lost: 1,
  fob_refused: 1,
  audit: 1,
  audit_shortened: 1,
  locked: 4,
  denied: 4,
  undelivered: 4,
  activation_expired: 4,
  fob_wanted: 5,
  clock: 4,
  fob_battery: 4,
  fob_drift: 4,
  fob_withheld: 4,
  test: 6,
};
/** Private enterprise number for examples (RFC 5612): Passfob has none of its own. */
const STRUCTURE_ID = 'passfob@32473';

/** Sends by UDP (RFC 5426), TCP with octet counting (RFC 6587 §3.4.1) or TLS (RFC 5425). */
export function syslogSender(channel: SyslogChannel): SendNotice {
  return async (notice, signal) => {
    const message = syslogMessage(notice, { host: hostname(), process: String(process.pid) });
    try {
      if (channel.transport === 'udp') await sendUdp(channel, message, signal);
      else await sendStream(channel, message, signal);
    } catch (error) {
      if (error instanceof SendError) throw error;
      throw new SendError(`syslog ${systemCode(error) || 'error'}`);
    }
  };
}

/** Returns the message of RFC 5424 §6, cut to the length that receivers must accept. */
export function syslogMessage(
  notice: Notice,
  from: { readonly host: string; readonly process: string },
): Buffer {
  const priority = FACILITY * 8 + SEVERITY[notice.kind];
  const host = field(from.host, recordLimits.syslogHostMax);
  const heading = `<${priority}>1 ${timeOf(notice.atMs)} ${host} passfob ${field(from.process, 128)} ${notice.kind}`;
  const facts = factsOf(notice).map(([label, value]) => `${label}: ${value}`);
  const text = `${heading} ${structureOf(notice)} \uFEFF${titleOf(notice)}. ${facts.join('; ')}`;
  return truncated(Buffer.from(text, 'utf8'));
}

/** RFC 5424 §6.3: values are quoted, with `"`, `\` and `]` escaped. */
function structureOf(notice: Notice): string {
  const values: [string, string | number | null][] = [
    ['id', notice.id],
    ['alert', notice.alertId],
    ['count', notice.count],
    ['user', notice.user],
    ['serial', notice.serial],
    ['fob', notice.fob],
    ['source', notice.source],
  ];
  const parameters = values.flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${escaped(String(value))}"`],
  );
  return `[${STRUCTURE_ID}${parameters.join('')}]`;
}

function escaped(value: string): string {
  return value.replace(/\p{C}/gu, ' ').replace(/["\\\]]/g, character => `\\${character}`);
}

/** Returns PRINTUSASCII of bounded length, or the nil value. */
function field(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}

/** Cuts at the start of a character, so that the message stays UTF-8. */
function truncated(message: Buffer): Buffer {
  if (message.length <= recordLimits.syslogMaxBytes) return message;
  let end: number = recordLimits.syslogMaxBytes;
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return message.subarray(0, end);
}

async function sendUdp({ host, port }: SyslogChannel, message: Buffer, signal: AbortSignal): Promise<void> {
  const [first] = await addressesOf(host, { signal });
  if (first === undefined) throw new SendError('DNS no address');
  const socket = createSocket({ type: first.family === 6 ? 'udp6' : 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.send(message, port, first.address, error => (error ? reject(error) : resolve()));
  }).finally(() => socket.close());
}

function sendStream(channel: SyslogChannel, message: Buffer, signal: AbortSignal): Promise<void> {
  const { host, port, authority } = channel;
  const trust = authority === undefined ? {} : { ca: authority };
  const lookup = lookupBy({ signal });
  const socket: Socket =
    channel.transport === 'tls'
      ? connectTls({
          host,
          port,
          lookup,
          minVersion: 'TLSv1.2',
          ...(isIp(host) ? {} : { servername: host }),
          ...trust,
        })
      : connectTcp({ host, port, lookup });
  return new Promise<void>((resolve, reject) => {
    const stop = () => socket.destroy(new SendError('too slow'));
    signal.addEventListener('abort', stop, { once: true });
    socket.on('error', reject);
    socket.on('close', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const framed = Buffer.concat([Buffer.from(`${message.length} `), message]);
    socket.once(channel.transport === 'tls' ? 'secureConnect' : 'connect', () => {
      socket.end(framed);
      // The receiver sends nothing useful: its data is discarded, so that the end of its stream is noticed.
      socket.resume();
    });
  });
}

function isIp(host: string): boolean {
  return isIPv6(host) || /^[\d.]+$/.test(host);
}
