import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { Rig } from './kit.ts';
import { watchApp } from './served.ts';

/** Sends a request line as it is, which `fetch` would tidy. @returns status and Location of the answer */
async function rawly(url: string, method: string, target: string): Promise<readonly (string | undefined)[]> {
  const { host, port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
  let said = '';
  socket.on('data', chunk => {
    said += chunk;
  });
  await once(socket, 'close');
  return [said.slice(9, 12), /^location: (.*)\r$/im.exec(said)?.[1]];
}

test('each page with a slash at its end leads to the page, and nothing else leads anywhere', async () => {
  await using rig = new Rig();
  const { result: service, routes } = await watchApp(() => rig.start());
  const ask = (target: string, method = 'GET') => rawly(service.url, method, target);
  const isFixed = (path: string) => !path.includes(':') && !path.startsWith('/v1/') && path !== '/';
  const pages = routes.filter(({ method, path }) => method === 'GET' && isFixed(path));
  expect(pages.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/login', '/me', '/operator', '/operator/tokens', '/activate', '/help']),
  );
  for (const { path } of pages) expect(await ask(`${path}/`)).toEqual(['308', path]);
  expect(await ask('/operator/', 'HEAD')).toEqual(['308', '/operator']);
  expect(await ask('/me/?done=named&a=%0d%0aset-cookie:b=c')).toEqual([
    '308',
    '/me?done=named&a=%0d%0aset-cookie:b=c',
  ]);
  for (const target of [
    '//evil.example/',
    '//evil.example/login/',
    '///evil.example/',
    '/\\evil.example/',
    '/.//evil.example/',
    '/%2f/evil.example/',
    'http://evil.example/login/',
    '/login//',
    '/nothing/',
    '/v1/openapi.json/',
    '/v1/validate/',
  ])
    expect([target, ...(await ask(target))]).toEqual([target, '404', undefined]);
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect([method, ...(await ask('/login/', method))]).toEqual([method, '404', undefined]);
});
