import { html, type Markup, nothing } from '../../../base/html.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { assetPath } from '../../web/assets.ts';
import { type FormField, fieldMarkup, hidden } from '../../web/fields.ts';
import { brand, renderPage } from '../../web/layout.ts';
import { HOME } from '../kit/paths.ts';

/** A page that asks an operator for password and passcode. */
export interface ProofPage {
  /** The service's name. */
  readonly service: string;
  readonly title: string;
  readonly lead: string;
  readonly path: string;
  /** The address to continue at. */
  readonly to: string;
  /** New for every page sent: repeats of one page's form count as one request. */
  readonly attempt: string;
  /** The typed user name; undefined if the page does not ask for it. */
  readonly user?: string | undefined;
  readonly csrf?: string | undefined;
  readonly refused: boolean;
  /** Whether every passcode is a number. */
  readonly isNumber: boolean;
  /** Further text under the form. */
  readonly foot?: Markup;
}

const text = consoleTexts.signIn;

const secrets = (isNumber: boolean): readonly FormField[] => [
  {
    name: 'password',
    label: text.password,
    kind: 'password',
    max: credentialLimits.passwordFieldMax,
    autocomplete: 'current-password',
  },
  {
    name: 'passcode',
    label: text.passcode,
    hint: text.passcodeHint,
    max: validationLimits.passcodeFieldMax,
    autocomplete: 'one-time-code',
    isNumber,
  },
];

/** Returns the page. After a refusal it says the same for every reason. */
export function proofPage(page: ProofPage): string {
  const user: FormField = {
    name: 'user',
    label: text.user,
    max: userLimits.userNameMax,
    autocomplete: 'username',
    value: page.user ?? '',
  };
  const fields = [...(page.user === undefined ? [] : [user]), ...secrets(page.isNumber)];
  return renderPage({
    service: page.service,
    title: page.refused ? `${consoleTexts.problem}: ${page.title}` : page.title,
    head: html`<link rel="stylesheet" href="${assetPath('console.css')}">`,
    body: html`<body class="narrow">
${brand(page.service)}
<main class="card">
<h1>${page.title}</h1>
<p class="lead">${page.lead}</p>
${page.refused ? html`<div class="message bad" role="alert" tabindex="-1" autofocus><strong>${text.refused}</strong> ${text.refusedNext}</div>` : nothing}
<form method="post" action="${HOME}${page.path}">
${hidden('attempt', page.attempt)}${hidden('to', page.to)}${page.csrf === undefined ? nothing : hidden('csrf', page.csrf)}
${fields.map(field => fieldMarkup(field))}
<button type="submit">${page.title}</button>
</form>
${page.foot ?? nothing}
</main>
</body>`,
  });
}
