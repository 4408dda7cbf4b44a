import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { begin } from './figures/record.ts';
import { onPostgres } from './postgres.ts';
import { legRows, printFigures, quantile } from './push/figures.ts';
import type { LogIns } from './push/log-ins.ts';
import { Stage } from './push/stage.ts';

/** Log-ins, and people who log in one after the other: `LOGINS=40 PEOPLE=2 npm run bench -- push`. */
const LOGINS = Number(process.env.LOGINS ?? 120);
const PEOPLE = Number(process.env.PEOPLE ?? 4);
/** The whole way, including the minimum time of a person: 0.7 s until keys react, and a second of holding. */
const P99_MS = 2_000;
/** Excludes the work of compilers at the start. */
const WARM_UP = 20;

/** Logs people in repeatedly, out of step. */
async function logInAll(logIns: LogIns): Promise<void> {
  const turns = Math.ceil(LOGINS / PEOPLE);
  await Promise.all(
    logIns.users.map(async (user, nth) => {
      await pause((nth * 2_000) / PEOPLE);
      for (let turn = 0; turn < turns; turn++) {
        await logIns.logIn(user);
        await pause(((nth + turn * 7) * 61) % 500);
      }
    }),
  );
}

const rows: string[][] = [];
const record = begin('push');

/** The yardstick is the row of the person: the fob's rule, without the way. */
function recordRows(): void {
  record({
    tables: [['push | p50 | p99 | most', rows]],
    conditions: [`${LOGINS} log-ins of ${PEOPLE} users at once`],
  });
}

async function measure(title: string, databaseUrl = ''): Promise<void> {
  await using stage = await Stage.open({ databaseUrl });
  using logIns = await stage.people(PEOPLE);
  for (let turn = 0; turn < WARM_UP; turn++) await Promise.all(logIns.users.map(user => logIns.logIn(user)));
  await logIns.collect();
  await logInAll(logIns);
  const all = await logIns.collect();
  const accepted = printFigures(title, all);
  expect(accepted).toHaveLength(all.length);
  rows.push(...legRows(accepted).map(([leg = '', ...times]) => [`${title}: ${leg}`, ...times]));
  const totals = accepted.map(({ sentMs, takenMs }) => takenMs - sentMs);
  expect(quantile(totals, 0.99)).toBeLessThan(P99_MS);
}

afterAll(recordRows);

it('log-ins by push keep their time, on SQLite', () => measure('SQLite'));

onPostgres('log-ins by push keep their time, on PostgreSQL', databaseUrl =>
  measure('PostgreSQL', databaseUrl),
);
