import { open } from 'node:fs/promises';
import { refuseOpenedDatabase } from '../database-file.ts';
import { FobError, systemCode } from '../errors.ts';

/**
 * Reads all bytes of a file, or of a descriptor such as /dev/fd/3 until its end.
 * @throws FobError `bad-input` if it is absent, cannot be read, or has more than `bytesMax`
 */
export async function readWhole(path: string, bytesMax: number): Promise<Uint8Array> {
  refuseOpenedDatabase(path);
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      let length = 0;
      // The size of a pipe's content is unknown in advance.
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
