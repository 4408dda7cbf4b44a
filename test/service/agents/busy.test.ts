import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { isOnPostgres } from '../kit.ts';
import { isWaiting } from '../waiting.ts';
import { Bench } from './bench.ts';
import { until } from './kit.ts';
import type { UsersFob } from './world.ts';

const presses = [
  ['approved', ({ fob }: UsersFob) => fob.approve()],
  [
    'reported',
    ({ fob }: UsersFob) => {
      fob.deny();
      fob.approve();
    },
  ],
] as const;

for (const [state, press] of presses)
  it.runIf(isOnPostgres)(
    `a request that was ${state} while the database could not be written is so a moment later, pressed once (only on PostgreSQL)`,
    async () => {
      await using bench = await Bench.open();
      const own = await bench.fobOf('ada');
      await bench.plugged(await bench.agent(), own);
      const asked = await bench.ask('ada');
      await bench.becomes(asked, 'shown');
      await until(() => own.fob.screen.includes(asked.number), 'the request');
      await bench.db.transaction().execute(async transaction => {
        await sql`select 1 from pushes for update`.execute(transaction);
        own.fob.run(1_000);
        press(own);
        await isWaiting(bench.db);
        const cancelled = await sql`select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(bench.db);
        expect(cancelled.rows).toHaveLength(1);
      });
      await until(async () => !['sent', 'shown'].includes(await bench.state(asked)), 'the end');
      expect(await bench.state(asked)).toBe(state);
    },
  );
