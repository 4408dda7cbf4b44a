import { htmlEscape } from 'escape-goat';
import { pageTexts } from './texts.ts';

const { operator: texts } = pageTexts;

/**
 * The first page in the console's frame: a form that requests a one-time link and follows it. Reading the page
 * creates no link, and its markup contains none.
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

/** Submits the form at once; without scripts the user clicks the button. */
export const consoleScript = `'use strict';
document.forms[0].requestSubmit();
`;
