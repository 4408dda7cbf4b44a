import { pageTexts as texts } from './texts.ts';

/** What the page shows. */
export interface PageFacts {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** Where the fob's serial port is. */
  readonly port: string;
  readonly user: string;
  /** Addresses of the three sites in its frames. */
  readonly frames: { readonly fob: string; readonly login: string; readonly operator: string };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => ESCAPES[character] ?? character);
}

/** A step of the demo and the site in which it is done. */
interface Pane {
  readonly id: 'fob' | 'login' | 'operator';
  /** The name of its fact in `Progress`. */
  readonly fact: string;
  readonly name: string;
  readonly heading: string;
  readonly markup: string;
  readonly frame: string;
}

function panesOf({ user, frames }: PageFacts): Pane[] {
  const { fob, login, operator } = texts;
  const name = `<strong class="user">${escaped(user)}</strong>`;
  return [
    { id: 'fob', fact: 'pressed', ...fob, markup: escaped(fob.text), frame: frames.fob },
    {
      id: 'login',
      fact: 'accepted',
      ...login,
      markup: `${escaped(login.before)}${name}${escaped(login.after)}`,
      frame: frames.login,
    },
    { id: 'operator', fact: 'refused', ...operator, markup: escaped(operator.text), frame: frames.operator },
  ];
}

/** Frames may run their own scripts and forms; they cannot leave their frame. */
const SANDBOX = 'allow-same-origin allow-scripts allow-forms';

function paneItem({ id, fact, name, heading, markup, frame }: Pane, index: number): string {
  const number = index + 1;
  return `<li class="pane" data-fact="${fact}">
<section id="${id}" aria-labelledby="${id}-heading" tabindex="-1">
<p class="name">${escaped(name)}</p>
<h3 id="${id}-heading"><span class="number" aria-hidden="true">${number}</span> ${escaped(heading)} <span class="done" hidden>${escaped(texts.done)}</span></h3>
<p class="text">${markup}</p>
<iframe class="frame ${id}" title="${escaped(name)}" src="${escaped(frame)}" sandbox="${SANDBOX}"></iframe>
</section>
</li>`;
}

/** The one page of the demo. */
export function pageHtml(facts: PageFacts): string {
  const panes = panesOf(facts);
  const skips = panes.map(({ id, name }) => `<a href="#${id}">${escaped(texts.skip)} ${escaped(name)}</a>`);
  const { serial, board, firmware, port } = facts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(texts.title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
<script src="/page.js" defer></script>
</head>
<body data-done-aloud="${escaped(texts.doneAloud(0))}" data-ended="${escaped(texts.ended)}">
<nav class="skips" aria-label="${escaped(texts.skip)}">${skips.join('')}</nav>
<header class="top">
<img src="/icon.svg" alt="" width="44" height="44">
<div><h1>${escaped(texts.title)}</h1><p class="lead">${escaped(texts.lead)}</p></div>
<p class="facts"><span>${escaped(texts.fobFacts(serial, board, firmware))},</span> <span>${escaped(texts.portFacts(port))}</span></p>
</header>
<p class="ended" id="ended" role="alert"></p>
<main>
<h2 class="unseen">${escaped(texts.stepsHeading)}</h2>
<ol class="panes" role="list">
${panes.map(paneItem).join('\n')}
</ol>
</main>
<footer class="foot">${escaped(texts.footer)}</footer>
<p class="unseen" id="aloud" role="status"></p>
</body>
</html>
`;
}
