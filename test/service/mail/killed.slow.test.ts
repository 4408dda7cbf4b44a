import { deliverMail } from '@passfob/service/subjects/mail/deliver';
import { expect } from 'vitest';
import { MailReceiver } from '../alerts/receivers.ts';
import { testOfRecords as test } from '../audit/kit.ts';
import { startNode } from '../nodes/node.ts';
import { invitation, parsed, queue, rowOf, useServer } from './kit.ts';

test('a node killed after the mail server has the mail and before it is marked: sent again, under the same Message-ID', async rig => {
  await using server = await new MailReceiver().listen();
  rig.clock.nowMs = Date.now();
  const management = await rig.open();
  await useServer(management, server.port);
  const id = await queue(management, await invitation(management));
  const databaseUrl = await rig.database;
  let node: Awaited<ReturnType<typeof startNode>> | undefined;
  const gone = new Promise<void>(resolve => {
    // The message has arrived, and its confirmation is still missing.
    server.beforeAnswer = async () => {
      await expect.poll(() => node !== undefined).toBe(true);
      await node?.kill();
      resolve();
    };
  });
  node = await startNode({
    kind: 'service',
    directory: rig.directory,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  await gone;
  expect(server.messages).toHaveLength(1);
  expect(await rowOf(management, id)).toMatchObject({ state: 'waiting', attempts: 1 });
  server.beforeAnswer = () => Promise.resolve();
  // Another node runs after the dead node's lease.
  rig.clock.nowMs = Date.now() + 60_000;
  expect(await deliverMail(management)).toEqual({ leased: 1, sent: 1 });
  expect(await rowOf(management, id)).toMatchObject({ state: 'sent', attempts: 2, sealed_content: null });
  const [first, second] = await Promise.all(server.messages.map(({ raw }) => parsed(raw)));
  expect(server.messages).toHaveLength(2);
  expect(second?.messageId).toBe(first?.messageId);
  expect(second?.text).toBe(first?.text);
  expect(second?.date).toEqual(first?.date);
});
