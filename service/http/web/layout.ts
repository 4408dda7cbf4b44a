import { html, type Markup, nothing } from '../../base/html.ts';
import { texts } from '../../base/texts/texts.ts';
import { assetPath } from './assets.ts';

/** A page as text. */
export interface Page {
  readonly title: string;
  /** The service's name; default the product's name. */
  readonly service?: string;
  /** Further elements for the head. */
  readonly head?: Markup;
  readonly body: Markup;
}

/** Returns the whole document of a page. */
export function renderPage(page: Page): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · ${page.service ?? texts.product}</title>
<link rel="icon" href="${assetPath('icon.svg')}">
<link rel="stylesheet" href="${assetPath('service.css')}">
${page.head ?? nothing}
</head>
${page.body}
</html>
`;
  return document.text;
}

/** Returns the product's logo with the service's name. The image is decoration, so screen readers skip it. */
export function brand(service: string = texts.product): Markup {
  return html`<header class="brand"><img src="${assetPath('icon.svg')}" alt="">${service}</header>`;
}

/** Returns a page with one message in a card. @param service the service's name; default the product's name */
export function messagePage(title: string, lead: string, next: Markup = nothing, service?: string): string {
  return renderPage({
    title,
    ...(service !== undefined && { service }),
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<h1>${title}</h1>
<p class="lead">${lead}</p>
${next}
</main>
</body>`,
  });
}
