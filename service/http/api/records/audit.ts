import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done } from '../../../base/results.ts';
import { count, flag, list, named, nullable, object, serviceText, whole } from '../../../base/shapes.ts';
import { audit } from '../../../subjects/alerts/audit-list.ts';
import { rotateAudit } from '../../../subjects/audit/rotate.ts';
import { verifyAudit } from '../../../subjects/audit/verify.ts';
import { routeOfPages } from '../kit/acts.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const moment = whole(0, tokenLimits.counterMax);
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
  routeOfPages(audit),
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
    refusals: ['bad_time', 'audit_kept', 'audit_broken'],
    handle: ({ management, actor, body }) => rotateAudit(management, actor, body),
  }),
];
