import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Report } from 'passfob/cli/base/report';
import { printable } from 'passfob/cli/base/terminal';
import { FobError, systemCode } from 'passfob/errors';
import { readPieces, standardInput } from 'passfob/read-whole';
import { serviceActor } from '../base/actor.ts';
import { mailLimits } from '../base/limits/mail.ts';
import { refused } from '../base/results.ts';
import { recordTexts } from '../base/texts/serve.ts';
import { audit } from '../subjects/alerts/audit-list.ts';
import { verifyAudit } from '../subjects/audit/verify.ts';
import { exportOf } from '../subjects/kit/export.ts';
import { recordBounce } from '../subjects/mail/bounces.ts';
import { backup } from '../subjects/operations/backup.ts';
import { rekey } from '../subjects/operations/rekey.ts';
import { restore } from '../subjects/operations/restore.ts';
import type { ConfiguredRecords } from './configured.ts';
import { valueIn } from './errors.ts';
import type { AuditFile } from './options.ts';

/** Commands on all records of a service, while it runs; a restore needs an empty database. */

export async function backUp({ store, keys }: ConfiguredRecords, file: string): Promise<Report> {
  const management = { store, keys, clock: Date.now };
  const { path, counts, header } = valueIn(await backup(management, serviceActor, { path: resolve(file) }));
  return {
    document: { file: path, counts, keyIds: header.keyIds },
    text: recordTexts.backedUp(counts.users ?? 0, counts.tokens ?? 0),
    note: recordTexts.keyFileApart,
  };
}

export async function restoreFrom(
  records: ConfiguredRecords,
  file: string,
  counterGap: number | undefined,
): Promise<Report> {
  if (file !== '-') return restorePlain(records, file, counterGap);
  // A restore reads its backup twice.
  const folder = mkdtempSync(join(tmpdir(), 'passfob-restore-'));
  try {
    const copy = join(folder, 'backup');
    const input = readPieces(standardInput(records.terminal.stdin), records.signal);
    await pipeline(input, createWriteStream(copy, { mode: 0o600 }));
    return await restorePlain(records, copy, counterGap);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function restorePlain(
  { store, keys }: ConfiguredRecords,
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

/** @throws FobError `service` if the audit was changed */
export async function verify({ store, keys }: ConfiguredRecords): Promise<Report> {
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

/** Writes the audit into a new file. @throws FobError if there is one of that name, an error of the system */
export async function exportAudit(
  { store, keys, signal }: ConfiguredRecords,
  file: AuditFile,
): Promise<Report> {
  const path = resolve(file.path);
  const { format, fromMs, toMs } = file;
  const management = { db: store.db, keys, clock: Date.now };
  const pieces = exportOf(management, serviceActor, audit, { format, filters: { fromMs, toMs } });
  try {
    await pipeline(pieces, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }), { signal });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    valueIn(refused('backup_exists'));
  }
  return { document: { file: path }, text: recordTexts.auditTaken(path) };
}

export async function renewKey({ store, keys, configuration }: ConfiguredRecords): Promise<Report> {
  const place = { db: store.db, keys, directory: configuration.directory, clock: Date.now };
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

export async function importBounce({ store, keys, terminal }: ConfiguredRecords): Promise<Report> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of terminal.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // A longer text is no bounce and is not kept, but is read to its end so that the mail server can finish.
    if (size <= mailLimits.bounceMaxBytes) chunks.push(bytes);
  }
  const message = size > mailLimits.bounceMaxBytes ? '' : Buffer.concat(chunks);
  const management = { db: store.db, keys, clock: Date.now };
  const mail = valueIn(await recordBounce(management, serviceActor, { message }));
  await store.announce();
  const text = mail.state === 'bounced' ? recordTexts.bounced(mail.user) : recordTexts.notBounced(mail.user);
  return { document: { mail }, text: printable(text) };
}
