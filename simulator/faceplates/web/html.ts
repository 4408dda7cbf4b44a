import { htmlEscape } from '../../third-party/html-escape.ts';
import { panelTexts, texts } from '../texts.ts';

function keyButton(key: number, keys: number): string {
  const touch = keys === texts.touchKeys.length ? texts.touchKeys[key] : undefined;
  const name = touch ?? (keys === 1 ? texts.onlyKey : texts.keyNumber(key));
  const title = touch === undefined ? '' : ` title="${htmlEscape(touch)}"`;
  return `<button type="button" class="key" data-key="${key}"${title} aria-describedby="hint" disabled><span class="unseen">${htmlEscape(name)}</span></button>`;
}

/** Returns the faceplate page of a fob with that many keys on its case. */
export function pageHtml(keys: number): string {
  const buttons = Array.from({ length: keys }, (_, key) => keyButton(key, keys)).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${htmlEscape(texts.title)}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="style.css">
<script type="module" src="page.js"></script>
</head>
<body data-connected="false">
<main>
<h1 class="unseen">${htmlEscape(texts.title)}</h1>
<section class="fob" aria-label="${htmlEscape(texts.fob)}">
<div class="eyelet"></div>
<div class="case">
<div class="glass"><div class="bay" id="bay"><canvas id="display" width="128" height="64" role="img" aria-label="${htmlEscape(texts.screen)}" aria-describedby="words"></canvas></div></div>
<p class="brand" aria-hidden="true">${htmlEscape(texts.brand)}</p>
<div class="keys">${buttons}</div>
</div>
<div class="plug"></div>
</section>
<section class="desk">
<button type="button" class="switch" id="power" role="switch" aria-checked="false" disabled><span class="track"></span>${htmlEscape(texts.power)}</button>
<p class="hint" id="hint">${htmlEscape(texts.keyHint)}</p>
<details><summary>${htmlEscape(texts.asText)}</summary><pre id="words"></pre></details>
<p class="link" id="link" role="status">${htmlEscape(texts.connecting)}</p>
<noscript><p class="link">${htmlEscape(texts.noScript)}</p></noscript>
</section>
<section class="panels" id="panels" aria-label="${htmlEscape(panelTexts.panels)}"></section>
<p class="unseen" id="speech" role="status" aria-live="polite"></p>
</main>
</body>
</html>
`;
}
