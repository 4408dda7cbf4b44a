import { TYPED_CHARS_MAX } from 'passfob/activation/limits';
import { html, jsonMarkup, type Markup, nothing } from '../../base/html.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { portalTexts } from '../../base/texts/portal.ts';
import { helpLink } from '../addresses/help-page.ts';
import { assetPath } from '../web/assets.ts';
import { brand, renderPage } from '../web/layout.ts';
import { part } from './part.ts';
import { portalScript } from './portal-files.ts';
import { runParts } from './run-parts.ts';

/**
 * Returns the page on which users activate their fobs. It is the same for everybody: the activation string is in the
 * address's fragment, which no browser sends. Without its script it names the other ways; the script shows one part
 * at a time.
 *
 * @param service the service's name
 */
export function activatePage(service: string): string {
  const script = portalScript('main');
  return renderPage({
    service,
    title: portalTexts.title,
    head: html`<link rel="stylesheet" href="${assetPath('portal.css')}">
${script === undefined ? nothing : html`<script type="module" src="${script}"></script>`}`,
    body: html`<body class="portal">
<a class="skip" href="#main">${consoleTexts.skip}</a>
${brand(service)}
<main class="card" id="main" tabindex="-1">
<h1>${portalTexts.title}</h1>
<p class="lead">${portalTexts.lead}</p>
<p class="for" id="user" hidden></p>
<p class="status" id="status" role="status"></p>
<div class="message bad" id="problem" role="alert" hidden></div>
${part('alone', portalTexts.alone.heading, aloneMarkup(), true)}
${part('enter', portalTexts.enter.heading, enterMarkup())}
${part('elsewhere', portalTexts.elsewhere.heading, elsewhereMarkup())}
${part('unable', portalTexts.unable.heading, unableMarkup())}
${runParts()}
${carryMarkup()}
${helpLink()}
</main>
<script type="application/json" id="texts">${jsonMarkup(portalTexts.island)}</script>
</body>`,
  });
}

function waysMarkup(): Markup {
  const { ways } = portalTexts;
  return html`<ul class="ways">
<li>${ways.browser}</li>
<li>${ways.command}<br><code>${ways.commandLine}</code><br>${ways.string}</li>
</ul>`;
}

function aloneMarkup(): Markup {
  return html`<p>${portalTexts.alone.lead}</p>
${waysMarkup()}
<p class="hint">${portalTexts.enter.clipboard}</p>`;
}

function enterMarkup(): Markup {
  const { enter } = portalTexts;
  return html`<p>${enter.lead}</p>
<form id="paste" autocomplete="off">
<div class="field">
<label for="string">${enter.paste}</label>
<p class="hint" id="string-hint">${enter.pasteHint}</p>
<textarea id="string" rows="4" required maxlength="${TYPED_CHARS_MAX}" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="string-hint string-clipboard"></textarea>
<p class="hint" id="string-clipboard">${enter.clipboard}</p>
</div>
<button type="submit">${enter.submit}</button>
</form>
<div class="field">
<label for="image">${enter.image}</label>
<p class="hint" id="image-hint">${enter.imageHint}</p>
<input type="file" id="image" accept="image/*" aria-describedby="image-hint">
</div>
<div class="field">
<button type="button" class="quiet" id="camera" aria-describedby="camera-hint">${enter.camera}</button>
<p class="hint" id="camera-hint">${enter.cameraHint}</p>
<video id="video" aria-label="${enter.video}" muted playsinline hidden></video>
<button type="button" class="quiet" id="camera-stop" hidden>${enter.cameraStop}</button>
</div>`;
}

function elsewhereMarkup(): Markup {
  const { elsewhere } = portalTexts;
  return html`<p>${elsewhere.lead} <strong id="elsewhere-host"></strong></p>
<p class="hint">${elsewhere.check}</p>
<p class="next"><a id="elsewhere-link" rel="noreferrer"></a></p>`;
}

function unableMarkup(): Markup {
  const { unable } = portalTexts;
  return html`<p>${unable.lead}</p>
<p id="unable-plain" hidden>${unable.plain}</p>
${waysMarkup()}`;
}

/** Shown beside a part while the unused string is loaded. */
function carryMarkup(): Markup {
  const { carry, enter } = portalTexts;
  return html`<section id="carry" aria-labelledby="carry-heading" hidden>
<h2 id="carry-heading">${carry.heading}</h2>
<div class="buttons">
<button type="button" class="quiet" id="show-qr" aria-expanded="false" aria-controls="qr">${carry.qr}</button>
<button type="button" class="quiet" id="show-string" aria-expanded="false" aria-controls="shown">${carry.string}</button>
</div>
<div id="qr" hidden><p class="hint">${carry.qrHint}</p><div class="qr" id="qr-image"></div></div>
<div id="shown" hidden><p class="hint">${enter.clipboard}</p>
<p class="string" role="group" aria-label="${carry.stringLabel}"><code id="shown-string"></code></p></div>
</section>`;
}
