import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type Verification, verifyAudit } from '../../../subjects/audit/verify.ts';
import { facts } from '../../web/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.audit;

/** Serves the act that verifies whether the audit is intact. */
export function serveAuditVerification(router: ConsoleRouter): void {
  router.act('/audit/verify', 'audit.verify', async ({ management }) => {
    const verification = await verifyAudit(management.db, management.keys);
    return { title: text.verified, main: resultOf(verification) };
  });
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
