import { html, type Markup, nothing } from '../../base/html.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { meTexts } from '../../base/texts/me.ts';
import { texts } from '../../base/texts/texts.ts';
import { helpLink } from '../addresses/help-page.ts';
import { assetPath } from '../web/assets.ts';
import { type Field, fieldMarkup, hidden } from '../web/fields.ts';
import { renderPage } from '../web/layout.ts';
import type { OwnVisit } from './visit.ts';

/** Where the users' own page is. */
export const ME = '/me';

/** What a form came to, said at the top of the page: `tone` is looks alone. */
export interface Message {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

/** A page of somebody who is in. */
export interface OwnPage {
  readonly title: string;
  readonly message?: Message | undefined;
  readonly main: Markup;
  /** HTTP status, default 200. */
  readonly status?: number;
}

/** The whole document. */
export function renderOwn(page: OwnPage, { session }: OwnVisit): string {
  const isProblem = page.message?.tone === 'bad';
  return renderPage({
    title: isProblem ? `${meTexts.problem}: ${page.title}` : page.title,
    head: ownHead(),
    body: html`<body class="console">
<a class="skip" href="#main">${consoleTexts.skip}</a>
<header class="top">
<p class="brand"><img src="${assetPath('icon.svg')}" alt="">${texts.product}</p>
<div class="who"><p><strong>${session.user}</strong></p>
<form class="inline" method="post" action="${ME}/leave">${hidden('csrf', session.csrf)}<button class="quiet" type="submit">${meTexts.leave}</button></form></div>
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

export function ownHead(): Markup {
  return html`<link rel="stylesheet" href="${assetPath('console.css')}">`;
}

/** It takes the focus, so that it is what is read first. */
export function messageMarkup({ tone, text }: Message): Markup {
  const role = tone === 'bad' ? 'alert' : 'status';
  const lead = tone === 'bad' ? html`<strong>${meTexts.problem}:</strong> ` : nothing;
  return html`<div class="message ${tone}" role="${role}" tabindex="-1" autofocus>${lead}${text}</div>`;
}

/** A form of the page. */
export interface OwnForm {
  readonly path: string;
  readonly fields: readonly Field[];
  readonly submit: string;
  readonly back?: string;
  readonly isFinal?: boolean;
}

export function ownForm({ session }: OwnVisit, form: OwnForm): Markup {
  const cancel =
    form.back === undefined ? nothing : html`<a class="quiet" href="${form.back}">${meTexts.cancel}</a>`;
  return html`<form class="form" method="post" action="${ME}${form.path}">
${hidden('csrf', session.csrf)}
${form.fields.map(field => fieldMarkup(field))}
<div class="buttons"><button type="submit"${form.isFinal ? html` class="final"` : nothing}>${form.submit}</button>${cancel}</div>
</form>`;
}
