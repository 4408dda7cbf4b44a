import { htmlEscape } from 'escape-goat';
import { pageTexts } from './texts.ts';

const { operator: texts } = pageTexts;

/**
 * What the console's frame shows first: a form that asks for a one-time link and goes there. A page that is only read makes no
 * link, and no link is in its markup.
 */
export const consoleHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlEscape(texts.name)}</title>
<link rel="stylesheet" href="/style.css">
<script src="/console.js" defer></script>
</head>
<body class="mailbox">
<h1>${htmlEscape(texts.name)}</h1>
<form method="post" action="/console"><button>${htmlEscape(texts.enter)}</button></form>
</body>
</html>
`;

/** Sends the form at once; without scripts there is the button. */
export const consoleScript = `'use strict';
document.forms[0].requestSubmit();
`;
