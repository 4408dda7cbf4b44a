import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type FormField, fieldMarkup } from '../../web/fields.ts';
import { HOME } from './paths.ts';

interface ListForm {
  readonly path: string;
  readonly fields: readonly FormField[];
  /** What is wrong with a field's value, by its name. */
  readonly faults?: Readonly<Record<string, string>>;
}

/** Returns the form over a list that narrows it. Its choices are in the address: a bookmark keeps them. */
export function filterForm({ path, fields, faults = {} }: ListForm): Markup {
  return html`<form class="search" role="search" method="get" action="${HOME}${path}">
${fields.map(field => fieldMarkup({ ...field, isSearch: true }, faults[field.name]))}
<button class="quiet" type="submit">${consoleTexts.filter}</button>
</form>`;
}
