import { expect, test } from 'vitest';
import { isBigRun } from '../kit/tools.ts';
import { add, codeAt, newToken, post, Rig } from './kit.ts';
import { startNode } from './nodes/node.ts';

const VALIDATIONS = 1_000;
const AT_ONCE = 32;
const ROUNDS = isBigRun ? 5 : 1;

/** How a log-in that was sent ended for the one who sent it. */
type Ending = 'accepted' | 'refused' | 'unanswered';

test('killed in the middle of 1,000 validations: what was accepted is refused afterwards, what was not is no worse', async () => {
  await using rig = new Rig();
  const service = await rig.start({ clock: Date.now });
  const apiKey = service.apiKey ?? '';
  const tokens = [];
  for (let number = 0; number < 40; number++)
    tokens.push(
      await add(service, newToken({ user: `user${number}`, serial: `FOB-${number}`, kind: 'hotp' })),
    );
  await service.close();
  const databaseUrl = await rig.database;
  const order = {
    kind: 'service' as const,
    directory: rig.directory,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  };
  const logIns = tokens.flatMap((token, user) =>
    Array.from({ length: Math.ceil(VALIDATIONS / tokens.length) }, (_, counter) => ({
      token,
      user,
      counter,
    })),
  );
  // Counter by counter, so that each user's next passcode is always within the window.
  logIns.sort((one, other) => one.counter - other.counter);
  const endings = new Map<number, Ending>();
  let next = 0;
  for (let round = 0; next < logIns.length; round++) {
    const node = await startNode(order);
    const killAfter = round < ROUNDS ? next + 150 + ((round * 97) % 200) : Number.POSITIVE_INFINITY;
    const send = async () => {
      while (next < logIns.length) {
        const at = next++;
        const logIn = logIns[at];
        if (logIn === undefined) return;
        const body = { user: `user${logIn.user}`, passcode: codeAt(logIn.token, logIn.counter) };
        try {
          const response = await post(node, apiKey, body);
          endings.set(at, response.status === 200 ? 'accepted' : 'refused');
        } catch {
          endings.set(at, 'unanswered');
          return;
        }
        if (endings.size === killAfter) void node.kill();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    await node.kill();
  }
  expect([...endings.values()].filter(ending => ending === 'accepted').length).toBeGreaterThan(
    VALIDATIONS / 2,
  );
  expect([...endings.values()]).toContain('unanswered');
  const after = await startNode(order);
  const accepted = [...endings].filter(([, ending]) => ending === 'accepted').map(([at]) => logIns[at]);
  const statuses = await Promise.all(
    accepted.map(async logIn => {
      if (logIn === undefined) return 0;
      const passcode = codeAt(logIn.token, logIn.counter);
      return (
        await post(after, apiKey, { user: `user${logIn.user}`, passcode, source: `10.0.0.${logIn.user}` })
      ).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([403]));
  await after.kill();
}, 120_000);
