import { htmlEscape } from 'escape-goat';
import type { DemoProgress } from '../play/progress.ts';
import { pageTexts as texts } from './texts.ts';

/** The facts that the page shows. */
export interface PageFacts {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** The fob's serial port. */
  readonly port: string;
  readonly user: string;
  /** The user's mail address. */
  readonly address: string;
  /** Addresses of the three other sites in frames; a form of this page opens the administrator's console. */
  readonly frames: { readonly fob: string; readonly login: string; readonly operator: string };
}

/** A step of a pane; `fact` is its name in `DemoProgress`. */
interface Step {
  readonly number: number;
  readonly fact: keyof DemoProgress;
  readonly heading: string;
  readonly markup: string;
  /** Whether the step asks to look at the pane, not to act in it. */
  readonly isLook?: boolean;
}

/** A site in its frame, and the steps to do there. */
interface Pane {
  readonly id: 'fob' | 'login' | 'operator' | 'outbox';
  readonly name: string;
  readonly steps: readonly Step[];
  /** Shown instead of steps if there are none. */
  readonly about?: { readonly heading: string; readonly text: string };
  readonly frame: string;
}

function panesOf({ user, address, frames }: PageFacts): Pane[] {
  const { fob, login, operator, outbox } = texts;
  const { pressed } = fob;
  const { refused, approved } = login;
  const { alertShown } = operator;
  const name = `<strong class="user">${htmlEscape(user)}</strong>`;
  const typing = `${htmlEscape(refused.before)}${name}${htmlEscape(refused.after)}`;
  return [
    {
      id: 'fob',
      name: fob.name,
      steps: [
        { number: 1, fact: 'pressed', heading: pressed.heading, markup: htmlEscape(pressed.text(user)) },
      ],
      frame: frames.fob,
    },
    {
      id: 'login',
      name: login.name,
      steps: [
        { number: 2, fact: 'refused', heading: refused.heading, markup: typing },
        { number: 3, fact: 'approved', heading: approved.heading, markup: htmlEscape(approved.text) },
      ],
      frame: frames.login,
    },
    {
      id: 'operator',
      name: operator.name,
      steps: [
        {
          number: 4,
          fact: 'alertShownMs',
          heading: alertShown.heading,
          markup: htmlEscape(alertShown.text(alertShown.button)),
          isLook: true,
        },
      ],
      frame: '/console',
    },
    {
      id: 'outbox',
      name: outbox.name,
      steps: [],
      about: { heading: outbox.heading, text: outbox.text(address) },
      frame: '/outbox',
    },
  ];
}

/** Frames may run their own scripts and submit their own forms, but cannot leave the frame. */
const SANDBOX = 'allow-same-origin allow-scripts allow-forms';

function paneItem({ id, name, steps, about, frame }: Pane): string {
  const words = about === undefined ? steps.map(stepWords).join('') : aboutWords(about);
  return `<li class="pane ${id}">
<section id="${id}" aria-label="${htmlEscape(name)}" tabindex="-1">
<p class="name">${htmlEscape(name)}</p>
<div class="words">${words}</div>
<iframe class="frame ${id}" title="${htmlEscape(name)}" src="${htmlEscape(frame)}" sandbox="${SANDBOX}"></iframe>
</section>
</li>`;
}

function stepWords({ number, fact, heading, markup, isLook = false }: Step): string {
  return `<h3 data-fact="${fact}" data-step="${number}"${isLook ? ' data-look' : ''}><span class="number" aria-hidden="true">${number}</span> ${htmlEscape(heading)} <span class="done" hidden>${htmlEscape(texts.done)}</span></h3>
<p class="text">${markup}</p>
`;
}

function aboutWords({ heading, text }: { readonly heading: string; readonly text: string }): string {
  return `<h3>${htmlEscape(heading)}</h3>
<p class="text">${htmlEscape(text)}</p>
`;
}

/** The demo's only page. */
export function pageHtml(facts: PageFacts): string {
  const panes = panesOf(facts);
  const skips = panes.map(
    ({ id, name }) => `<a href="#${id}">${htmlEscape(texts.skip)} ${htmlEscape(name)}</a>`,
  );
  const { serial, board, firmware, port } = facts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlEscape(texts.title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
<script src="/page.js" defer></script>
</head>
<body data-done-aloud="${htmlEscape(texts.doneAloud(0))}" data-ended="${htmlEscape(texts.ended)}">
<nav class="skips" aria-label="${htmlEscape(texts.skip)}">${skips.join('')}</nav>
<header class="top">
<img src="/icon.svg" alt="" width="32" height="32">
<h1>${htmlEscape(texts.title)}</h1>
<p class="lead">${htmlEscape(texts.lead)}</p>
</header>
<p class="ended" id="ended" role="alert"></p>
<main>
<h2 class="unseen">${htmlEscape(texts.stepsHeading)}</h2>
<ol class="panes" role="list">
${panes.map(paneItem).join('\n')}
</ol>
</main>
<footer class="foot">
<p>${htmlEscape(texts.footer)}</p>
<p class="facts">${htmlEscape(texts.fobFacts(serial, board, firmware))} ${htmlEscape(texts.portFacts(port))}</p>
</footer>
<p class="unseen" id="aloud" role="status"></p>
</body>
</html>
`;
}
