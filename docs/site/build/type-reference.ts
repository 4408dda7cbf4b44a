import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LIBRARIES } from '../navigation.ts';

type Run = (program: string, args: readonly string[]) => Promise<void>;

/** Writes a page for each library entry of `passfob`, from the declarations that are published with it. */
export async function writeTypeReference(root: string, pages: string, run: Run): Promise<void> {
  const absent = LIBRARIES.filter(({ types }) => !existsSync(join(root, types)));
  if (absent.length > 0) throw new Error(`There is no ${absent[0]?.types}. Run: npm run build`);
  await Promise.all(LIBRARIES.map(library => writeLibrary(root, pages, library, run)));
}

async function writeLibrary(
  root: string,
  pages: string,
  { name, title, types }: (typeof LIBRARIES)[number],
  run: Run,
): Promise<void> {
  const folder = join(pages, 'reference', name);
  await run('typedoc', ['--entryPoints', join(root, types), '--out', folder, '--name', title]);
  // One page: a folder for each library would hold nothing else.
  cpSync(join(folder, 'README.md'), `${folder}.md`);
  rmSync(folder, { recursive: true });
}
