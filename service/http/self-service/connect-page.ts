import { html, jsonMarkup, type Markup, nothing } from '../../base/html.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { allowDevices } from '../activation/device-policy.ts';
import { portalScript } from '../activation/portal-files.ts';
import { readyMarkup } from '../activation/run-parts.ts';
import { assetPath } from '../web/assets.ts';
import { type Message, SELF_SERVICE, type SelfServicePage } from './layout.ts';
import type { SelfServiceContext } from './request-context.ts';
import type { SelfServiceRouter } from './router.ts';

const good = (text: string): Message => ({ tone: 'good', text });

/** The result of the previous act, by its name in the address. */
const notices = {
  clock: good(selfServiceTexts.care.clockDone),
  pin: good(selfServiceTexts.care.pinDone),
  account: good(selfServiceTexts.care.renameDone),
} as const;

/**
 * Serves the page that relays between a fob and the service, so that the service looks after the fob. Without its
 * script it names the other ways.
 */
export function serveConnect(router: SelfServiceRouter): void {
  router.page('/connect', async (visit, reply) => {
    allowDevices(reply, visit.context, visit.request);
    return connectPage(visit);
  });
}

function connectPage(visit: SelfServiceContext): SelfServicePage {
  const { connect: text, back } = selfServiceTexts;
  const script = portalScript('care');
  const name = visit.value('done');
  const message = Object.hasOwn(notices, name) ? notices[name as keyof typeof notices] : undefined;
  return {
    title: text.title,
    message,
    head: html`<link rel="stylesheet" href="${assetPath('portal.css')}">
${script === undefined ? nothing : html`<script type="module" src="${script}"></script>`}`,
    main: html`<p class="lead">${text.lead}</p>
<p class="status" id="status" role="status"></p>
<div class="message bad" id="problem" role="alert" hidden></div>
<p id="unable" hidden>${text.unable}</p>
${part('ready', text.ready, readyMarkup())}
${runMarkup()}
${endMarkup()}
${aloneMarkup(visit)}
<p class="next"><a href="${SELF_SERVICE}">${back}</a></p>
<script type="application/json" id="texts">${jsonMarkup(text.island)}</script>`,
  };
}

function part(id: string, heading: string, body: Markup): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading" hidden>
<h2 id="${id}-heading" tabindex="-1">${heading}</h2>
${body}
</section>`;
}

function runMarkup(): Markup {
  const { connect: text } = selfServiceTexts;
  return part(
    'run',
    text.run,
    html`<p class="hint">${text.keep}</p>
<div class="message note" id="hold" role="alert" hidden><p><strong id="hold-text"></strong></p><p id="hold-why"></p></div>
<div class="buttons"><button type="button" class="quiet" id="later" aria-describedby="later-hint" hidden>${text.later}</button>
<button type="button" class="quiet" id="stop">${text.stop}</button></div>
<p class="hint" id="later-hint" hidden>${text.laterHint}</p>`,
  );
}

function endMarkup(): Markup {
  const { connect: text } = selfServiceTexts;
  return part(
    'end',
    text.end,
    html`<p id="result"></p>
<div id="done-part" hidden><p id="done-label">${text.done}</p><ul id="done" aria-labelledby="done-label"></ul></div>
<div id="waiting-part" hidden><p id="waiting-label">${text.waiting}</p><ul id="waiting" aria-labelledby="waiting-label"></ul></div>
<div class="buttons"><button type="button" id="again">${text.again}</button></div>`,
  );
}

/** Shown to everybody: the script may not have been loaded, and not every browser reaches a fob. */
function aloneMarkup({ context, request }: SelfServiceContext): Markup {
  const { alone } = selfServiceTexts.connect;
  const address = `${context.isSecure ? 'https' : 'http'}://${request.host}`;
  return html`<section aria-labelledby="alone-heading"><h2 id="alone-heading">${alone.heading}</h2>
<p>${alone.lead}</p>
<p><code>passfob care --service ${address}</code></p></section>`;
}
