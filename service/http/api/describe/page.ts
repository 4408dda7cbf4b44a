import { html, type Markup, nothing } from '../../../base/html.ts';
import { permissions } from '../../../base/permissions.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { brand, renderPage } from '../../web/layout.ts';
import type { ServedRoute } from '../../web/served.ts';
import { type Described, fieldsOf, locationOf, operationsOf } from './described.ts';

const { page } = apiTexts;

/** Returns the description for people: every operation with its access, its inputs and its possible refusals. */
export function documentationPage(served: readonly ServedRoute[]): string {
  const rows = operationsOf(served).map(row);
  return renderPage({
    title: apiTexts.title,
    body: html`<body class="wide">
<header class="bar">${brand()}<h1>${apiTexts.title}</h1></header>
<main>
<p class="lead">${apiTexts.lead} <a href="/v1/openapi.json">/v1/openapi.json</a>.</p>
<div class="table"><table>
<thead><tr><th scope="col">${page.operation}</th><th scope="col">${page.what}</th><th scope="col">${page.fields}</th><th scope="col">${page.who}</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></div>
</main>
</body>`,
  });
}

function row(operation: Described): Markup {
  const { name, summary, method, query, body, refusals = [] } = operation;
  const fields = [...fieldsOf(query), ...fieldsOf(body)];
  return html`<tr id="${name}">
<td><code>${method} ${locationOf(operation)}</code></td>
<td>${summary}</td>
${details(fields, refusals)}
<td data-label="${page.who}">${whoMay(operation)
    .split(', ')
    .map((one, index) => html`${index === 0 ? '' : ', '}<span class="number">${one}</span>`)}</td>
</tr>
`;
}

function details(fields: readonly string[], refusals: readonly string[]): Markup {
  if (fields.length + refusals.length === 0) return html`<td data-empty=""></td>`;
  const refused =
    refusals.length === 0
      ? nothing
      : html`<p><span class="muted">${page.refusals}</span> ${listed(refusals)}</p>`;
  if (fields.length === 0) return html`<td>${refused}</td>`;
  return html`<td data-label="${page.fields}">${listed(fields)}${refused}</td>`;
}

function listed(names: readonly string[]): Markup[] {
  return names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`);
}

/** Returns in words who may use an operation. */
export function whoMay({ who, action }: Pick<Described, 'who' | 'action'>): string {
  if (action === undefined) return who === 'application' ? page.application : page.anybody;
  const { roles, dangerous } = permissions[action];
  return [...roles, ...(dangerous ? [page.fresh] : [])].join(', ');
}
