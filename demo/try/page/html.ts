import { htmlEscape } from 'escape-goat';
import { IMAGES_ID, PAGE_ID, WORKER_ID } from './ids.ts';
import { outerStyle, pageStyle } from './style.ts';
import { texts } from './texts.ts';

/** A fob, as the icon of the tab. Without one, a browser asks the server for it. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="5" y="2" width="22" height="28" rx="8" fill="#2b3037"/><rect x="8" y="6" width="16" height="9" rx="2" fill="#d6ecff"/><circle cx="16" cy="22" r="4" fill="#5b636e"/></svg>';

/** The scripts and images of the page, and the function that hashes a text as a policy names it (`sha256-…`). */
export interface PageParts {
  readonly script: string;
  readonly worker: string;
  /** JSON of `EmbeddedImages`. */
  readonly images: string;
  /** The licences of the packages of others inside. */
  readonly licences: string;
  readonly hash: (text: string) => string;
}

/**
 * Returns the whole page: a document with nothing but a frame. The frame has an origin of its own, without storage, and
 * both have the same policy: no connection at all, and no script but the page's own. Workers inherit the policy. The
 * simulated interpreter evaluates the image, which is why `unsafe-eval` stands there.
 */
export function tryPage(parts: PageParts): string {
  const inside = frameHtml(parts);
  const policy = policyOf(parts);
  // In single quotes, because minified scripts have more double ones.
  const srcdoc = inside.replaceAll('&', '&amp;').replaceAll("'", '&#39;');
  return `<!doctype html>
<html lang="en">
${head(policy, outerStyle)}
<body><iframe sandbox="allow-scripts" title="${htmlEscape(texts.frame)}" srcdoc='${srcdoc}'></iframe></body>
</html>
`;
}

function policyOf({ script, hash }: PageParts): string {
  const styles = [pageStyle, outerStyle].map(hash);
  return [
    "default-src 'none'",
    `script-src ${hash(script)} 'unsafe-eval'`,
    'worker-src blob:',
    `style-src ${styles.join(' ')}`,
    "connect-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function head(policy: string, style: string): string {
  return `<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlEscape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<meta name="color-scheme" content="light dark">
<title>${htmlEscape(texts.title)}</title>
<style>${style}</style>
</head>`;
}

function frameHtml(parts: PageParts): string {
  const { script, worker, images, licences } = parts;
  return `<!doctype html>
<html lang="en">
${head(policyOf(parts), pageStyle)}
<body>
<main id="${PAGE_ID}">
<h1>${htmlEscape(texts.title)}</h1>
<p class="lead">${htmlEscape(texts.lead)}</p>
<p class="warn">${htmlEscape(texts.notToken)}</p>
<noscript><p class="warn">${htmlEscape(texts.noScript)}</p></noscript>
</main>
<footer><details><summary>${htmlEscape(texts.licences)}</summary><pre tabindex="0">${htmlEscape(licences)}</pre></details></footer>
<script type="text/plain" id="${WORKER_ID}">${inScript(worker)}</script>
<script type="application/json" id="${IMAGES_ID}">${inScript(images.replaceAll('<', '\\u003c'))}</script>
<script>${inScript(script)}</script>
</body>
</html>`;
}

/** @throws if a browser would end the element within the text, or change how it reads it */
function inScript(text: string): string {
  if (/<\/script|<!--|\r/i.test(text)) throw new Error('a script of the page cannot stand in HTML');
  return text;
}
