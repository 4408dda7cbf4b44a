import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type FormField, fieldMarkup } from '../../web/fields.ts';
import { HOME } from './paths.ts';

/** The form over a list: what is chosen in it stands in the address, so that it can be kept and passed on. */
export function searchForm({ path, fields }: { path: string; fields: readonly FormField[] }): Markup {
  return html`<form class="search" role="search" method="get" action="${HOME}${path}">
${fields.map(field => fieldMarkup({ ...field, isSearch: true }))}
<button class="quiet" type="submit">${consoleTexts.search}</button>
</form>`;
}
