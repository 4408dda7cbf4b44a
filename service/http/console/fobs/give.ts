import { html } from '../../../base/html.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { confirmGiven, type GivenFob, giveFob } from '../../../subjects/care/give.ts';
import { fobNamed } from '../../../subjects/tokens/fobs.ts';
import { actionLink, actions } from '../../web/parts.ts';
import { type FormPage, type FormView, serveForm } from '../kit/form.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';

const text = consoleTexts.giving;

/** Serves the forms that hand a fob over to another owner. */
export function serveFobGiving(router: ConsoleRouter): void {
  serveForm(router, giveForm);
  serveForm(router, givenForm);
}

const giveForm: FormPage<GivenFob> = {
  path: '/fob/give',
  action: 'fob.give',
  view: visit =>
    viewOf(visit, serial => ({
      title: text.of(serial),
      lead: text.lead,
      submit: text.submit,
      fields: [
        {
          name: 'password',
          label: text.password,
          hint: text.passwordHint,
          kind: 'password',
          max: credentialLimits.passwordFieldMax,
          autocomplete: 'new-password',
          faults: ['bad_file_password'],
        },
      ],
    })),
  run: ({ management, actor, value }) =>
    giveFob(management, actor, { serial: value('serial'), password: value('password') }),
  done: (_, given) => filePage(given),
};

const givenForm: FormPage<unknown> = {
  path: '/fob/given',
  action: 'fob.give',
  view: visit =>
    viewOf(visit, serial => ({
      title: text.confirmOf(serial),
      lead: text.confirmLead,
      submit: text.confirm,
      isFinal: true,
      fields: [],
    })),
  run: ({ management, actor, value }) => confirmGiven(management, actor, { serial: value('serial') }),
  done: ({ value }) => ({ to: at('/fob', { serial: value('serial'), done: 'fobGiven' }) }),
};

async function viewOf(
  { management, value }: ConsoleContext,
  view: (serial: string) => Omit<FormView, 'back'>,
): Promise<FormView | { readonly instead: ConsolePage }> {
  const fob = await fobNamed(management.db, value('serial'));
  if (fob === undefined) return { instead: missingPage('unknown_fob') };
  const { serial } = fob;
  const shown = view(serial);
  const subject = { name: 'serial', label: '', kind: 'hidden', value: serial } as const;
  return { ...shown, fields: [subject, ...shown.fields], back: at('/fob', { serial }) };
}

/** The page is the only response that holds the file: nothing keeps it here. */
function filePage({ serial, file }: GivenFob): ConsolePage {
  const subject = { serial };
  return {
    title: text.of(serial),
    main: html`<p class="lead">${text.fileLead}</p>
<p><a download="${serial}.passfob" href="data:application/octet-stream;base64,${file.toString('base64')}">${text.download}</a></p>
<ol><li>${text.pass}</li><li>${text.take} <code>passfob handover take ${serial}.passfob</code></li><li>${text.last}</li></ol>
${actions([actionLink(at('/fob/given', subject), text.confirm), actionLink(at('/fob', subject), text.back)])}`,
  };
}
