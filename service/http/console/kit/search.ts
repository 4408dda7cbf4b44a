import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type FormField, fieldMarkup } from '../../web/fields.ts';
import { HOME } from './paths.ts';

interface ListForm {
  readonly path: string;
  readonly fields: readonly FormField[];
}

/** Returns the form over a list that is searched for a text. Its choices are in the address: a bookmark keeps them. */
export function searchForm(form: ListForm): Markup {
  return listForm(form, consoleTexts.search);
}

/** The same over a list that is only filtered by the values of its columns. */
export function filterForm(form: ListForm): Markup {
  return listForm(form, consoleTexts.filter);
}

function listForm({ path, fields }: ListForm, submit: string): Markup {
  return html`<form class="search" role="search" method="get" action="${HOME}${path}">
${fields.map(field => fieldMarkup({ ...field, isSearch: true }))}
<button class="quiet" type="submit">${submit}</button>
</form>`;
}
