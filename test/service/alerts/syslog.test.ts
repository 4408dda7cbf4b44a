import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SyslogChannel } from '@passfob/service/features/notify/channels';
import { syslogMessage, syslogSender } from '@passfob/service/features/notify/syslog';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { RecordsRig } from '../audit/kit.ts';
import { certificate, never, notice } from './notices.ts';

/** The grammar of RFC 5424 §6, as far as the service writes it. */
const FIELD = '[\\x21-\\x7e]';
const VALUE = '(?:[^"\\\\\\]]|\\\\["\\\\\\]])*';
const NAME = '[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}';
const STAMP = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,6}Z';
const GRAMMAR = new RegExp(
  `^<(\\d{1,3})>1 (${STAMP}) (${FIELD}{1,255}) (${FIELD}{1,48}) (${FIELD}{1,128}) (${FIELD}{1,32}) ` +
    `\\[(${NAME})((?: ${NAME}="${VALUE}")*)\\] \\uFEFF([\\s\\S]*)$`,
  'u',
);

function parse(message: Buffer): { priority: number; values: Map<string, string>; text: string } {
  const found = GRAMMAR.exec(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message));
  expect(found).not.toBeNull();
  const [, priority, , , , , , , parameters = '', text = ''] = found ?? [];
  const values = [...parameters.matchAll(new RegExp(` (${NAME})="(${VALUE})"`, 'gu'))].map(
    ([, name = '', value = '']): [string, string] => [name, value.replace(/\\(["\\\]])/g, '$1')],
  );
  return { priority: Number(priority), values: new Map(values), text };
}

test('property: syslog messages follow the grammar of RFC 5424 with any names, within 2,048 octets', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(text, text, text, (user, source, host) => {
      const message = syslogMessage({ ...notice, user, source }, { host, process: '42' });
      const { priority, values } = parse(message);
      expect(priority).toBe(81);
      expect(values.get('user')).toBe(user.replace(/\p{C}/gu, ' '));
      expect(values.get('source')).toBe(source.replace(/\p{C}/gu, ' '));
      expect(message.length).toBeLessThanOrEqual(2048);
    }),
    { numRuns: 300 },
  );
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Receives a stream and divides it by the octet counts of RFC 6587 §3.4.1. */
async function receive(server: Server, send: (port: number) => Promise<void>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  server.on(
    server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection',
    () => undefined,
  );
  const ended = new Promise<void>(resolve => {
    const collect = (socket: NodeJS.ReadableStream) => {
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => resolve());
    };
    server.on('secureConnection', collect);
    if (!('setSecureContext' in server)) server.on('connection', collect);
  });
  await send(await listening(server));
  await ended;
  await new Promise(resolve => server.close(resolve));
  const frames: Buffer[] = [];
  let rest = Buffer.concat(chunks);
  while (rest.length > 0) {
    const [, count = ''] = /^([1-9]\d*) /.exec(rest.toString('latin1')) ?? [];
    const start = count.length + 1;
    frames.push(rest.subarray(start, start + Number(count)));
    rest = rest.subarray(start + Number(count));
  }
  return frames;
}

test('syslog is sent over UDP, and over TCP with octet counting', async () => {
  const target = (port: number, transport: SyslogChannel['transport']): SyslogChannel => ({
    kind: 'syslog',
    host: '127.0.0.1',
    port,
    transport,
  });
  const socket = createSocket('udp4');
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
  const datagram = new Promise<Buffer>(resolve => socket.once('message', resolve));
  await syslogSender(target(socket.address().port, 'udp'))(notice, never);
  expect(parse(await datagram).values.get('serial')).toBe('FOB-1');
  socket.close();
  const frames = await receive(createServer(), port => syslogSender(target(port, 'tcp'))(notice, never));
  expect(frames.map(frame => parse(frame).values.get('count'))).toEqual(['10']);
  const closed = createServer();
  const port = await listening(closed);
  await new Promise(resolve => closed.close(resolve));
  await expect(syslogSender(target(port, 'tcp'))(notice, never)).rejects.toThrow('syslog ECONNREFUSED');
});

itNeeds(needsTool('openssl'), 'syslog over TLS checks the receiver’s certificate', async openssl => {
  await using rig = new RecordsRig();
  const tls = certificate(rig.directory, openssl);
  const target = (port: number) => ({ kind: 'syslog', host: '127.0.0.1', port, transport: 'tls' }) as const;
  const frames = await receive(createTlsServer(tls), port =>
    syslogSender({ ...target(port), authority: tls.cert })(notice, never),
  );
  expect(frames.map(frame => parse(frame).values.get('user'))).toEqual(['ada']);
  const other = createTlsServer(tls);
  other.on('tlsClientError', () => undefined);
  const port = await listening(other);
  await expect(syslogSender(target(port))(notice, never)).rejects.toThrow(/^syslog .*CERT/);
  await new Promise(resolve => other.close(resolve));
});
