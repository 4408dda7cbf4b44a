import { apiRoutes } from '@passfob/service/http/api/routes';
import fc from 'fast-check';
import { expect } from 'vitest';
import { add, newToken } from '../kit.ts';
import { type Bureau, pathOf, type Shown, testOfBureau as test } from './kit.ts';

/** Texts that often break databases, paths and parsers, among ordinary ones. */
const odd = fc.constantFrom(
  '',
  '\0',
  'a\0b',
  '\ud800',
  '../..',
  "' or 1=1 --",
  '%',
  '𝔞',
  'x'.repeat(300),
  'ada',
  'FOB-1',
);
const value = fc.oneof(odd, fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary', maxLength: 80 }));

/** Generates a route's example with one field replaced, or any other value. */
function bodyOf(example: unknown): fc.Arbitrary<unknown> {
  const given = { ...(example as Record<string, unknown> | undefined) };
  const names = [...Object.keys(given), 'user', 'unknown'];
  const changed = fc
    .tuple(fc.constantFrom(...names), value)
    .map(([name, other]) => ({ ...given, [name]: other }));
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: value });
}

/** Names in queries of lists. */
const QUERIED = [
  ...['after', 'limit', 'text', 'search', 'user', 'by', 'state', 'hasTasks', 'notSeenDays'],
] as const;

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

const request = fc.nat(apiRoutes.length - 1).chain(index => {
  const route = apiRoutes[index];
  if (route === undefined) throw new Error('no such route');
  const parameters = fc.record({ user: odd, serial: odd, id: odd, name: odd, account: odd, group: odd });
  const query = fc.dictionary(fc.constantFrom(...QUERIED), odd, { maxKeys: 2 });
  return fc.record({ route: fc.constant(route), parameters, query, body: bodyOf(route.example) });
});

async function send(bureau: Bureau, key: Shown, { route, parameters, query, body }: Request) {
  const place = route.path.replace(/:(\w+)/g, (_, name: 'user') => encoded(parameters[name]));
  const asked = Object.entries(query).map(([name, text]) => `${name}=${encoded(text)}`);
  return bureau.ask(
    route.method,
    `${place}?${asked.join('&')}`,
    key,
    route.method === 'GET' ? undefined : body,
  );
}

function encoded(text: string): string {
  // An address cannot contain an unpaired surrogate.
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '?'));
}

test('arbitrary requests are answered by the service itself, which goes on', async bureau => {
  const key = await bureau.key('admin');
  await add(bureau.service, newToken());
  expect(pathOf('/v1/users/:user', { user: 'a/b' })).toBe('/v1/users/a%2Fb');
  await fc.assert(
    fc.asyncProperty(request, async given => {
      bureau.rig.clock.nowMs += 1000;
      const { status, json } = await send(bureau, key, given);
      // 502 reports the server of a channel, not this service.
      expect(status === 502 || status < 500).toBe(true);
      if (status >= 400) expect(json.status).toBe(status);
    }),
    { numRuns: 400 },
  );
  expect((await bureau.ask('GET', '/v1/users/ada', key)).status).toBe(200);
});
