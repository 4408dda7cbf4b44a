import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { Authority, needsOpenssl } from '../serve/certificates.ts';
import { Premises } from '../serve/kit.ts';
import { formHead, type RawConnection, raw, rawTls } from './kit.ts';

/** Ten seconds, and the delay of a busy computer; without the limits it is half a minute or more. */
const PATIENCE_MS = 24_000;
const TRICKLE_MS = 400;

/** Sends a character at intervals until the connection is over. */
async function trickle(connection: RawConnection, text: string): Promise<void> {
  for (let at = 0; connection.isOpen; at = (at + 1) % text.length) {
    await connection.send(text.charAt(at));
    await wait(TRICKLE_MS);
  }
}

const FORM = 'application/x-www-form-urlencoded';

/** Ways to keep a connection with a request that never arrives. */
const stalls: Readonly<Record<string, (connection: RawConnection, url: string) => Promise<unknown>>> = {
  'nothing at all': async () => undefined,
  'half a request line': connection => connection.send('GET /hea'),
  'headers that do not end': connection => connection.send('GET /health HTTP/1.1\r\nhost: x\r\n'),
  'headers one character at a time': connection =>
    trickle(connection, 'GET /health HTTP/1.1\r\nx: '.padEnd(200, 'x')),
  'a body that does not come': (connection, url) => connection.send(formHead(url, '/login', FORM, 100)),
  'a body one character at a time': async (connection, url) => {
    await connection.send(formHead(url, '/login', FORM, 4_000));
    await trickle(connection, 'user=ada&');
  },
  'a chunked body one character at a time': async (connection, url) => {
    const head = formHead(url, '/login', FORM, 0).replace('content-length: 0', 'transfer-encoding: chunked');
    await connection.send(`${head}f00\r\n`);
    await trickle(connection, 'user=ada&');
  },
  'an upgrade whose body does not come': async (connection, url) => {
    const head = formHead(url, '/login', FORM, 100);
    await connection.send(head.replace('\r\n', '\r\nconnection: upgrade\r\nupgrade: x\r\n'));
  },
};

/** Tells whether the service closes a connection in time. */
async function ended(connection: RawConnection): Promise<boolean> {
  await Promise.race([connection.closed(), wait(PATIENCE_MS)]);
  return !connection.isOpen;
}

/** Tells for each kind of stall whether the service closes it. */
async function endings(open: () => Promise<RawConnection>, url: string): Promise<[string, boolean][]> {
  return Promise.all(
    Object.entries(stalls).map(async ([name, stall]): Promise<[string, boolean]> => {
      const connection = await open();
      void stall(connection, url);
      const isInTime = await ended(connection);
      connection.socket.destroy();
      return [name, isInTime];
    }),
  );
}

const allInTime = Object.keys(stalls).map(name => [name, true]);

describe('requests that do not arrive within 10 seconds', () => {
  itNeeds(
    needsOpenssl,
    'a late request ends its connection over HTTP and TLS, and so does an unfinished TLS handshake',
    async () => {
      using authority = new Authority();
      await using premises = new Premises();
      await using secure = new Premises();
      const { cert, key } = authority.issue();
      const [plain, tls] = await Promise.all([
        premises.serve(),
        secure.serve(['--tls-cert', cert, '--tls-key', key]),
      ]);
      const plainUrl = plain.started.url;
      const tlsUrl = tls.started.url;
      const shaking = await raw(tlsUrl, '127.0.0.1');
      const halfHello = await raw(tlsUrl, '127.0.0.1');
      await halfHello.send(Buffer.from('1603010200010001fc0303', 'hex'));
      const [overHttp, overTls] = await Promise.all([
        endings(() => raw(plainUrl, '127.0.0.1'), plainUrl),
        endings(() => rawTls(tlsUrl, { rejectUnauthorized: false }), tlsUrl),
        shaking.closed(),
        halfHello.closed(),
      ]);
      expect(overHttp).toEqual(allInTime);
      expect(overTls).toEqual(allInTime);
      expect([shaking, halfHello].map(({ isOpen }) => isOpen)).toEqual([false, false]);
    },
  );
});
