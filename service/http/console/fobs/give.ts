import { html, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { confirmGiven, type GivenFob, giveFob } from '../../../subjects/care/give.ts';
import { actionLink, actions } from '../../web/parts.ts';
import type { NextPages } from '../kit/acts.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { at } from '../kit/paths.ts';

const text = consoleTexts.giving;

export const pagesAfterGiving: NextPages = new Map([[giveFob, filePage]]);

/** The page is the only response that holds the file: nothing keeps it here. */
function filePage({ serial, file }: GivenFob): ConsolePage {
  const subject = { serial };
  const { form } = confirmGiven.row;
  return {
    title: text.of(serial),
    main: html`<p class="lead">${text.fileLead}</p>
<p><a download="${serial}.passfob" href="data:application/octet-stream;base64,${file}">${text.download}</a></p>
<ol><li>${text.pass}</li><li>${text.take} <code>passfob handover take ${serial}.passfob</code></li><li>${text.last}</li></ol>
${actions([form ? actionLink(at(form.at, subject), form.submit) : nothing, actionLink(at('/fob', subject), text.back)])}`,
  };
}
