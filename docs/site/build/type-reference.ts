import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIBRARIES } from '../navigation.ts';

type Run = (program: string, args: readonly string[]) => Promise<void>;

/** Writes a page for each library, from the declarations that are published with it. */
export async function writeTypeReference(root: string, pages: string, run: Run): Promise<void> {
  const absent = LIBRARIES.find(({ types }) => !existsSync(join(root, types)));
  if (absent !== undefined) throw new Error(`There is no ${absent.types}. Run: npm run build`);
  const folder = join(pages, 'reference');
  const entries = LIBRARIES.flatMap(({ types }) => ['--entryPoints', join(root, types)]);
  await run('typedoc', [...entries, '--out', folder, '--cleanOutputDir', 'false']);
  // A list of them: the page of all references has it.
  rmSync(join(folder, 'README.md'));
  for (const { page, title } of LIBRARIES) {
    const file = join(folder, `${page}.md`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^# .*$/m, `# ${title}`));
  }
}
