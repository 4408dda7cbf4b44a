import { html, type Markup } from '../../base/html.ts';
import { portalTexts } from '../../base/texts/portal.ts';
import { part } from './part.ts';

/** Returns the parts of the activation page from plugging in to the end. */
export function runParts(): Markup {
  const { ready, run, done, failed } = portalTexts;
  return html`${part('ready', ready.heading, readyMarkup())}
${part('run', run.heading, runMarkup())}
${part('done', done.heading, doneMarkup())}
${part(
  'failed',
  failed.heading,
  html`<div class="buttons"><button type="button" id="again">${failed.again}</button>
<button type="button" class="quiet" id="over">${failed.over}</button></div>`,
)}`;
}

/** Returns the ways to choose a fob in the browser, for the script of each page that reaches fobs. */
export function readyMarkup(): Markup {
  const { ready } = portalTexts;
  return html`<p>${ready.lead}</p>
<div class="buttons">
<button type="button" id="use-given" hidden>${ready.given}</button>
<button type="button" id="choose-serial">${ready.serial}</button>
<button type="button" class="quiet" id="choose-hid" aria-describedby="hid-hint">${ready.hid}</button>
<button type="button" class="quiet" id="choose-bluetooth" aria-describedby="bluetooth-hint">${ready.bluetooth}</button>
</div>
<p class="hint" id="hid-hint">${ready.hidHint}</p>
<p class="hint" id="bluetooth-hint">${ready.bluetoothHint}</p>`;
}

function runMarkup(): Markup {
  const { run } = portalTexts;
  const steps = Object.entries(run.steps).map(
    ([step, text]) =>
      html`<li data-step="${step}" data-done="${run.done}" data-now="${run.now}">${text} <span class="mark"></span></li>`,
  );
  return html`<ol class="progress" aria-label="${portalTexts.steps}">${steps}</ol>
<p class="hint">${run.keep}</p>
<form id="code-form" autocomplete="off" hidden>
<div class="field">
<label for="code">${run.code}</label>
<p class="hint" id="code-hint">${run.codeHint}</p>
<input id="code" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="code-hint">
</div>
<div class="buttons"><button type="submit">${run.codeSubmit}</button>
<button type="button" class="quiet" id="show-code" aria-describedby="show-code-hint">${run.codeShow}</button></div>
<p class="hint" id="show-code-hint">${run.codeShowHint}</p>
</form>
<div class="buttons"><button type="button" id="choose-again" hidden>${run.chooseAgain}</button>
<button type="button" class="quiet" id="stop">${run.stop}</button></div>`;
}

function doneMarkup(): Markup {
  const { done } = portalTexts;
  return html`<p>${done.lead}</p>
<p>${done.serial} <strong id="serial"></strong></p>
<form id="ticket-form" method="post" action="/me/enter">
<input type="hidden" name="ticket" id="ticket">
<button type="submit">${done.submit}</button>
</form>
<p class="hint">${done.hint}</p>`;
}
