import { writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { openTask } from '../../tokens/fob-tasks.ts';
import { fobNamed } from '../../tokens/fobs.ts';
import { closeTask, forgetContent } from '../journal.ts';

/**
 * A fob of this serial number says that it is blank. If the service has asked it to erase itself and the answer was
 * lost, the fob counts as returned. Nothing proves a blank fob: so its secrets stay, the next recovery key among them,
 * and if it ever proves itself with them, it was not erased and is to be erased again.
 *
 * @returns whether that was so
 * @throws ServiceError `busy`
 */
export async function noteBlank({ db, keys, clock }: Management, serial: string): Promise<boolean> {
  // Anybody can say so of any serial number, again and again: usually nothing is written, and no log-in waits.
  const known = await fobNamed(db, serial);
  const sent = known && (await openTask(db, { fobId: known.id, kind: 'erase', subject: '' }));
  if (sent?.step !== 'sent') return false;
  return writing(db, async transaction => {
    const atMs = clock();
    const fob = await fobNamed(transaction, serial);
    const task = fob && (await openTask(transaction, { fobId: fob.id, kind: 'erase', subject: '' }));
    if (fob === undefined || task?.step !== 'sent') return false;
    const journal = { db: transaction, keys, fob, atMs };
    await closeTask(journal, { task, as: 'done', message: 'unconfirmed' });
    await forgetContent(journal);
    await transaction
      .updateTable('fobs')
      .set({ state: 'returned', state_ms: atMs })
      .where('id', '=', fob.id)
      .execute();
    return true;
  });
}
