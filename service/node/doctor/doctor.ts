import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { processLimits } from '../../base/limits/process.ts';
import type { Db, Store } from '../../storage/database/database.ts';
import { openPostgres } from '../../storage/database/postgres.ts';
import { currencyOf } from '../../storage/database/readiness.ts';
import { openSqlite } from '../../storage/sqlite/sqlite.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { finding, type ServiceFinding } from './finding.ts';
import { checkFolder, checkKeyFile, checkSpace } from './folder.ts';
import { checkCertificate, checkPort } from './network.ts';

export type { ServiceFinding } from './finding.ts';

/** Examines everything that a service needs on this computer. Creates and changes nothing. */
export async function examineService(configuration: Configuration, nowMs: number): Promise<ServiceFinding[]> {
  const { directory } = configuration;
  return [
    checkFolder(configuration),
    checkKeyFile(configuration),
    ...(await checkDatabase(configuration, nowMs)),
    await checkSpace(directory),
    ...checkCertificate(configuration, nowMs),
    await checkPort(configuration),
  ];
}

const STATES = {
  current: 'ok',
  new: 'ok',
  older: 'warning',
  'too-old': 'problem',
  newer: 'problem',
} as const;

/** Whether the database opens and fits this program, and whether the clock is behind its newest event. */
async function checkDatabase(
  { directory, databaseUrl }: Configuration,
  nowMs: number,
): Promise<ServiceFinding[]> {
  if (databaseUrl === null && !existsSync(join(directory, 'service.db')))
    return [finding('database', 'ok', 'database-new')];
  let store: Store | undefined;
  try {
    store = databaseUrl === null ? openSqlite(directory) : openPostgres(databaseUrl);
    const currency = await currencyOf(store.db);
    const found = finding('database', STATES[currency], `database-${currency}`);
    return currency === 'current' ? [found, await checkClock(store.db, nowMs)] : [found];
  } catch {
    return [finding('database', 'problem', 'database-bad')];
  } finally {
    await store?.close();
  }
}

/** With a clock that went back, old passcodes look current; replay protection refuses them. */
async function checkClock(db: Db, nowMs: number): Promise<ServiceFinding> {
  const newest = await db.selectFrom('events').select('at_ms').orderBy('id', 'desc').executeTakeFirst();
  const behindMs = (newest?.at_ms ?? 0) - nowMs;
  if (behindMs <= processLimits.clockBehindMaxMs) return finding('clock', 'ok', 'clock-good');
  return finding('clock', 'problem', 'clock-behind', { seconds: Math.round(behindMs / 1000) });
}
