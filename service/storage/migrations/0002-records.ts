import type { Kysely } from 'kysely';
import { required, withIdentity } from './columns.ts';

/** The audit of operators' acts, with checkpoints. */
export async function createAudit(db: Kysely<unknown>): Promise<void> {
  await withIdentity(db, db.schema.createTable('audit'))
    .addColumn('at_ms', 'bigint', required)
    .addColumn('actor', 'text', required)
    .addColumn('role', 'text', required)
    .addColumn('action', 'text', required)
    .addColumn('subject_kind', 'text', required)
    .addColumn('subject_id', 'text', required)
    .addColumn('subject', 'text', required)
    .addColumn('detail', 'text', required)
    .addColumn('source', 'text', required)
    .addColumn('request_id', 'text', required)
    .addColumn('mac', 'text', required)
    .addColumn('seal', 'bigint')
    .execute();
  await db.schema.createIndex('audit_seal').on('audit').columns(['seal', 'id']).execute();
  await db.schema
    .createIndex('audit_subject')
    .on('audit')
    .columns(['subject_kind', 'subject_id', 'id'])
    .execute();
  await db.schema
    .createTable('audit_seals')
    .addColumn('number', 'bigint', column => column.primaryKey())
    .addColumn('at_ms', 'bigint', required)
    .addColumn('rows', 'integer', required)
    .addColumn('previous', 'text', required)
    .addColumn('mac', 'text', required)
    .addColumn('rotated_ms', 'bigint')
    .execute();
}

/** Bulk jobs, and their rows. */
export async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('kind', 'text', required)
    .addColumn('title', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('parameters', 'text', required)
    .addColumn('total', 'integer', required)
    .addColumn('done', 'integer', required)
    .addColumn('refused', 'integer', required)
    .addColumn('actor', 'text', required)
    .addColumn('role', 'text', required)
    .addColumn('created_ms', 'bigint', required)
    .addColumn('changed_ms', 'bigint', required)
    .addColumn('leased_until_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('job_items')
    .addColumn('job_id', 'text', column => column.notNull().references('jobs.id'))
    .addColumn('number', 'integer', required)
    .addColumn('subject', 'text', required)
    .addColumn('sealed_payload', 'text')
    .addColumn('key_id', 'text')
    .addColumn('state', 'text', required)
    .addColumn('message', 'text', required)
    .addPrimaryKeyConstraint('job_items_number', ['job_id', 'number'])
    .execute();
}
