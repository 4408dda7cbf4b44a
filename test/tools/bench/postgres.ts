import { makeDatabase, startCluster } from '../../kit/postgres.ts';
import { findPostgres } from '../../kit/postgres-programs.ts';
import { itNeeds } from '../../kit/tools.ts';

/** Measures on a new database of a PostgreSQL with durable commits, where it is installed. */
export function onPostgres(title: string, measure: (databaseUrl: string) => Promise<void>): void {
  itNeeds({ name: 'PostgreSQL', found: findPostgres() }, title, async folder => {
    const cluster = await startCluster(folder, { isDurable: true });
    try {
      await measure(await makeDatabase(cluster.address));
    } finally {
      await cluster.stop();
    }
  });
}
