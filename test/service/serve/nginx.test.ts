import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, tool } from '../../kit/tools.ts';
import { keyOf } from '../kit.ts';
import { accepted, grace, startedService } from '../users/kit.ts';
import { Authority, needsOpenssl } from './certificates.ts';
import { Nginx } from './nginx-kit.ts';

const HOST = 'otp.example.org';
/** Debian installs it in /usr/sbin, which is not in the path of users. */
const program = [tool('nginx'), '/usr/sbin/nginx'].find(path => path !== undefined && existsSync(path));
const needsNginx = { name: 'nginx and openssl', found: needsOpenssl.found && program };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends requests like a browser whose name server knows the host. */
function asker(nginx: Nginx, ca: Buffer) {
  return (
    path: string,
    {
      from = '127.0.0.1',
      body,
      headers = {},
    }: { from?: string; body?: string | Buffer; headers?: object } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const place = { host: '127.0.0.1', port: nginx.port, servername: HOST, ca, localAddress: from, path };
      const method = body === undefined ? 'GET' : 'POST';
      const asked = request(
        { ...place, method, agent: false, headers: { host: HOST, ...headers } },
        response => {
          let text = '';
          response.on('data', chunk => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
}

const form = { 'content-type': 'application/x-www-form-urlencoded', origin: `https://${HOST}` };

describeNeeds(needsNginx, 'nginx configured by docs/operations.md', nginxProgram => {
  test('behind nginx, sources are the clients’ own, cookies are for https, and large files get through', async () => {
    using authority = new Authority();
    await using service = await startedService({
      trustedProxies: ['127.0.0.1'],
      publicUrl: `https://${HOST}`,
    });
    const issued = authority.issue(`DNS:${HOST}`);
    await using nginx = await Nginx.start(nginxProgram, issued, new URL(service.url).port);
    const ask = asker(nginx, readFileSync(authority.file));

    const body = `key=${keyOf(service)}&act=enter`;
    const entered = await ask('/operator/enter', { body, headers: form });
    expect([entered.status, entered.headers.location]).toEqual([303, '/operator']);
    const [cookie = ''] = entered.headers['set-cookie'] ?? [];
    secret(/=([^;]+)/.exec(cookie)?.[1] ?? '');
    expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict(?:;|$)/);
    expect(entered.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);

    const spoof = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example' };
    const logIn = (from: string) =>
      ask('/login', { from, body: 'user=ada&passcode=000000&attempt=1', headers: { ...form, ...spoof } });
    expect((await Promise.all(['127.0.0.5', '127.0.0.6'].map(logIn))).map(({ status }) => status)).toEqual([
      403, 403,
    ]);
    const sources = (await service.events()).map(({ source }) => source);
    expect(sources.sort()).toEqual(['127.0.0.5', '127.0.0.6']);
    const look = async (from: string) => (await ask('/login', { from, headers: spoof })).status;
    const flood = await Promise.all(Array.from({ length: 61 }, () => look('127.0.0.5')));
    expect(flood.filter(status => status !== 200)).toEqual([429]);
    expect(await look('127.0.0.6')).toBe(200);

    const foreign = await ask('/login', {
      body: 'user=a',
      headers: { ...form, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    expect((await ask('/login', { headers: { host: 'evil.example' } })).status).toBe(421);
    const made = await createApiKey(service.office.management, grace, { name: 'importer', role: 'admin' });
    const content = Buffer.from('# nothing\n'.repeat(200_000)).toString('base64');
    const large = await ask('/v1/imports/plan', {
      body: JSON.stringify({ files: [{ name: 'large.txt', content }], userFrom: 'nobody' }),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${secret(accepted(made).value)}`,
      },
    });
    expect([large.status, JSON.parse(large.body)]).toMatchObject([422, { code: 'bad_import' }]);
  });

  test('nginx lets a WebSocket through', async () => {
    using authority = new Authority();
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    try {
      await once(server, 'listening');
      server.on('connection', (socket, { headers }) => {
        socket.on('message', message => socket.send(`${headers['x-forwarded-for']} ${message}`));
      });
      const { port } = server.address() as { port: number };
      await using nginx = await Nginx.start(nginxProgram, authority.issue(), String(port));
      const socket = new WebSocket(`wss://127.0.0.1:${nginx.port}/`, [], {
        headers: { host: HOST },
        ca: readFileSync(authority.file),
      });
      await once(socket, 'open');
      socket.send('hello');
      const [message] = await once(socket, 'message');
      expect(String(message)).toBe('127.0.0.1 hello');
      socket.close();
      await once(socket, 'close');
    } finally {
      server.close();
    }
  });
});
