import { html, type Markup } from '../../base/html.ts';
import { texts } from '../../base/texts/texts.ts';
import { shownNumber } from '../../subjects/push/shown.ts';
import { helpLink } from '../addresses/help-page.ts';
import { assetPath } from '../web/assets.ts';
import { brand, renderPage } from '../web/layout.ts';
import type { AutosendPath, AwaitedLogIn } from './autosend-state.ts';

/** Returns the second button of a form, below the one for the passcode, which the Enter key still uses. */
export function autosendButton(path: AutosendPath): Markup {
  const { autosend } = texts;
  return html`<button class="other" type="submit" formaction="${path}/autosend" formnovalidate aria-describedby="autosend-hint">${autosend.submit}</button>
<p class="hint" id="autosend-hint">${autosend.hint}</p>`;
}

/** The contents of the page that waits. */
export interface WaitingPage {
  readonly service: string;
  readonly path: AutosendPath;
  readonly awaited: AwaitedLogIn;
  /** Whether the user asked for the result before there was a decision. */
  readonly isAsked?: boolean;
}

/** Returns the page that waits for the fob, complete without scripts; with them it continues by itself. */
export function waitingPage({ service, path, awaited, isAsked = false }: WaitingPage): string {
  const { autosend } = texts;
  const id = html`<input type="hidden" name="id" value="${awaited.id}">`;
  const status = isAsked ? autosend.notYet : autosend.status;
  return renderPage({
    service,
    title: isAsked ? `${autosend.notYet} ${autosend.title}` : autosend.title,
    head: html`<script src="${assetPath('autosend.js')}" defer></script>`,
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<h1>${autosend.title}</h1>
<p class="lead">${autosend.isFor} <strong>${awaited.user}</strong>. ${autosend.number}</p>
<p class="compared">${shownNumber(awaited.number)}</p>
<p class="hint">${autosend.steps}</p>
<p class="status" id="status" role="status" data-decided="${autosend.decided}" data-lost="${autosend.lost}" data-waiting="${autosend.status}">${status}</p>
<form method="post" action="${path}/autosend/finish" id="finish" data-state="${path}/autosend/state?id=${awaited.id}">
${id}
<button type="submit">${autosend.look}</button>
</form>
<form method="post" action="${path}/autosend/cancel">
${id}
<button class="other" type="submit">${autosend.instead}</button>
</form>
${helpLink()}
</main>
</body>`,
  });
}
