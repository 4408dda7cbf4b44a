import { jobLimits } from '@passfob/service/base/limits/jobs';
import type { Management } from '@passfob/service/storage/management';
import { startAssigning } from '@passfob/service/subjects/jobs/bulk';
import { listJobItems, viewJob } from '@passfob/service/subjects/jobs/jobs';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { expect } from 'vitest';
import { accepted, helpdesk, type Office } from '../users/kit.ts';

/** Rows of a job. */
export const COUNT = 6;
/** A lease grows with every step, even with a stopped clock. */
export const LEASE_OVER_MS = jobLimits.jobLeaseMs + 1000;
/** The user of the tokens, whose name begins their serial numbers. */
const USER = 'ada';

function serialsOf(user: string): string[] {
  return Array.from({ length: COUNT }, (_, at) => `${user}-${at}`);
}

/**
 * Creates a job that gives six tokens to a user, the fourth of which is revoked: five are done and one is refused.
 */
export async function given(office: Office, user = USER): Promise<string> {
  await office.hire();
  await office.userId(user);
  const serials = serialsOf(user);
  for (const serial of serials) await office.issue(serial);
  await office.set(
    'tokens',
    { state: 'revoked', revoked_reason: 'lost', sealed_secret: null, key_id: null },
    { serial: `${user}-3` },
  );
  const table = ['user,serial', ...serials.map(serial => `${user},${serial}`)].join('\r\n');
  return (await office.do(startAssigning, { table }, helpdesk)).id;
}

/**
 * Checks that every effect happened once: one assignment and one audit row for each token, and the counts of the job.
 */
export async function checkDone(office: Office, id: string, user = USER): Promise<void> {
  const { db } = office.store;
  expect(accepted(await viewJob(db, id))).toMatchObject({ state: 'done', total: COUNT, done: 5, refused: 1 });
  const assigned = await db
    .selectFrom('assignments')
    .innerJoin('tokens', 'tokens.id', 'assignments.token_id')
    .select('serial')
    .where('serial', 'like', `${user}-%`)
    .orderBy('serial')
    .execute();
  const expected = serialsOf(user).filter(serial => serial !== `${user}-3`);
  expect(assigned.map(({ serial }) => serial)).toEqual(expected);
  const acts = await db
    .selectFrom('audit')
    .select(['subject', 'actor', 'source', 'request_id'])
    .where('action', '=', 'token.assign')
    .where('subject', 'like', `${user}-%`)
    .orderBy('subject')
    .execute();
  expect(acts).toEqual(expected.map(subject => ({ subject, actor: 'dora', source: 'job', request_id: id })));
  const items = accepted(await listJobItems(db, { id }));
  expect(items.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'refused', 'done', 'done']);
  expect(items[3]?.message).not.toBe('');
  const kept = await db.selectFrom('job_items').select('sealed_payload').where('job_id', '=', id).execute();
  expect(kept.every(({ sealed_payload }) => sealed_payload === null)).toBe(true);
}

export async function finish(management: Management): Promise<void> {
  const worker = startJobs(management);
  await worker.idle();
  await worker.close();
}
