import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of the program that runs a simulated fob, as `npm run build` made it. */
export const program = join(packageRoot(), 'dist', 'main.js');

/** The folder of this package: the nearest one above this file that holds a package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the package of the simulator has no package.json above it');
    folder = above;
  }
  return folder;
}
