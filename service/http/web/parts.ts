import { html, type Markup, nothing, type Tone } from '../../base/html.ts';

/** Returns a moment in UTC, to the second. */
export function moment(ms: number): Markup {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

export function momentOr(ms: number | null, otherwise: string): Markup | string {
  return ms === null ? otherwise : moment(ms);
}

/** Returns a word for a state. Its tone changes the looks only; the word is enough. */
export function badge(tone: Tone, text: string | Markup): Markup {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** Returns a list of named facts. */
export function facts(pairs: readonly (readonly [string, string | number | Markup])[]): Markup {
  return html`<dl class="facts">${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Returns a section with its heading. */
export function section(id: string, heading: string, body: Markup, count: Markup = nothing): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading} ${count}</h2>${body}</section>`;
}

/** Returns a link to an action. */
export function actionLink(href: string, text: string): Markup {
  return html`<a class="button quiet" href="${href}">${text}</a>`;
}

/** Returns the actions of a page in a row; empty if the role may take none. */
export function actions(items: readonly Markup[]): Markup {
  const shown = items.filter(({ text }) => text !== '');
  return shown.length === 0 ? nothing : html`<div class="actions">${shown}</div>`;
}

/** Returns a value that is shown only once. @param copy what `copyButton` returns, for a page that loads its script */
export function onceShown(label: string, value: string, next: string, copy: Markup = nothing): Markup {
  return html`<div class="once"><p id="once-label">${label}</p><p class="secret" id="once-value" role="group" aria-labelledby="once-label"><code>${value}</code></p><p>${next}</p>${copy}</div>`;
}

/** The texts of a Copy button. */
export interface CopyTexts {
  readonly button: string;
  readonly copied: string;
  readonly failed: string;
}

/** Returns the button that copies the value shown once. It stays hidden without the script `copy.js`. */
export function copyButton(texts: CopyTexts, hint: string): Markup {
  return html`<div id="copy" hidden><div class="actions"><button class="quiet" type="button" aria-describedby="copy-hint">${texts.button}</button>
<p id="copied" role="status" data-copied="${texts.copied}" data-failed="${texts.failed}"></p></div>
<p class="hint" id="copy-hint">${hint}</p></div>`;
}
