import { html, type Markup, nothing } from '../../base/html.ts';
import type { Factors } from '../../base/kinds.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import { helpLink } from '../addresses/help-page.ts';
import { brand, messagePage, renderPage } from '../web/layout.ts';
import { autosendButton } from './autosend-page.ts';

/** The contents of the log-in form. */
export interface LoginForm {
  /** The service's name. */
  readonly service: string;
  /** New for every page sent: repeats of one page's form count as one request. */
  readonly attempt: string;
  /** The factors that the application asks for besides the user name. */
  readonly factors: Factors;
  /** Whether some tokens also require a PIN at the service. */
  readonly asksPin: boolean;
  /** Whether every passcode is a number. */
  readonly decimal: boolean;
  /** The user name typed before, after a refusal. */
  readonly user?: string;
  readonly refused?: boolean;
  /** The message after an Autosend without success. */
  readonly message?: { readonly title: string; readonly next: string } | undefined;
  /** Whether the page is in another page's frame, where browsers do not let a field take the focus by itself. */
  readonly framed: boolean;
}

/** Returns the log-in form, empty or after a refusal (the same one for every reason). */
export function loginPage(form: LoginForm): string {
  const { login } = texts;
  const refused = form.refused === true;
  const { message } = form;
  const focus = form.framed ? nothing : html` autofocus`;
  const isNameKnown = (form.user ?? '') !== '';
  return renderPage({
    service: form.service,
    title: titleOf(form),
    body: html`<body class="narrow">
${brand(form.service)}
<main class="card">
<h1>${login.title}</h1>
<p class="lead">${login.lead[form.factors]}</p>
${refused ? refusal(form) : nothing}
${message === undefined ? nothing : messageMarkup(message)}
<form method="post" action="/login">
<input type="hidden" name="attempt" value="${form.attempt}">
<div class="field">
<label for="user">${login.user}</label>
<input id="user" name="user" value="${form.user ?? ''}" required maxlength="${userLimits.userNameMax}"
 autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"${isNameKnown ? nothing : focus}>
</div>
${form.factors === 'password_otp' ? passwordField() : nothing}
${hasPinField(form) ? pinField() : nothing}
<div class="field">
<label for="passcode">${login.passcode}</label>
<input id="passcode" name="passcode" class="passcode" required maxlength="${validationLimits.passcodeFieldMax}"
 ${form.decimal ? html`inputmode="numeric" ` : nothing}autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false"${refused ? html` ${invalid}` : html` ${described}`}${isNameKnown ? focus : nothing}>
<p class="hint" id="passcode-hint">${login.passcodeHint}</p>
</div>
<button type="submit">${login.submit}</button>
${autosendButton('/login')}
</form>
${refused ? findLink(form.framed) : nothing}
${helpLink()}
</main>
</body>`,
  });
}

function titleOf({ refused, message }: LoginForm): string {
  const { login } = texts;
  if (refused === true) return `${login.refusedTitle} – ${login.title}`;
  return message === undefined ? login.title : `${message.title} ${login.title}`;
}

function messageMarkup({ title, next }: { readonly title: string; readonly next: string }): Markup {
  return html`<div class="message bad" role="alert"><strong>${title}</strong> ${next}</div>`;
}

/**
 * Shown beside every refusal, whatever the user name: for users whose passcodes are all refused. In a frame it opens
 * a new page.
 */
function findLink(isFramed: boolean): Markup {
  const { resync } = selfServiceTexts;
  const target = isFramed ? html` target="_blank" rel="noopener"` : nothing;
  return html`<p class="next">${resync.heading} <a href="/me/find"${target}>${resync.link}</a></p>`;
}

const described = html`aria-describedby="passcode-hint"`;
const invalid = html`aria-describedby="refusal passcode-hint" aria-invalid="true"`;

function passwordField(): Markup {
  return html`<div class="field">
<label for="password">${texts.login.password}</label>
<input id="password" name="password" type="password" required maxlength="${credentialLimits.passwordFieldMax}" autocomplete="current-password">
</div>`;
}

/** Not required: a user without a PIN chooses one after the passcode. */
function pinField(): Markup {
  return html`<div class="field">
<label for="pin">${texts.login.pin}</label>
<input id="pin" name="pin" type="password" maxlength="${validationLimits.passcodeFieldMax}" autocomplete="off" inputmode="numeric" aria-describedby="pin-hint">
<p class="hint" id="pin-hint">${texts.login.pinHint}</p>
</div>`;
}

type LoginFields = Pick<LoginForm, 'factors' | 'asksPin'>;

const hasPinField = ({ factors, asksPin }: LoginFields) => factors === 'pin_otp' || asksPin;

/** Returns the text of a refusal. It names every factor of the form, whatever the user and the fault. */
export function refusalText(asked: LoginFields): { readonly what: string; readonly next: string } {
  const { refused, refusedNext, forgottenPin } = texts.login;
  if (!hasPinField(asked)) return { what: refused[asked.factors], next: refusedNext };
  const what = asked.factors === 'password_otp' ? refused.password_pin_otp : refused.pin_otp;
  return { what, next: `${refusedNext} ${forgottenPin}` };
}

function refusal(asked: LoginFields): Markup {
  const { what, next } = refusalText(asked);
  return html`<div class="message bad" id="refusal" role="alert">
<strong>${what}</strong>
${next}
</div>`;
}

/** Returns the page that replaces the form while its application is disabled. */
export function closedPage(): string {
  return messagePage(texts.login.closedTitle, texts.login.closed);
}

/**
 * Returns the page after an accepted log-in. @param by an accepted passcode is used up, and so is the one that the
 * fob shows after Autosend
 */
export function acceptedPage(service: string, user: string, by: 'passcode' | 'push' = 'passcode'): string {
  const { login } = texts;
  const next = by === 'push' ? texts.autosend.acceptedNext : login.acceptedNext;
  return renderPage({
    service,
    title: login.acceptedTitle,
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<p class="tick" aria-hidden="true">✓</p>
<h1>${login.acceptedTitle}</h1>
<p class="lead" role="status">${login.acceptedAs} <strong>${user}</strong>. ${next}</p>
<p class="next"><a href="/login">${login.again}</a></p>
</main>
</body>`,
  });
}
