import type { Schema } from '../../storage/schema/schema.ts';

interface BackedUp {
  readonly table: keyof Schema;
  /** The columns of its primary key. */
  readonly key: readonly string[];
}

/** The tables of a backup, each after the tables that its rows refer to. */
export const backedUpTables: readonly BackedUp[] = [
  { table: 'settings', key: ['name'] },
  { table: 'service_keys', key: ['name'] },
  { table: 'users', key: ['id'] },
  { table: 'user_groups', key: ['id'] },
  { table: 'group_members', key: ['group_id', 'user_id'] },
  { table: 'applications', key: ['id'] },
  { table: 'radius_clients', key: ['id'] },
  { table: 'policies', key: ['id'] },
  { table: 'fobs', key: ['id'] },
  { table: 'fob_pairings', key: ['id'] },
  { table: 'fob_recovery', key: ['fob_id'] },
  { table: 'fob_accounts', key: ['fob_id', 'account'] },
  { table: 'fob_tasks', key: ['id'] },
  { table: 'push_keys', key: ['fob_id'] },
  { table: 'push_sources', key: ['user_id', 'source'] },
  { table: 'tokens', key: ['id'] },
  { table: 'assignments', key: ['id'] },
  { table: 'alerts', key: ['id'] },
  { table: 'deliveries', key: ['id'] },
  { table: 'mails', key: ['id'] },
  { table: 'events', key: ['id'] },
  { table: 'audit', key: ['id'] },
  { table: 'audit_seals', key: ['number'] },
  { table: 'operators', key: ['user_id'] },
  { table: 'api_keys', key: ['id'] },
  { table: 'jobs', key: ['id'] },
  { table: 'job_items', key: ['job_id', 'number'] },
];

/**
 * Tables that no backup holds: because they would become valid again (sessions, links, first responses, codes, open
 * questions and pushes, activations, connections and their leases, and that the database accepted a write), or because they are
 * derived from the rest (the search index).
 */
export const leftOutTables: readonly (keyof Schema)[] = [
  'operator_links',
  'operator_sessions',
  'answers',
  'temporary_codes',
  'challenges',
  'radius_challenges',
  'activations',
  'user_sessions',
  'agent_fobs',
  'fob_care',
  'pushes',
  'readiness',
  'search_parts',
  'search_texts',
];

/** Tables whose numbers the database assigns, which must continue above those restored. */
export const numberedTables: readonly (keyof Schema)[] = ['alerts', 'events', 'audit'];
