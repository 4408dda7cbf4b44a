import { html, type Markup } from '../../base/html.ts';
import { helpTexts } from '../../base/texts/help.ts';
import type { PublishedAddresses } from '../../subjects/addresses/published.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import type { WebContext } from '../web/context.ts';
import { brand, renderPage } from '../web/layout.ts';
import { moment } from '../web/parts.ts';

/** The path of the page. */
const HELP = '/help';

/** Returns the link to it, for the foot of other pages. */
export function helpLink(): Markup {
  return html`<p class="next"><a href="${HELP}">${helpTexts.link}</a></p>`;
}

/** Returns a page for users with fobs, and for the administrators of their networks. The same for everybody. */
export async function helpPage(
  { db }: Pick<WebContext, 'db'>,
  addresses: PublishedAddresses,
): Promise<string> {
  const service = await readServiceName(db);
  const { parts, network } = helpTexts;
  return renderPage({
    service,
    title: helpTexts.title,
    body: html`<body class="narrow">
${brand(service)}
<main class="card prose">
<h1>${helpTexts.title}</h1>
${parts.map(({ heading, sentences }) => section(heading, sentences))}
${section(network.heading, network.sentences)}
<h3>${network.hosts}</h3>
${list(addresses.hosts, network.noHosts)}
<h3>${network.ranges}</h3>
${list(addresses.ranges, network.noRanges)}
<p class="hint">${network.version} <code>${addresses.version}</code>, ${moment(addresses.changedMs)} UTC</p>
<p><a href="/addresses.json">${network.json}</a>, <a href="/addresses.txt">${network.text}</a></p>
<p class="next"><a href="/me">${helpTexts.own}</a></p>
</main>
</body>`,
  });
}

function section(heading: string, sentences: readonly string[]): Markup {
  return html`<h2>${heading}</h2>
${sentences.map(sentence => html`<p>${sentence}</p>`)}`;
}

function list(values: readonly string[], none: string): Markup {
  return values.length === 0
    ? html`<p>${none}</p>`
    : html`<ul>${values.map(value => html`<li><code>${value}</code></li>`)}</ul>`;
}
