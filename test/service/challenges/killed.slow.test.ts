import { expect, test } from 'vitest';
import { add } from '../kit.ts';
import { startNode } from '../nodes/node.ts';
import { startedService } from '../users/kit.ts';
import { askFor, ocraToken, rightAnswer, type SentAnswer, send } from './http-kit.ts';

const USERS = 60;
const KILL_AFTER = 20;

type Ending = 'accepted' | 'refused' | 'unanswered';

test('after a kill while answers are decided, accepted answers are not accepted again', async () => {
  await using service = await startedService({ clock: Date.now });
  const apiKey = service.apiKey ?? '';
  const answers: SentAnswer[] = [];
  for (let number = 0; number < USERS; number++) {
    const token = await add(service, ocraToken({ user: `user${number}`, serial: `FOB-${number}` }));
    answers.push(rightAnswer(token, await askFor(service.url, apiKey, token.user)));
  }
  await service.close();
  const databaseUrl = await service.rig.database;
  const order = {
    kind: 'service' as const,
    directory: service.rig.directory,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  };
  const decide = async (url: string, { path, body }: SentAnswer): Promise<Ending> => {
    try {
      return (await send(url, apiKey, path, body)).status === 200 ? 'accepted' : 'refused';
    } catch {
      return 'unanswered';
    }
  };
  const node = await startNode(order);
  let answered = 0;
  const before = await Promise.all(
    answers.map(async answer => {
      const ending = await decide(node.url, answer);
      if (ending === 'accepted' && ++answered === KILL_AFTER) await node.kill();
      return ending;
    }),
  );
  expect(before.filter(ending => ending === 'accepted').length).toBeGreaterThanOrEqual(KILL_AFTER);
  expect(before).not.toContain('refused');
  const after = await startNode(order);
  const again = await Promise.all(answers.map(answer => decide(after.url, answer)));
  for (const [index, ending] of before.entries())
    if (ending === 'accepted') expect(again[index]).toBe('refused');
  // Each answer, whatever its first result, was accepted at most once: nothing is open any more.
  const last = await Promise.all(answers.map(answer => decide(after.url, answer)));
  expect(new Set(last)).toEqual(new Set(['refused']));
  await after.kill();
});
