import { recordLimits } from '../../../base/limits/records.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { done } from '../../../base/results.ts';
import {
  count,
  facts,
  flag,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
  whole,
} from '../../../base/shapes.ts';
import { listAudit } from '../../../subjects/audit/list.ts';
import { rotateAudit } from '../../../subjects/audit/rotate.ts';
import { verifyAudit } from '../../../subjects/audit/verify.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const id = whole(0, tokenLimits.counterMax);
const moment = whole(0, tokenLimits.counterMax);
const name = text(userLimits.userNameMax);
const subjectKind = oneOf(
  'user',
  'token',
  'fob',
  'policy',
  'application',
  'api-key',
  'operator',
  'settings',
  'alert',
  'job',
  'service',
);
const row = named(
  object({
    id: count,
    atMs: time,
    actor: serviceText,
    role: serviceText,
    action: serviceText,
    subjectKind: serviceText,
    subjectId: serviceText,
    subject: serviceText,
    detail: facts,
    source: serviceText,
    requestId: serviceText,
    seal: nullable(count),
  }),
  'AuditRow',
);
const verification = named(
  object({
    intact: flag,
    rows: count,
    seals: count,
    unsealed: count,
    rotatedSeal: nullable(count),
    findings: list(object({ kind: serviceText, text: serviceText })),
    moreFindings: count,
  }),
  'AuditVerification',
);

export const auditRoutes: readonly ApiRoute[] = [
  route({
    name: 'audit.list',
    summary: 'List the audit of operator acts, newest first.',
    method: 'GET',
    path: '/v1/audit',
    permission: 'audit.read',
    query: object(
      {},
      {
        after: id,
        limit: whole(1, recordLimits.auditListedMax),
        actor: name,
        action: name,
        subjectKind,
        subjectId: name,
        fromMs: moment,
        toMs: moment,
      },
    ),
    answer: object({ rows: list(row), next: nullable(count) }),
    refusals: [],
    handle: async ({ management, query: { after, ...query } }) =>
      done(await listAudit(management.db, { ...query, before: after })),
  }),
  route({
    name: 'audit.verify',
    summary: 'Verify every row of the audit and its chain of checkpoints.',
    method: 'POST',
    path: '/v1/audit/verify',
    permission: 'audit.verify',
    answer: verification,
    refusals: [],
    handle: async ({ management: { db, keys } }) => done(await verifyAudit(db, keys)),
  }),
  route({
    name: 'audit.rotate',
    summary: 'Remove the rows of the audit that a checkpoint covers and that are older than a time.',
    method: 'POST',
    path: '/v1/audit/rotate',
    permission: 'audit.rotate',
    body: object({ beforeMs: moment }),
    example: { beforeMs: 1_700_000_000_000 },
    answer: object({ rows: count, seals: count }),
    refusals: ['bad_time', 'audit_broken'],
    handle: ({ management, actor, body }) => rotateAudit(management, actor, body),
  }),
];
