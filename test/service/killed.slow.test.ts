import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { expect } from 'vitest';
import { countOf, LONG } from '../kit/counts.ts';
import { add, codeAt, newToken, post, type Rig, testOfRig as test } from './kit.ts';
import { startNode } from './nodes/node.ts';

const USERS = 40;
const EACH = 25;
const AT_ONCE = 32;
const KILLS = countOf(1, 5);

/** One passcode of one user. */
interface LogIn {
  readonly token: NewToken;
  readonly counter: number;
}

/** The result of a log-in for its client. */
type Ending = 'accepted' | 'refused' | 'unanswered';

/**
 * Creates users with a HOTP token each, and their passcodes by counter, so that each is within the window in its
 * turn.
 */
async function prepare(rig: Rig) {
  const service = await rig.start({ clock: Date.now });
  const tokens: NewToken[] = [];
  for (let number = 0; number < USERS; number++)
    tokens.push(
      await add(service, newToken({ user: `user${number}`, serial: `FOB-${number}`, kind: 'hotp' })),
    );
  await service.close();
  const databaseUrl = await rig.database;
  return {
    apiKey: service.apiKey ?? '',
    order: {
      kind: 'service' as const,
      directory: rig.directory,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    },
    logIns: Array.from({ length: EACH }, (_, counter) => tokens.map(token => ({ token, counter }))).flat(),
  };
}

async function send(url: string, apiKey: string, { token, counter }: LogIn): Promise<Ending> {
  const body = { user: token.user, passcode: codeAt(token, counter), source: `for ${token.user}` };
  try {
    return (await post({ url }, apiKey, body)).status === 200 ? 'accepted' : 'refused';
  } catch {
    return 'unanswered';
  }
}

test('after a kill in the middle of 1,000 validations, accepted passcodes are refused and others still work', {
  ...LONG,
  timeout: 120_000,
}, async rig => {
  const { apiKey, order, logIns } = await prepare(rig);
  const endings: [LogIn, Ending][] = [];
  const rest = [...logIns];
  for (let kill = 0; rest.length > 0; kill++) {
    const node = await startNode(order);
    const killAt = kill < KILLS ? endings.length + 150 + ((kill * 97) % 200) : Number.POSITIVE_INFINITY;
    const work = async () => {
      for (let logIn = rest.shift(); logIn !== undefined; logIn = rest.shift()) {
        const ending = await send(node.url, apiKey, logIn);
        endings.push([logIn, ending]);
        if (endings.length === killAt) void node.kill();
        if (ending === 'unanswered') return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await node.kill();
  }
  const accepted = endings.filter(([, ending]) => ending === 'accepted').map(([logIn]) => logIn);
  expect(accepted.length).toBeGreaterThan(logIns.length / 2);
  expect(endings.map(([, ending]) => ending)).toContain('unanswered');
  const after = await startNode(order);
  for (let from = 0; from < accepted.length; from += AT_ONCE) {
    const some = accepted.slice(from, from + AT_ONCE);
    const again = await Promise.all(some.map(logIn => send(after.url, apiKey, logIn)));
    expect(again).toEqual(some.map(() => 'refused'));
  }
  await after.kill();
});
