import { open } from 'node:fs/promises';
import { refuseOpenedDatabase } from '../database-file.ts';
import { FobError, systemCode } from '../errors.ts';

/**
 * All bytes of a file, or of what a descriptor such as /dev/fd/3 gives until it ends.
 * @throws FobError `bad-input` for one that is absent, cannot be read, or has more than `bytesMax`
 */
export async function readWhole(path: string, bytesMax: number): Promise<Uint8Array> {
  refuseOpenedDatabase(path);
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      let length = 0;
      // A pipe does not say how much is to come.
      for await (const chunk of file.createReadStream({ autoClose: false, end: bytesMax })) {
        chunks.push(chunk);
        length += chunk.length;
      }
      if (length > bytesMax) throw new FobError('bad-input', { sentence: `The file ${path} is too big.` });
      return new Uint8Array(Buffer.concat(chunks));
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof FobError) throw cause;
    const isAbsent = systemCode(cause) === 'ENOENT';
    throw new FobError('bad-input', {
      sentence: `The file ${path} ${isAbsent ? 'does not exist' : 'cannot be read'}.`,
      next: 'Check its name and that it may be read.',
      cause,
    });
  }
}
