import { html, type Markup, nothing } from '../../../base/html.ts';
import { permissions } from '../../../base/permissions.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { brand, renderPage } from '../../web/layout.ts';
import type { ApiRoute, Permission } from '../kit/route.ts';
import type { JsonSchema } from '../kit/shapes.ts';
import { otherOperations } from './others.ts';

const { page } = apiTexts;

/** The description for people: every operation with who may do it, what it takes and what it may be refused with. */
export function documentationPage(routes: readonly ApiRoute[]): string {
  const rows = [
    ...otherOperations.map(({ name, method, path, permission, body }) =>
      row({ name, method, path, permission, fields: fieldsOf(body), refusals: [] }),
    ),
    ...routes.map(({ name, method, path, permission, query, body, refusals }) =>
      row({
        name,
        method,
        path,
        permission,
        fields: [...fieldsOf(query?.schema), ...fieldsOf(body?.schema)],
        refusals,
      }),
    ),
  ];
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

interface Line {
  readonly name: keyof typeof apiTexts.summaries;
  readonly method: string;
  readonly path: string;
  readonly permission: Permission;
  readonly fields: readonly string[];
  readonly refusals: readonly string[];
}

function row({ name, method, path, permission, fields, refusals }: Line): Markup {
  const place = path.replace(/:(\w+)/g, '{$1}');
  return html`<tr id="${name}">
<td><code>${method} ${place}</code></td>
<td>${apiTexts.summaries[name]}</td>
${details(fields, refusals)}
<td data-label="${page.who}">${whoMay(permission)
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

/** Who may do something, in words. */
export function whoMay(permission: Permission): string {
  if (permission === 'public') return page.anybody;
  if (permission === 'application') return page.application;
  const { roles, dangerous } = permissions[permission];
  return [...roles, ...(dangerous ? [page.fresh] : [])].join(', ');
}

function fieldsOf(schema: JsonSchema | undefined): string[] {
  return Object.keys((schema?.properties ?? {}) as Record<string, unknown>);
}
