import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import { deliverMail } from '@passfob/service/features/mail/deliver';
import { pageMail } from '@passfob/service/features/mail/list';
import { localMail, openMail } from '@passfob/service/features/mail/outbox';
import { backup } from '@passfob/service/features/operations/backup';
import { rekey } from '@passfob/service/features/operations/rekey';
import { restore } from '@passfob/service/features/operations/restore';
import { openStore } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { RecordsRig } from '../audit/kit.ts';
import { newDatabase } from '../kit.ts';
import { accepted, codeOf, grace, Office } from '../users/kit.ts';
import { invitation, queue, rowOf, useServer } from './kit.ts';

test('re-keying covers the content of mails', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const mail = await invitation(management);
  const id = await queue(management, mail);
  const before = await rowOf(management, id);
  expect(await rekey({ ...management, directory: rig.directory }, serviceActor)).toMatchObject({
    resealed: 1,
  });
  const after = await rowOf(management, id);
  expect(after.key_id).not.toBe(before.key_id);
  expect(await localMail(management)).toMatchObject([{ id, link: mail.link }]);
});

test('a restore sends nothing twice: unsent mails are dropped, and sent ones stay sent', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const local = await queue(management, await invitation(management));
  await useServer(management, 9);
  const waiting = await queue(management, await invitation(management));
  const sent = await queue(management, await invitation(management));
  await management.db.updateTable('mails').set({ state: 'sent' }).where('id', '=', sent).execute();
  const path = join(rig.directory, 'backup.gz');
  accepted(await backup(management, serviceActor, { path }));
  const directory = join(rig.directory, 'restored');
  mkdirSync(directory);
  const store = await openStore({ directory, databaseUrl: await newDatabase() });
  try {
    accepted(await restore({ ...management, store }, serviceActor, { path }));
    const restored = (id: string) => rowOf({ ...management, db: store.db }, id);
    const dropped = { state: 'dropped', sealed_content: null, key_id: null, error: 'restored from a backup' };
    expect(await restored(waiting)).toMatchObject(dropped);
    expect(await restored(local)).toMatchObject(dropped);
    expect(await restored(sent)).toMatchObject({ state: 'sent', error: null });
    expect(await deliverMail({ ...management, db: store.db })).toEqual({ leased: 0, sent: 0 });
  } finally {
    await store.close();
  }
});

test('the list of mails is paged by key, and shows none of their content', async () => {
  await using office = await Office.open();
  const { management } = office;
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) {
    office.nowMs += index % 2;
    ids.push(await queue(management, await invitation(management, index === 3 ? { user: 'bob' } : {})));
  }
  const seen: string[] = [];
  let page = await pageMail(management.db, { limit: 3 });
  for (;;) {
    seen.push(...page.mails.map(({ id }) => id));
    if (page.next === null) break;
    page = await pageMail(management.db, { limit: 3, after: page.next });
  }
  expect([...seen].sort()).toEqual([...ids].sort());
  expect(new Set(seen).size).toBe(7);
  const { mails } = await pageMail(management.db, { user: 'bob' });
  expect(mails).toMatchObject([{ id: ids[3], user: 'bob', state: 'local', isKept: true }]);
  expect((await pageMail(management.db, { state: 'sent' })).mails).toEqual([]);
});

test('opening a mail of the local outbox leaves an audit row without its content', async () => {
  await using office = await Office.open();
  const { management } = office;
  const mail = await invitation(management);
  const id = await queue(management, mail);
  const opened = accepted(await openMail(management, grace, { id }));
  expect(opened).toMatchObject({
    id,
    to: mail.to,
    link: mail.link,
    subject: 'Activate your fob for Example Ltd',
  });
  expect(opened.text).toContain(mail.link);
  const { acts, text } = await office.audit();
  expect(acts).toEqual(['mail.open ada']);
  expect(text).not.toContain(mail.activationString);
  await useServer(management, 9);
  const waiting = await queue(management, mail);
  expect(codeOf(await openMail(management, grace, { id: waiting }))).toBe('mail_destroyed');
  expect(codeOf(await openMail(management, grace, { id: randomUUID() }))).toBe('unknown_mail');
  expect((await localMail(management)).map(local => local.id)).toEqual([id]);
});
