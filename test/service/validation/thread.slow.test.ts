import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { expect } from 'vitest';
import { add, codeAt, newToken, post, type Rig, testOfRig as test, wrongCode } from '../kit.ts';
import { type Node, startNode } from '../nodes/node.ts';

const USERS = 6;
const AT_ONCE = 32;

interface Opened {
  readonly node: Node;
  readonly apiKey: string;
  readonly tokens: readonly NewToken[];
  /** Another node on the same database. */
  readonly another: () => Promise<Node>;
}

/** Opens a node whose log-ins are decided in a thread, on a database with users of one HOTP token each. */
async function open(rig: Rig): Promise<Opened> {
  const service = await rig.start({ clock: Date.now });
  const tokens: NewToken[] = [];
  for (let number = 0; number < USERS; number++)
    tokens.push(
      await add(service, newToken({ user: `user${number}`, serial: `FOB-${number}`, kind: 'hotp' })),
    );
  await service.close();
  const databaseUrl = await rig.database;
  const another = () =>
    startNode({
      kind: 'service',
      directory: rig.directory,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
  return { node: await another(), apiKey: service.apiKey ?? '', tokens, another };
}

const sent = (token: NewToken, counter: number) => ({ user: token.user, passcode: codeAt(token, counter) });

test('a worker thread decides like the service itself: right, wrong, repeated and identical requests', async rig => {
  const { node, apiKey, tokens } = await open(rig);
  const [token = newToken(), other = newToken()] = tokens;
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const response = await post(node, apiKey, body, headers);
    const { requestId: _, ...rest } = (await response.json()) as Record<string, unknown>;
    return [response.status, rest];
  };
  expect(await ask(sent(token, 0))).toEqual([200, { accepted: true, user: token.user }]);
  const again = await ask(sent(token, 0));
  expect(again).toMatchObject([403, { code: 'refused', accepted: false }]);
  expect(await ask({ user: token.user, passcode: wrongCode(token, Date.now()) })).toEqual(again);
  const repeated = { 'idempotency-key': 'a-form-that-is-sent-twice' };
  expect(await ask(sent(other, 0), repeated)).toEqual([200, { accepted: true, user: other.user }]);
  expect(await ask(sent(other, 0), repeated)).toEqual([200, { accepted: true, user: other.user }]);
  await node.end();
});

test('of 32 identical requests to two nodes with a thread each, one is accepted', async rig => {
  const { node, apiKey, tokens, another } = await open(rig);
  const nodes = [node, await another()] as const;
  for (const token of tokens) {
    const asked = Array.from({ length: AT_ONCE }, (_, nth) =>
      post(nth % 2 === 0 ? nodes[0] : nodes[1], apiKey, sent(token, 0)),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(AT_ONCE - 1).fill(403)]);
  }
  for (const one of nodes) await one.end();
});

test('after a thread dies, waiting requests are answered, the next log-in gets a new thread, and nothing is accepted twice', async rig => {
  const { node, apiKey, tokens } = await open(rig);
  const status = async (token: NewToken, counter: number) =>
    (await post(node, apiKey, sent(token, counter))).status;
  const first = tokens.map(token => status(token, 0));
  node.breakThread();
  const statuses = await Promise.all(first);
  expect(statuses.filter(one => ![200, 503].includes(one))).toEqual([]);
  await expect.poll(() => status(tokens[0] ?? newToken(), 1)).toBe(200);
  // Unanswered log-ins may have been accepted or not, but only once.
  const again = await Promise.all(tokens.slice(1).map(token => status(token, 0)));
  const twice = again.filter((one, at) => one === 200 && statuses[at + 1] === 200);
  expect(twice).toEqual([]);
  expect(await Promise.all(tokens.slice(1).map(token => status(token, 0)))).toEqual(again.map(() => 403));
  await node.end();
});
