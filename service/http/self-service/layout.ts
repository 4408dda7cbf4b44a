import { html, type Markup, nothing } from '../../base/html.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import { helpLink } from '../addresses/help-page.ts';
import { assetPath } from '../web/assets.ts';
import { type FormField, fieldMarkup, hidden } from '../web/fields.ts';
import { renderPage } from '../web/layout.ts';
import { statusOf } from '../web/problems.ts';
import type { SelfServiceContext } from './request-context.ts';

/** The path of the self-service page. */
export const SELF_SERVICE = '/me';

/** Returns the query of an address. */
export function query(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

/** The result of a form, at the top of the page; `tone` changes the looks only. */
export interface Message {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

/** A page of a user who is signed in. */
export interface SelfServicePage {
  readonly title: string;
  readonly message?: Message | undefined;
  readonly main: Markup;
  /** Further elements for the head. */
  readonly head?: Markup;
  /** HTTP status, default 200. */
  readonly status?: number;
}

/** Returns the whole document. */
export function renderSelfService(page: SelfServicePage, { session, service }: SelfServiceContext): string {
  const isProblem = page.message?.tone === 'bad';
  return renderPage({
    service,
    title: isProblem ? `${selfServiceTexts.problem}: ${page.title}` : page.title,
    head: html`${selfServiceHead()}${page.head ?? nothing}`,
    body: html`<body class="console">
<a class="skip" href="#main">${consoleTexts.skip}</a>
<header class="top">
<p class="brand"><img src="${assetPath('icon.svg')}" alt="">${service}</p>
<div class="who"><p><strong>${session.user}</strong></p>
<form class="inline" method="post" action="${SELF_SERVICE}/leave">${hidden('csrf', session.csrf)}<button class="quiet" type="submit">${selfServiceTexts.leave}</button></form></div>
</header>
<main id="main" tabindex="-1">
<h1>${page.title}</h1>
${page.message === undefined ? nothing : messageMarkup(page.message)}
${page.main}
${helpLink()}
</main>
</body>`,
  });
}

export function selfServiceHead(): Markup {
  return html`<link rel="stylesheet" href="${assetPath('console.css')}">`;
}

/** It takes the focus, so that screen readers read it first. */
export function messageMarkup({ tone, text }: Message): Markup {
  const role = tone === 'bad' ? 'alert' : 'status';
  const lead = tone === 'bad' ? html`<strong>${selfServiceTexts.problem}:</strong> ` : nothing;
  return html`<div class="message ${tone}" role="${role}" tabindex="-1" autofocus>${lead}${text}</div>`;
}

/** A form of the page. */
export interface SelfServiceForm {
  readonly path: string;
  readonly fields: readonly FormField[];
  readonly submit: string;
  readonly back?: string;
  readonly isFinal?: boolean;
}

export function selfServiceForm({ session }: SelfServiceContext, form: SelfServiceForm): Markup {
  const cancel =
    form.back === undefined
      ? nothing
      : html`<a class="quiet" href="${form.back}">${selfServiceTexts.cancel}</a>`;
  return html`<form class="form" method="post" action="${SELF_SERVICE}${form.path}">
${hidden('csrf', session.csrf)}
${form.fields.map(field => fieldMarkup(field))}
<div class="buttons"><button type="submit"${form.isFinal ? html` class="final"` : nothing}>${form.submit}</button>${cancel}</div>
</form>`;
}

/** Returns the page for something that is not there, or not the user's. */
export function missing(): SelfServicePage {
  const { title, detail } = texts.problems.not_found;
  return {
    title,
    status: statusOf('not_found'),
    main: html`<p class="lead">${detail}</p><p class="next"><a href="${SELF_SERVICE}">${selfServiceTexts.back}</a></p>`,
  };
}
