import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Report } from 'passfob/cli/base/report';
import { printable } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import type { Configuration } from '../app/configuration/configuration.ts';
import { serviceActor } from '../base/actor.ts';
import { mailLimits } from '../base/limits/mail.ts';
import { recordTexts } from '../base/texts/serve.ts';
import { verifyAudit } from '../features/audit/verify.ts';
import { recordBounce } from '../features/mail/bounces.ts';
import { backup } from '../features/operations/backup.ts';
import { rekey } from '../features/operations/rekey.ts';
import { restore } from '../features/operations/restore.ts';
import { openStore, type Store } from '../storage/database/database.ts';
import { type Keys, openKeyFile } from '../storage/sealing/key-file.ts';
import { valueIn } from './errors.ts';
import type { RecordInvocation } from './invocation.ts';

interface Place {
  readonly store: Store;
  readonly keys: Keys;
  readonly directory: string;
}

/**
 * Does what is done with the records of a service as a whole, beside the running service; a restore is for an empty
 * database.
 *
 * @throws FobError `service`; ServiceError
 */
export async function runRecords(
  invocation: RecordInvocation,
  configuration: Configuration,
  stdin: Readable,
): Promise<Report> {
  const { directory, databaseUrl } = configuration;
  // Before the database: a restore without the old keys would make an empty database and come to nothing.
  const keys = openKeyFile(directory, false);
  const store = await openStore({ directory, databaseUrl: databaseUrl ?? undefined });
  try {
    const place = { store, keys, directory };
    switch (invocation.command) {
      case 'service-backup':
        return await backUp(place, invocation.file);
      case 'service-restore':
        return await restoreFrom(place, invocation.file, invocation.counterGap);
      case 'service-audit-verify':
        return await verify(place);
      case 'service-rekey':
        return await renewKey(place);
      case 'service-bounce':
        return await takeBounce(place, stdin);
    }
  } finally {
    await store.close();
  }
}

async function backUp({ store, keys }: Place, file: string): Promise<Report> {
  const management = { store, keys, clock: Date.now };
  const { path, counts, header } = valueIn(await backup(management, serviceActor, { path: resolve(file) }));
  return {
    document: { file: path, counts, keyIds: header.keyIds },
    text: recordTexts.backedUp(counts.users ?? 0, counts.tokens ?? 0),
    note: recordTexts.keyFileApart,
  };
}

async function restoreFrom(
  { store, keys }: Place,
  file: string,
  counterGap: number | undefined,
): Promise<Report> {
  const wish = { path: resolve(file), ...(counterGap !== undefined && { counterGap }) };
  const restored = valueIn(await restore({ store, keys, clock: Date.now }, serviceActor, wish));
  const { createdMs, missingKeyIds } = restored;
  return {
    document: { ...restored },
    text: recordTexts.restored(new Date(createdMs).toISOString()),
    ...(missingKeyIds.length > 0 && { note: recordTexts.keysMissing }),
  };
}

/** @throws FobError `service` where the audit was changed */
async function verify({ store, keys }: Place): Promise<Report> {
  const verification = await verifyAudit(store.db, keys);
  if (!verification.intact) {
    const found = verification.findings.map(({ text }) => text);
    throw new FobError('service', {
      sentence: [recordTexts.auditChanged.sentence, ...found].join(' '),
      next: recordTexts.auditChanged.next,
      details: { ...verification },
    });
  }
  return {
    document: { ...verification },
    text: recordTexts.auditIntact(verification.rows, verification.seals),
  };
}

async function renewKey({ store, keys, directory }: Place): Promise<Report> {
  const place = { db: store.db, keys, directory, clock: Date.now };
  const standing = await rekey(place, serviceActor);
  if (standing.state === 'unreadable')
    throw new FobError('service', { ...recordTexts.rekeyUnreadable, details: { ...standing } });
  const { waitUntilMs } = standing;
  const text =
    waitUntilMs === null
      ? recordTexts.rekeyDone
      : recordTexts.rekeyWaiting(new Date(waitUntilMs).toISOString());
  return { document: { ...standing }, text };
}

async function takeBounce({ store, keys }: Place, stdin: Readable): Promise<Report> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // What is longer is none, and is not kept: the mail server that hands it over is let finish.
    if (size <= mailLimits.bounceMaxBytes) chunks.push(bytes);
  }
  const message = size > mailLimits.bounceMaxBytes ? '' : Buffer.concat(chunks);
  const management = { db: store.db, keys, clock: Date.now };
  const mail = valueIn(await recordBounce(management, serviceActor, { message }));
  await store.announce();
  const text = mail.state === 'bounced' ? recordTexts.bounced(mail.user) : recordTexts.notBounced(mail.user);
  return { document: { mail }, text: printable(text) };
}
