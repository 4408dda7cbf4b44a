import { PIN_DIGITS_MAX } from '@passfob/protocol/limits';
import { html, type Markup, nothing } from '../../base/html.ts';
import { userLimits } from '../../base/limits/users.ts';
import { texts } from '../../base/texts/texts.ts';
import { helpLink } from '../addresses/help-page.ts';
import { type FormField, fieldMarkup } from '../web/fields.ts';
import { brand, messagePage, renderPage } from '../web/layout.ts';

/** The form in which a user chooses a PIN after a right passcode. */
export interface PinForm {
  readonly service: string;
  /** As typed. */
  readonly user: string;
  /** The proof that the user is there. A secret. */
  readonly proof: string;
  readonly attempt: string;
  readonly fewest: number;
  /** Whether it is for a log-in, or for the self-service page. */
  readonly to: PinGoal;
  /** The fault of the previous PIN. */
  readonly problem?: string | undefined;
}

export type PinGoal = 'login' | 'me';

/** Returns the two fields of a new PIN, for every form that has them. */
export function newPinFields(fewest: number): FormField[] {
  const common = { kind: 'password', max: PIN_DIGITS_MAX, isNumber: true, autocomplete: 'off' } as const;
  const { pinForm } = texts;
  return [
    { ...common, name: 'newPin', label: pinForm.newPin, hint: pinForm.hint(fewest) },
    { ...common, name: 'again', label: pinForm.again },
  ];
}

export function choosePinPage({ service, fewest, problem, ...form }: PinForm): string {
  const { pinForm } = texts;
  const hidden = Object.entries({ ...form, fewest: String(fewest) });
  return renderPage({
    service,
    title: problem === undefined ? pinForm.title : `${pinForm.problem}: ${pinForm.title}`,
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<h1>${pinForm.title}</h1>
<p class="lead">${pinForm.lead}</p>
${problem === undefined ? nothing : problemMarkup(problem)}
<form method="post" action="/login/pin">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${String(value).slice(0, userLimits.userNameMax)}">`)}
${newPinFields(fewest).map(field => fieldMarkup(field))}
<button type="submit">${pinForm.submit}</button>
</form>
${helpLink()}
</main>
</body>`,
  });
}

function problemMarkup(problem: string): Markup {
  return html`<div class="message bad" role="alert"><strong>${texts.pinForm.problem}:</strong> ${problem}</div>`;
}

const ways = { login: '/login', me: '/me/sign-in' } as const;

/** Returns the page after the PIN is set. */
export function pinSetPage(to: PinGoal): string {
  return messagePage(texts.pinForm.doneTitle, texts.pinForm.done, wayOn(to));
}

export function pinNotSetPage(to: PinGoal): string {
  return messagePage(texts.pinForm.title, texts.refusals.pin_not_proved, wayOn(to));
}

function wayOn(to: PinGoal): Markup {
  return html`<p class="next"><a href="${ways[to]}">${texts.pinForm.ways[to]}</a></p>`;
}
