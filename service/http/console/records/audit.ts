import { html, type Markup, nothing } from '../../../base/html.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type AuditFilter, listAudit } from '../../../subjects/audit/list.ts';
import type { SubjectKind } from '../../../subjects/audit/record.ts';
import { type Verification, verifyAudit } from '../../../subjects/audit/verify.ts';
import { actions, facts } from '../../web/parts.ts';
import { actButton } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { filterForm } from '../kit/search.ts';
import { pager } from '../kit/table.ts';
import { auditTable } from './audit-table.ts';

const text = consoleTexts.audit;

const kindOptions: readonly (readonly [SubjectKind | '', string])[] = text.kinds;

/** Serves the audit: operators' actions, filtered, and whether it is intact. */
export function serveAudit(router: ConsoleRouter): void {
  router.page('/audit', 'audit.read', async visit => {
    const { rows, next } = await listAudit(visit.management.db, filterOf(visit));
    const [actor, action, kind, before] = ['actor', 'action', 'kind', 'before'].map(visit.value);
    const here = { actor, action, kind };
    return {
      title: text.title,
      main: html`${actions([
        visit.may('audit.verify') ? actButton(visit, '/audit/verify', {}, text.verify) : nothing,
      ])}
${filterForm({
  path: '/audit',
  fields: [
    { name: 'actor', label: text.actor, value: actor ?? '', optional: true, max: userLimits.userNameMax },
    { name: 'action', label: text.action, value: action ?? '', optional: true, max: userLimits.userNameMax },
    { name: 'kind', label: text.subjectKind, kind: 'select', options: kindOptions, value: kind ?? '' },
  ],
})}
${auditTable(rows, text.title)}
${pager(next === null ? undefined : at('/audit', { ...here, before: next }), before === '' ? undefined : at('/audit', here))}`,
    };
  });
  router.act('/audit/verify', 'audit.verify', async ({ management }) => {
    const verification = await verifyAudit(management.db, management.keys);
    return { title: text.verified, main: resultOf(verification) };
  });
}

function filterOf({ value }: ConsoleContext): AuditFilter {
  const kind = kindOptions.find(([name]) => name === value('kind'))?.[0];
  const before = Number(value('before'));
  return {
    actor: value('actor').trim() || undefined,
    action: value('action').trim() || undefined,
    subjectKind: kind === '' ? undefined : kind,
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

function resultOf(found: Verification): Markup {
  const words = found.intact ? text.intact : text.broken;
  return html`<div class="message ${found.intact ? 'good' : 'bad'}" role="status"><strong>${words}</strong> ${found.intact ? text.intactMeans : text.brokenMeans}</div>
${facts([
  [text.rows, found.rows],
  [text.seals, found.seals],
  [text.unsealed, found.unsealed],
  [text.rotated, found.rotatedSeal ?? consoleTexts.nothing],
])}
${found.findings.length === 0 ? nothing : html`<h2>${text.findings}</h2><ul>${found.findings.map(finding => html`<li>${finding.text}</li>`)}</ul>${found.moreFindings > 0 ? html`<p>${text.moreFindings(found.moreFindings)}</p>` : nothing}`}
<p class="next"><a href="${at('/audit')}">${consoleTexts.back}</a></p>`;
}
