import type { TestProject } from 'vitest/node';
import { startCluster } from './postgres.ts';
import { findPostgres } from './postgres-programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a running cluster's own database, from which tests make other databases. */
    readonly postgres: string;
  }
}

/** Starts one cluster for all test files that run on PostgreSQL. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = findPostgres();
  if (folder === undefined) throw new Error('PostgreSQL is not installed');
  const cluster = await startCluster(folder);
  project.provide('postgres', cluster.address);
  return cluster.stop;
}
