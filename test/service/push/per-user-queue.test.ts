import { setTimeout as pause } from 'node:timers/promises';
import { pushLimits } from '@passfob/service/base/limits/push';
import { watchChanges } from '@passfob/service/storage/database/changes';
import { makePerUserQueue } from '@passfob/service/subjects/push/per-user-queue';
import { makePushes } from '@passfob/service/subjects/push/pushes';
import { expect, test } from 'vitest';
import { SESSION } from './kit.ts';
import { withFob } from './scene.ts';

test('requests for one name are created one after another, whether the user exists or not, and few at once', async () => {
  const { scene, office } = await withFob();
  await using _ = scene;
  const changes = watchChanges(office.store);
  let now = 0;
  let most = 0;
  // Reads the lock state within the transaction.
  const lock = async () => {
    most = Math.max(most, ++now);
    await pause(2);
    now--;
    return scene.lock;
  };
  const pushes = makePushes({ ...office.management, lock }, { changes });
  const mostOf = async (names: readonly string[]) => {
    most = 0;
    const { applicationId } = scene;
    const about = { session: SESSION, applicationId, source: '192.0.2.1', requestId: 'ask' };
    await Promise.all(names.map(user => pushes.ask({ user, ...about })));
    return most;
  };
  expect(await mostOf(Array(8).fill('ada'))).toBe(1);
  expect(await mostOf(Array(8).fill('nobody'))).toBe(1);
  const many = Array.from({ length: 16 }, (_, nth) => `nobody-${nth}`);
  expect(await mostOf(many)).toBeLessThanOrEqual(pushLimits.pushAsksAtOnce);
  changes.close();
});

const from = (name: string, source = '192.0.2.1') => ({ name, source });

test('a flood of requests for one name is turned away, and other names get their turn, also when work fails', async () => {
  const inTurn = makePerUserQueue();
  let go: () => void = () => undefined;
  const gone = new Promise<void>(resolve => {
    go = resolve;
  });
  const flood = Array.from({ length: pushLimits.pushAsksWaitingOfOne + 2 }, () =>
    inTurn(from('ada'), () => gone).then(
      () => 'done',
      () => 'busy',
    ),
  );
  await expect(inTurn(from('bob'), async () => Promise.reject(new Error('odd')))).rejects.toThrow('odd');
  expect(await inTurn(from('bob'), async () => 'done')).toBe('done');
  go();
  const ends = await Promise.all(flood);
  expect(ends.filter(end => end === 'busy')).toHaveLength(1);
  expect(await inTurn(from('ada'), async () => 'done')).toBe('done');
  const all = Array.from({ length: pushLimits.pushAsksWaiting + pushLimits.pushAsksAtOnce + 1 }, (_, nth) =>
    inTurn(from(`user-${nth}`, `198.51.100.${nth % 8}`), async () => 'done').catch(() => 'busy'),
  );
  expect((await Promise.all(all)).filter(end => end === 'busy')).toHaveLength(1);
});

test('sources take turns, and a source that asks for many names is turned away before others', async () => {
  const inTurn = makePerUserQueue();
  let go: () => void = () => undefined;
  const gone = new Promise<void>(resolve => {
    go = resolve;
  });
  const order: string[] = [];
  const ask = (name: string, source: string) =>
    inTurn(from(name, source), async () => {
      await gone;
      order.push(name);
    }).then(
      () => 'done',
      () => 'busy',
    );
  const most = pushLimits.pushAsksWaitingOfSource + pushLimits.pushAsksAtOnce;
  const flood = Array.from({ length: most + 10 }, (_, nth) => ask(`nobody-${nth}`, '198.51.100.66'));
  const own = ask('ada', '192.0.2.10');
  go();
  expect(await own).toBe('done');
  // It runs after those that had begun, and the first that waited.
  expect(order.indexOf('ada')).toBeLessThan(2 * pushLimits.pushAsksAtOnce);
  expect((await Promise.all(flood)).filter(end => end === 'busy')).toHaveLength(10);
});
