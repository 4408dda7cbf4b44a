import type { SentPush } from './api.ts';
import { html, type Markup, nothing } from './html.ts';
import { PASSCODE_CHARS_MAX, RELOAD_SECONDS, USER_CHARS_MAX } from './limits.ts';
import { texts } from './texts.ts';

/** Why the log-in page is shown again. */
export type Trouble = 'passcode' | 'push' | 'missing' | 'silent' | 'busy';

/** Facts that all pages use. */
export interface Frame {
  /** The name in the pages' titles. */
  readonly name: string;
  /** Whether another page shows this one in a frame. Browsers allow no autofocus there. */
  readonly isFramed: boolean;
}

/** The log-in page. @param user the name as typed before */
export function loginPage(frame: Frame, user = '', trouble?: Trouble): string {
  const { login, refused } = texts;
  const focus = frame.isFramed || trouble !== undefined ? nothing : html` autofocus`;
  return page(frame, {
    title: trouble === undefined ? login.title : `${refused[trouble]} ${login.title}`,
    body: html`<h1>${login.title}</h1>
<p class="lead">${login.lead}</p>
${trouble === undefined ? nothing : message(trouble)}
<form method="post" action="/login">
<div class="field">
<label for="user">${login.user}</label>
<input id="user" name="user" value="${user}" maxlength="${USER_CHARS_MAX}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"${focus}>
</div>
${passcodeField(trouble)}
<div class="buttons">
<button name="by" value="passcode">${login.submit}</button>
<button class="other" name="by" value="push" aria-describedby="autosend-hint">${login.autosend}</button>
</div>
<p class="hint" id="autosend-hint">${login.autosendHint}</p>
</form>`,
  });
}

function passcodeField(trouble?: Trouble): Markup {
  const { login } = texts;
  const isWrong = trouble === 'passcode';
  const about = isWrong
    ? html`aria-describedby="trouble passcode-hint" aria-invalid="true"`
    : html`aria-describedby="passcode-hint"`;
  return html`<div class="field">
<label for="passcode">${login.passcode}</label>
<input id="passcode" name="passcode" class="passcode" maxlength="${PASSCODE_CHARS_MAX}" autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false" ${about}>
<p class="hint" id="passcode-hint">${login.passcodeHint}</p>
</div>`;
}

function message(trouble: Trouble): Markup {
  const { refused } = texts;
  return html`<div class="message" id="trouble" role="alert"><strong>${refused[trouble]}</strong> ${refused[`${trouble}Next`]}</div>`;
}

/** The page that waits for the fob. It moves on automatically, with scripts or without. */
export function waitingPage(frame: Frame, user: string, { number }: SentPush): string {
  const { waiting, login } = texts;
  return page(frame, {
    title: waiting.title,
    head: html`<noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}"></noscript>
<script src="/waiting.js" defer></script>`,
    body: html`<h1>${waiting.title}</h1>
<p class="lead">${waiting.lead} <strong>${user}</strong>. ${waiting.number}</p>
<p class="number">${number}</p>
<p class="hint">${waiting.steps}</p>
<p class="status" role="status">${waiting.status}</p>
<noscript><p class="more"><a href="/">${waiting.reload}</a></p></noscript>
<form method="post" action="/login">
<input type="hidden" name="user" value="${user}">
<div class="field">
<label for="passcode">${waiting.instead}</label>
<input id="passcode" name="passcode" class="passcode" maxlength="${PASSCODE_CHARS_MAX}" autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false">
</div>
<div class="buttons">
<button name="by" value="passcode">${login.submit}</button>
<button class="other" name="by" value="nothing">${waiting.cancel}</button>
</div>
</form>`,
  });
}

/** The page after a log-in. */
export function welcomePage(frame: Frame, user: string): string {
  const { welcome } = texts;
  return page(frame, {
    title: welcome.title,
    body: html`<p class="tick" aria-hidden="true">✓</p>
<h1>${welcome.title}</h1>
<p class="lead" role="status">${welcome.as} <strong>${user}</strong>.</p>
<form method="post" action="/logout"><button class="other">${welcome.again}</button></form>`,
  });
}

/** A page that explains why the requested page cannot be shown. */
export function problemPage(frame: Frame, sentence: string): string {
  return page(frame, {
    title: sentence,
    body: html`<h1>${sentence}</h1>
<p class="more"><a href="/">${texts.problems.back}</a></p>`,
  });
}

function page(
  { name, isFramed }: Frame,
  { title, head = nothing, body }: { title: string; head?: Markup; body: Markup },
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${name}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
${head}
</head>
<body${isFramed ? html` class="framed"` : nothing}>
<header class="brand">${name}</header>
<main class="card">
${body}
</main>
</body>
</html>
`.text;
}
