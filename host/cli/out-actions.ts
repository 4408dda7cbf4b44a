import { readKey, readPassword } from '../commands/import-source.ts';
import type { OutFile } from '../commands/out-file.ts';
import { FobError } from '../errors.ts';
import type { Sealing } from '../formats/write/pskc.ts';
import { checkSealing } from '../formats/write/write.ts';
import type { Prompts } from './base/prompts.ts';
import type { OutWish } from './out-options.ts';

/**
 * The file as it is to be written, after the person was asked for what it lacks.
 * @throws FobError `bad-input`, `cancelled`, `usage` where nobody can be asked
 */
export async function settleOut(wish: OutWish, prompts: Prompts): Promise<OutFile> {
  const { path, format } = wish;
  if (format === 'pskc') return { path, format, sealing: await sealingOf(wish, prompts) };
  const question = `Write the secret to ${path}, for everybody who reads that file?`;
  if (wish.isSure || (await prompts.confirm(question))) return { path, format };
  throw new FobError('cancelled', { sentence: 'Nothing was written.' });
}

async function sealingOf({ path, passwordFile, keyFile }: OutWish, prompts: Prompts): Promise<Sealing> {
  if (keyFile !== undefined) return { key: await readKey(keyFile) };
  const isTyped = passwordFile === undefined;
  const sealing = {
    password: isTyped
      ? await prompts.secret(`New password of ${path} (not shown):`)
      : await readPassword(passwordFile),
  };
  checkSealing(sealing);
  if (isTyped && (await prompts.secret('Once more:')) !== sealing.password) {
    throw new FobError('bad-input', {
      sentence: 'The two passwords are not the same.',
      next: 'Run the command again.',
    });
  }
  return sealing;
}
