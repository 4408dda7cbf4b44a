import { html, type Markup, nothing } from '../../../base/html.ts';
import { webLimits } from '../../../base/limits/web.ts';
import type { Action } from '../../../base/permissions.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { assetPath } from '../../web/assets.ts';
import { renderPage } from '../../web/layout.ts';
import { actButton } from './parts.ts';
import { at, HOME } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';

/** A page of the console. */
export interface ConsolePage {
  readonly title: string;
  /** The heading, if it differs from the title. */
  readonly heading?: string;
  readonly main: Markup;
  /** The part that is updated on changes, under the rest; screen readers read `summary` when it changes. */
  readonly live?: { readonly markup: Markup; readonly summary: string };
  /** Whether the page has a Copy button, whose script it then loads. */
  readonly hasCopyButton?: boolean;
  /** HTTP status, default 200. */
  readonly status?: number;
}

const { nav } = consoleTexts;

interface NavigationEntry {
  readonly path: string;
  readonly text: string;
  readonly action: Action;
}

/** The entries of the navigation, with the action that each requires. */
const places: readonly NavigationEntry[] = [
  { path: '', text: nav.dashboard, action: 'read' },
  { path: '/users', text: nav.users, action: 'read' },
  { path: '/groups', text: nav.groups, action: 'read' },
  { path: '/tokens', text: nav.tokens, action: 'read' },
  { path: '/activations', text: nav.activations, action: 'read' },
  { path: '/log-ins', text: nav.logIns, action: 'read' },
  { path: '/alerts', text: nav.alerts, action: 'read' },
  { path: '/import', text: nav.import, action: 'token.import' },
  { path: '/jobs', text: nav.jobs, action: 'read' },
  { path: '/fobs', text: nav.fobs, action: 'read' },
  { path: '/policies', text: nav.policies, action: 'read' },
  { path: '/applications', text: nav.applications, action: 'read' },
  { path: '/radius-clients', text: nav.radiusClients, action: 'read' },
  { path: '/api-keys', text: nav.apiKeys, action: 'read' },
  { path: '/operators', text: nav.operators, action: 'read' },
  { path: '/mails', text: nav.mails, action: 'read' },
  { path: '/channels', text: nav.channels, action: 'read' },
  { path: '/audit', text: nav.audit, action: 'audit.read' },
  { path: '/settings', text: nav.settings, action: 'read' },
];

/** Returns the whole document of a page, for the operator who sees it. */
export function renderConsole(page: ConsolePage, visit: ConsoleContext): string {
  const heading = page.heading ?? page.title;
  const live = page.live === undefined ? nothing : liveMarkup(page.live);
  return renderPage({
    service: visit.service,
    title: page.title,
    head: html`<link rel="stylesheet" href="${assetPath('console.css')}">${page.live === undefined ? nothing : liveHead}${page.hasCopyButton ? copyHead : nothing}`,
    body: html`<body class="console">
<a class="skip" href="#main">${consoleTexts.skip}</a>
<header class="top">
<p class="brand"><img src="${assetPath('icon.svg')}" alt="">${visit.service}</p>
<div class="who">${whoMarkup(visit)}</div>
</header>
${menuMarkup(visit)}
<main id="main" tabindex="-1">
<div class="title"><h1>${heading}</h1>${page.live === undefined ? nothing : pulse}</div>
${noticeMarkup(visit)}
${page.main}
${live}
</main>
</body>`,
  });
}

const liveHead = html`<noscript><meta http-equiv="refresh" content="${webLimits.refreshWithoutScriptSeconds}"></noscript>
<script src="${assetPath('operator.js')}" defer></script>`;

const copyHead = html`<script src="${assetPath('copy.js')}" defer></script>`;

const pulse = html`<p class="pulse" id="pulse" data-live="${texts.operator.live}" data-lost="${texts.operator.reconnecting}">${texts.operator.static}</p>`;

function liveMarkup({ markup, summary }: { markup: Markup; summary: string }): Markup {
  return html`<p class="unseen" id="announcement" role="status"></p>
<div id="live" data-summary="${summary}">
${markup}
</div>`;
}

function whoMarkup(visit: ConsoleContext): Markup {
  const { user, role } = visit.session;
  const name = user === null ? html`${consoleTexts.byLink}` : html`<strong>${user}</strong>`;
  return html`<p>${name} <span class="muted">${consoleTexts.roles[role]}</span></p>
${actButton(visit, '/leave', {}, texts.operator.leave)}`;
}

/** Twice: as a bar, and folded on narrow pages. The style sheet shows one of the two. */
function menuMarkup(visit: ConsoleContext): Markup {
  const here = visit.request.url.split('?')[0] ?? HOME;
  const links = places
    .filter(({ action }) => visit.may(action))
    .map(({ path, text }) => {
      const current = currentOf(here, HOME + path);
      return html`<li><a href="${at(path)}"${current}>${text}</a></li>`;
    });
  return html`<nav class="menu wide-only" aria-label="${nav.label}"><ul>${links}</ul></nav>
<details class="menu narrow-only"><summary>${nav.menu}</summary><nav aria-label="${nav.label}"><ul>${links}</ul></nav></details>`;
}

/** Whether the page is the link's target, or a page about one item of it: `/user` under `/users`. */
function currentOf(here: string, place: string): Markup {
  if (here === place) return html` aria-current="page"`;
  const one = place.endsWith('ies') ? place.replace(/ies$/, 'y') : place.replace(/s$/, '');
  const isUnder = place !== HOME && [one, place].some(path => here === path || here.startsWith(`${path}/`));
  return isUnder ? html` aria-current="true"` : nothing;
}

/** The result of the previous action. Its name is in the address, and unknown names show nothing. */
function noticeMarkup(visit: ConsoleContext): Markup {
  const name = visit.value('done');
  const text = Object.hasOwn(consoleTexts.done, name)
    ? consoleTexts.done[name as keyof typeof consoleTexts.done]
    : undefined;
  return text === undefined ? nothing : html`<p class="message good" role="status">${text}</p>`;
}
