import type { Action } from '../../../base/permissions.ts';
import type { RefusalCode, Result } from '../../../base/results.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { FormField } from '../../web/fields.ts';
import type { FormPage, FormView } from '../kit/form.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleResponse, missingPage } from '../kit/router.ts';

interface NamedForm<Item, T> {
  readonly action: Action;
  readonly back: string;
  /** The refusal if the item is gone. */
  readonly missing: RefusalCode;
  /** Returns all items; the `id` in the address selects one. */
  readonly find: (db: Db) => Promise<readonly Item[]>;
  readonly view: (item: Item) => Omit<FormView, 'back'>;
  readonly run: (visit: ConsoleContext, id: string) => Promise<Result<T>>;
  readonly done: (visit: ConsoleContext, value: T) => ConsoleResponse;
}

/** Makes a form about one item of a short list, selected by its `id`. */
export function namedForm<Item extends { readonly id: string }, T>(
  path: string,
  form: NamedForm<Item, T>,
): FormPage<T> {
  return {
    path,
    action: form.action,
    async view(visit) {
      const id = visit.value('id');
      const item = (await form.find(visit.management.db)).find(one => one.id === id);
      if (item === undefined) return { instead: missingPage(form.missing) };
      const { fields, ...view } = form.view(item);
      const subject: FormField = { name: 'id', label: '', kind: 'hidden', value: id };
      return { ...view, fields: [subject, ...fields], back: form.back };
    },
    run: visit => form.run(visit, visit.value('id')),
    done: form.done,
  };
}
